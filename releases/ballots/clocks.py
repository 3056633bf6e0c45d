"""The clocks of objections and ballots: Working Days from the rule set to instants."""

from datetime import datetime, timedelta

from portal.working_days import clear_working_days_after
from releases.ballots.models import Ballot
from releases.ballots.paper import Kind
from releases.ballots.rulesets import Clock, parse
from releases.publishing.models import Release, UrgencyClass

EXPEDITED_NOTICE, EXPEDITED_VOTING = timedelta(hours=4), timedelta(hours=24)
QUICK = (UrgencyClass.Name.URGENT, UrgencyClass.Name.EMERGENCY)


def is_urgent(release: Release) -> bool:
    """Whether the shorter clocks apply: Urgent releases, and Emergency ones, which are more so."""
    return release.urgency_class.name in QUICK


def due(clock: Clock, release: Release, at: datetime) -> datetime:
    """When this clock, started at `at`, runs out: the end of its last Working Day."""
    return clear_working_days_after(at, clock.days(urgent=is_urgent(release)))


def is_expedited(ballot: Ballot) -> bool:
    """Whether it runs by the hour. Rule: 4 hours' notice, a vote of 24 hours (Urgency classes, Emergency waiver)."""
    return ballot.kind == Kind.WAIVER


def notice_over(ballot: Ballot, clock: Clock, at: datetime) -> datetime:
    """When voting may open on a ballot of which notice is given at `at`."""
    return at + EXPEDITED_NOTICE if is_expedited(ballot) else due(clock, ballot.release, at)


def voting_over(ballot: Ballot, clock: Clock, at: datetime) -> datetime:
    """When voting that opens, or is extended, at `at` closes."""
    return at + EXPEDITED_VOTING if is_expedited(ballot) else due(clock, ballot.release, at)


def extendable_until(ballot: Ballot) -> datetime | None:
    """Until when a ballot found without quorum may be extended; None where it is not closed.

    Portal default: as long after its close as voting was open, for later its evidence and its roll are stale.
    """
    if ballot.closed_at is None:
        return None
    return voting_over(ballot, parse(ballot.rules or {}).clocks.voting, ballot.closed_at)


def casting_over(ballot: Ballot, clock: Clock, at: datetime) -> datetime:
    """When the time for a casting vote on a tie found at `at` is over."""
    return at + EXPEDITED_NOTICE if is_expedited(ballot) else due(clock, ballot.release, at)
