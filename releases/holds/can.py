"""When a hold can be placed and end (Holds)."""

from datetime import datetime

from portal.pages.templatetags.words import uk_datetime
from portal.workflow.rules import when
from portal.working_days import clear_working_days_after
from releases.holds.models import Cause, Ground, Hold
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState

LIFT_NOTICE_WORKING_DAYS = 2
NOTHING_MOVES = (ReleaseState.REJECTED, ReleaseState.WITHDRAWN, ReleaseState.SUPERSEDED)

ENDS_BY: dict[str, tuple[Ground, ...]] = {
    Cause.ISSUE: (Ground.EVIDENCE,),
    Cause.DETERMINATION: (Ground.CONDITION, Ground.DETERMINATION),
    Cause.DETECTION: (Ground.DCC,),
    Cause.DCC: (Ground.DCC,),
    Cause.OBJECTION: (Ground.SETTLED,),
}
_HOW_IT_ENDS = {
    Cause.ISSUE: "A hold from an issue ends on passing evidence for that issue.",
    Cause.DETERMINATION: "A determination's hold ends only by its stated condition or a new determination.",
    Cause.DETECTION: "A hold from an automatic detection ends by DCC's decision.",
    Cause.DCC: "A hold by DCC ends by DCC's decision.",
    Cause.OBJECTION: "A provisional hold ends when its objection is settled.",
}


def lift_notice_over(hold: Hold) -> datetime | None:
    """Return when an issue's hold may be lifted, None while nobody was told that it will end.

    Rule: the objector is told 2 Working Days before (Holds).
    """
    if hold.lift_notified_at is None:
        return None
    return clear_working_days_after(hold.lift_notified_at, LIFT_NOTICE_WORKING_DAYS)


@when
def place(release: Release | None) -> str | None:
    if release is not None and release.state in NOTHING_MOVES:
        return f"{release.reference} is {release.state}: nothing of it is deployed or activated any more."
    return None


@when
def announce_lift(hold: Hold) -> str | None:
    if not hold.in_force:
        return f"{hold} is lifted already."
    if hold.cause != Cause.ISSUE:
        return f"{_HOW_IT_ENDS[Cause(hold.cause)]} It needs no announcement."
    if hold.lift_notified_at is not None:
        return "Those behind this hold have been told already that it will end."
    return None


@when
def review(hold: Hold) -> str | None:
    return None if hold.in_force else f"{hold} is lifted already."


@when
def lift(hold: Hold, ground: str, *, at: datetime) -> str | None:
    if not hold.in_force:
        return f"{hold} is lifted already."
    if ground not in ENDS_BY[hold.cause]:
        return _HOW_IT_ENDS[Cause(hold.cause)]
    if ground == Ground.CONDITION and not hold.condition:
        return "The determination states no condition: this hold ends only by a new determination."
    if hold.cause != Cause.ISSUE:
        return None
    over = lift_notice_over(hold)
    if over is None:
        return "Those behind this hold must be told 2 Working Days before it ends: announce its end first."
    if at < over:
        return f"Those behind this hold were told less than 2 Working Days ago: lift it from {uk_datetime(over)}."
    return None
