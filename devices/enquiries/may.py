"""Who may ask hubs what they run."""

from devices.enquiries.models import FileEnquiry, View
from portal.people.models import Organisation, OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who

_OTHER_USERS = (OrganisationKind.NETWORK, OrganisationKind.OTHER_USER)


def sees_versions_only(actor: Actor) -> bool:
    """Whether the actor belongs to a DCC User that supplies no home: a network operator, or another User."""
    return actor.kind in _OTHER_USERS and actor.has(Permission.READ_PORTAL)


def view_of(actor: Actor) -> View:
    """Return whose hubs this actor is answered about."""
    if sees_versions_only(actor):
        return View.VERSIONS
    if actor.has(Permission.MANAGE_ROLLOUTS):
        return View.EVERYTHING
    return View.REGIONS if actor.has(Permission.PACE_ROLLOUTS) else View.SUPPLIERS


@who
def enquire(*, by: Actor) -> str | None:
    """Rule: suppliers and their agents ask about their own homes, other DCC Users what a hub runs (Who)."""
    if by.has(Permission.MANAGE_ROLLOUTS) or by.has(Permission.PACE_ROLLOUTS) or sees_versions_only(by):
        return None
    if by.has(Permission.QUERY_HUBS):
        return None if by.suppliers else "No supplier has appointed your organisation: there is no hub to ask about."
    return "Only DCC Users, the agents suppliers appointed, the CSP of the region and DCC ask hubs what they run."


@who
def be_answered(row: FileEnquiry, *, by: Actor) -> str | None:
    """Rule: a file is answered with the rights its asker has then, for the organisation it was asked for (Who)."""
    if by.organisation_id != row.organisation_id:
        return f"You do not act for {row.organisation} any more."
    if row.view and row.view != view_of(by):
        return "What you may know of hubs has changed since this file was sent: send it again."
    return enquire.why_not(by=by)


@who
def fetch(row: FileEnquiry, *, by: Actor) -> str | None:
    """Rule: who may know less than when the file was answered does not get the result; an agent's access to a
    supplier's homes ends with the appointment (Objection and ballot)."""
    if refused := be_answered.why_not(row, by=by):
        return refused
    organisation = Organisation.objects.get(pk=row.organisation_id)
    if set(row.suppliers) <= by.suppliers and set(row.regions) <= set(organisation.regions):
        return None
    return "This result names homes about which you may not ask any more: send the file again to ask about the others."
