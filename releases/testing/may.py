"""Who may book, cancel and report."""

from portal.people.models import Organisation, OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who
from releases.testing.models import TestWindow, WaitingPlace

DCC_LAB = "dcc-lab"


def _acts_for(organisation_id: int, by: Actor) -> str | None:
    if organisation_id in by.suppliers:
        return None
    if by.kind == OrganisationKind.RSA:
        return "Your organisation is not appointed by this supplier: an agent acts only for those that appointed it."
    return "This belongs to another organisation."


@who
def book(organisation: Organisation, *, by: Actor) -> str | None:
    """Rule: suppliers book for themselves; an RSA for a supplier that has appointed it today (Who)."""
    if not by.has(Permission.BOOK_WINDOWS):
        return "Only suppliers and their agents book test windows."
    return _acts_for(organisation.pk, by)


@who
def cancel(window: TestWindow, *, by: Actor) -> str | None:
    """Rule: the portal itself cancels the windows of a release whose notice no longer stands."""
    if by.is_system or by.has(Permission.MANAGE_RELEASES):
        return None
    if not by.has(Permission.BOOK_WINDOWS):
        return "Only the organisation that booked it, its agents or DCC cancel a test window."
    return _acts_for(window.organisation_id, by)


@who
def keep_case(*, by: Actor) -> str | None:
    """Rule: the catalogue of test cases is DCC's (portal default)."""
    return None if by.has(Permission.MANAGE_RELEASES) else "Only DCC keeps the catalogue of test cases."


@who
def reschedule(window: TestWindow, *, by: Actor) -> str | None:
    """Rule: its organisation and agents move a window; DCC moves any, with reasons."""
    if by.has(Permission.MANAGE_RELEASES):
        return None
    if not by.has(Permission.BOOK_WINDOWS):
        return "Only the organisation that booked it, its agents or DCC move a test window."
    return _acts_for(window.organisation_id, by)


@who
def record_no_show(*, by: Actor) -> str | None:
    return None if by.has(Permission.MANAGE_RELEASES) else "Only DCC records that nobody came."


@who
def ask_extension(window: TestWindow, *, by: Actor) -> str | None:
    if not by.has(Permission.BOOK_WINDOWS):
        return "Only the organisation of the window and its agents ask for longer."
    return _acts_for(window.organisation_id, by)


@who
def answer_extension(*, by: Actor) -> str | None:
    return None if by.has(Permission.MANAGE_RELEASES) else "Only DCC lets a window last longer."


@who
def report_results(window: TestWindow, *, by: Actor) -> str | None:
    """Rule: the organisation of the window and its agents report; DCC does for its own test lab."""
    if not by.has(Permission.REPORT_RESULTS):
        return "Only suppliers, their agents and the DCC test lab report results."
    if by.kind == OrganisationKind.DCC:
        lab = window.environment.slug == DCC_LAB
        return None if lab else "DCC reports results of its own test lab only."
    return _acts_for(window.organisation_id, by)


@who
def leave_waiting_list(entry: WaitingPlace, *, by: Actor) -> str | None:
    if by.has(Permission.MANAGE_RELEASES):
        return None
    if not by.has(Permission.BOOK_WINDOWS):
        return "Only the organisation that waits, its agents or DCC take it off the waiting list."
    return _acts_for(entry.organisation_id, by)


@who
def see_load(*, by: Actor) -> str | None:
    return None if by.has(Permission.MANAGE_RELEASES) else "Only DCC sees the load of the environments."


@who
def manage_facilities(*, by: Actor) -> str | None:
    """Rule: DCC manages environments, opening hours, closures and rigs (portal default)."""
    return None if by.has(Permission.MANAGE_RELEASES) else "Only DCC manages environments, closures and rigs."
