"""Who holds an exercise, and who states constraints in it."""

from portal.people.models import Organisation, OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who


@who
def open_exercise(*, by: Actor) -> str | None:
    return None if by.has(Permission.MANAGE_RELEASES) else "Only a DCC release manager holds a scheduling exercise."


change_exercise = reopen_exercise = confirm = read_statements = open_exercise
read_drafts = solve = edit = discard = open_exercise


@who
def close_exercise(*, by: Actor) -> str | None:
    """Rule: an exercise closes by the clock, or sooner by DCC."""
    return None if by.is_system else open_exercise.why_not(by=by)


@who
def withdraw_exercise(*, by: Actor) -> str | None:
    """Rule: with a release that ends, or takes another approach, its exercise is withdrawn by the portal itself."""
    return None if by.is_system else open_exercise.why_not(by=by)


@who
def remind(*, by: Actor) -> str | None:
    return None if by.is_system else open_exercise.why_not(by=by)


@who
def states(*, by: Actor) -> str | None:
    """Whether the actor states constraints at all; for whom is judged by the others."""
    return None if by.has(Permission.STATE_CONSTRAINTS) else "Only suppliers and their agents state constraints."


@who
def state(organisation: Organisation, *, by: Actor) -> str | None:
    """Rule: suppliers state for themselves; an RSA for a supplier that has appointed it today (Who)."""
    if states.why_not(by=by) is not None or organisation.pk in by.suppliers:
        return states.why_not(by=by)
    if by.kind == OrganisationKind.RSA:
        return f"{organisation} has not appointed your organisation: an agent acts only for those that appointed it."
    return f"You do not act for {organisation}."


leave = state
