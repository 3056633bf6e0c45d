"""Who may change who everyone is."""

from portal.people.models import ApiToken, Appointment, CalendarFeed, Committee, Membership, Organisation, SavedFilter
from portal.people.permissions import Permission
from portal.workflow.actor import Actor, Channel
from portal.workflow.rules import who


def _manages(organisation_id: int, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_ORGANISATIONS):
        return None
    if by.has(Permission.MANAGE_OWN_PEOPLE) and by.organisation_id == organisation_id:
        return None
    return "Only an organisation manager of this organisation, or an administrator, manages its people."


@who
def create_organisation(*, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_ORGANISATIONS):
        return None
    return "Only an administrator creates and changes organisations."


@who
def change_user(*, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_ORGANISATIONS):
        return None
    return "Only an administrator changes accounts."


@who
def invite(organisation: Organisation, *, by: Actor) -> str | None:
    return _manages(organisation.pk, by)


@who
def add_membership(organisation: Organisation, *, by: Actor) -> str | None:
    return _manages(organisation.pk, by)


@who
def end_membership(membership: Membership, *, by: Actor) -> str | None:
    if membership.user_id == by.user_id:
        return "Nobody ends their own membership: ask another organisation manager or an administrator."
    return _manages(membership.organisation_id, by)


@who
def appoint_rsa(supplier: Organisation, *, by: Actor) -> str | None:
    """Rule: an agent acts only for the suppliers that appointed it, so only the supplier appoints."""
    if by.is_system or (by.has(Permission.APPOINT_AGENTS) and by.organisation_id == supplier.pk):
        return None
    return "Only a user of the supplier itself appoints its agents."


@who
def end_appointment(appointment: Appointment, *, by: Actor) -> str | None:
    if by.is_system or (by.has(Permission.APPOINT_AGENTS) and by.organisation_id == appointment.supplier_id):
        return None
    return "Only a user of the supplier itself ends an appointment."


@who
def manage_committees(*, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_COMMITTEES):
        return None
    return "Only the SECAS secretary or an administrator manages the committees."


@who
def create_token(committee: Committee | None = None, *, by: Actor) -> str | None:
    """Rule: a key acts for the organisation acted for, or in a seat that its maker holds on a committee."""
    if by.channel == Channel.API:
        return "A key is made by a person on the account page, never by another key."
    if committee is not None:
        sits = by.committees.get(committee.pk, frozenset()) - {"secretary"}
        return None if sits else f"Only who sits on the {committee} makes a key that acts there."
    if by.user_id is None or by.organisation_id is None:
        return "A key acts for an organisation or in a seat on a committee: only their members make one."
    return None


@who
def create_feed(*, by: Actor) -> str | None:
    if by.channel == Channel.API:
        return "The address of a feed is made by a person on the page of the calendar, never by a key."
    if by.user_id is None or (by.organisation_id is None and not by.committees):
        return "A feed shows what a member of an organisation or a committee may see: you are of none."
    return None


@who
def revoke_feed(feed: CalendarFeed, *, by: Actor) -> str | None:
    if by.user_id == feed.user_id or by.has(Permission.MANAGE_ORGANISATIONS):
        return None
    return "Only its owner or an administrator revokes a feed."


@who
def revoke_token(token: ApiToken, *, by: Actor) -> str | None:
    if by.user_id == token.user_id or by.has(Permission.MANAGE_ORGANISATIONS):
        return None
    return "Only its owner or an administrator revokes a key."


@who
def keep_filter(*, by: Actor) -> str | None:
    return None if by.user_id is not None else "Sign in to save a filter."


@who
def forget_filter(row: SavedFilter, *, by: Actor) -> str | None:
    return None if by.user_id == row.user_id else "Only its owner forgets a filter."


@who
def verify_record(*, by: Actor) -> str | None:
    """Whoever audits asks for it: the page shows hashes and counts, and nothing of what was done."""
    if by.has(Permission.AUDIT_RECORD):
        return None
    return "Only observers, the SECAS secretary and administrators audit the record."
