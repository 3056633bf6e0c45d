"""Who may place and end a hold (Holds)."""

from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who
from releases.holds.models import Cause, Ground, Hold


@who
def place(cause: str, *, by: Actor) -> str | None:
    """Rule: DCC places a hold from an issue, an automatic detection or its own decision; one from a determination
    or an admitted late objection takes effect by itself."""
    if by.is_system:
        return None
    if cause in (Cause.DETERMINATION, Cause.OBJECTION):
        return "Only a determination or an admitted objection itself places this hold."
    return None if by.has(Permission.PLACE_HOLDS) else "Only DCC places a hold."


@who
def announce_lift(hold: Hold, *, by: Actor) -> str | None:
    return None if by.has(Permission.PLACE_HOLDS) else "Only DCC announces the end of a hold."


@who
def review(hold: Hold, *, by: Actor) -> str | None:
    return None if by.has(Permission.PLACE_HOLDS) else "Only DCC reviews a hold."


@who
def lift(hold: Hold, ground: str, *, by: Actor) -> str | None:
    """Rule: a determination's hold ends by its condition, which the secretary records and the clock where it is a date,
    or a new determination; a provisional one with its objection; an issue's by DCC on passing evidence; others by DCC.
    """
    if ground in (Ground.DETERMINATION, Ground.SETTLED):
        return None if by.is_system else "This hold ends by itself, with a new determination or its objection."
    if ground == Ground.CONDITION:
        secretary = by.is_system or by.has(Permission.PUBLISH_DETERMINATIONS)
        return None if secretary else "Only the SECAS secretary records that a determination's condition is met."
    return None if by.has(Permission.PLACE_HOLDS) else "Only DCC lifts this hold."
