"""When a ballot can move: state and time, whoever asks."""

from collections.abc import Iterable
from datetime import datetime

from portal.people.models import CommitteeKind
from portal.workflow.rules import when
from releases.ballots.clocks import extendable_until
from releases.ballots.models import Ballot, Entitlement, Objection
from releases.ballots.paper import Kind
from releases.ballots.roll import Roll, last_declaration
from releases.ballots.states import BallotState, ObjectionState
from releases.issues.models import Category
from releases.publishing.working import words


@when
def draft(ballot: Ballot, objections: Iterable[Objection]) -> str | None:
    """Rule: contested objections to one release, each heard in one ballot at a time."""
    reasons = [_drafting(ballot, objection) for objection in objections]
    if not reasons:
        return "A ballot hears at least one objection."
    return next((reason for reason in reasons if reason), None)


def _drafting(ballot: Ballot, objection: Objection) -> str | None:
    if objection.release_id != ballot.release_id:
        return f"{objection.reference} is about another release."
    if objection.state != ObjectionState.CONTESTED:
        return f"{objection.reference} is {objection.get_state_display().lower()}, not contested."
    if any(other.is_running for other in objection.ballots.all() if other.pk != ballot.pk):
        return f"{objection.reference} is being heard in another ballot."
    return None


@when
def hear(ballot: Ballot, objections: Iterable[Objection]) -> str | None:
    """Rule: an objection on a security issue comes before the Security Sub-Committee.

    A Sub-Committee may recommend instead of determining; then the Panel determines.
    """
    if ballot.recommends and ballot.committee.kind != CommitteeKind.SUB_COMMITTEE:
        return "Only a Sub-Committee recommends: the Panel and the Security Sub-Committee determine."
    reasons = (_hearing(ballot, objection) for objection in objections)
    return next((reason for reason in reasons if reason), None)


def _hearing(ballot: Ballot, objection: Objection) -> str | None:
    security = any(issue.is_security for issue in objection.issues.all())
    if security and ballot.committee.kind != CommitteeKind.SECURITY_SUB_COMMITTEE:
        return f"{objection.reference} is for the Security Sub-Committee."
    advised = recommendation_on([objection])
    if advised and ballot.committee.kind != CommitteeKind.PANEL:
        return f"{advised.reference} has recommended on {objection.reference}: now the Panel determines."
    return None


def recommendation_on(objections: Iterable[Objection]) -> Ballot | None:
    """The latest recommendation on any of these objections, None where there is none."""
    advised = Ballot.objects.filter(objections__in=list(objections), state=BallotState.ADVISED)
    return advised.order_by("-pk").first()


def _ballot_in(ballot: Ballot, *states: BallotState) -> str | None:
    if ballot.state in states:
        return None
    return f"The ballot is {ballot.stands}."


@when
def notice(ballot: Ballot, *, over: datetime | None = None) -> str | None:
    """Rule: notice of the ballot is over when the meeting begins that votes on it; `over` is when it would be."""
    meeting = ballot.sits
    if meeting and over and over > meeting.starts_at:
        return f"Its notice would not be over when {meeting.reference} begins: choose a later meeting."
    return _ballot_in(ballot, BallotState.DRAFT)


@when
def open_voting(ballot: Ballot, *, at: datetime) -> str | None:
    if ballot.state == BallotState.NOTICED and ballot.opens_at is not None and at < ballot.opens_at:
        return f"Notice of this ballot runs until {words(ballot.opens_at)}: voting may open then."
    waits = ballot.kind == Kind.OBJECTIONS and ballot.state in (BallotState.DRAFT, BallotState.NOTICED)
    if waits and not ballot.objections.filter(state=ObjectionState.CONTESTED).exists():
        return "Every objection it would hear is settled: void the ballot."
    return _ballot_in(ballot, BallotState.NOTICED)


@when
def begin(ballot: Ballot, *, at: datetime) -> str | None:
    """Rule: voting opens when the meeting begins that votes on it."""
    meeting = ballot.sits
    if meeting is None or at < meeting.starts_at:
        return "No meeting has begun that votes on this ballot."
    return _ballot_in(ballot, BallotState.NOTICED)


@when
def decide_in_meeting(ballot: Ballot, *, votes: int, needed: int, at: datetime) -> str | None:
    """Portal default: the clock opens no vote whose time is over, or that could never reach its quorum."""
    meeting = ballot.sits
    if meeting and at >= meeting.ends_at:
        return f"{meeting.reference} was over before voting opened: opened now, the vote goes on by correspondence."
    if votes < needed:
        return (
            f"{votes} of the seats held today may vote, and a quorum takes at least {needed} votes: fill the"
            " vacancies of the committee, or void the ballot and draft one before another committee."
        )
    return None


@when
def tell_misplaced(ballot: Ballot) -> str | None:
    """Once, while it runs before another committee than the one that may know of a security issue."""
    if ballot.misplaced_at is not None:
        return "It was told already."
    if not ballot.is_running or ballot.committee.kind == CommitteeKind.SECURITY_SUB_COMMITTEE:
        return "It is not before another committee."
    if not ballot.objections.filter(issues__category=Category.SECURITY).exists():
        return "It hears no security issue."
    return None


@when
def add_statement(ballot: Ballot) -> str | None:
    return _ballot_in(ballot, BallotState.DRAFT, BallotState.NOTICED, BallotState.OPEN)


@when
def declare(ballot: Ballot, *, at: datetime) -> str | None:
    return _voting(ballot, at)


@when
def rule_on_interest(ballot: Ballot, *, at: datetime) -> str | None:
    return _voting(ballot, at)


def _voting(ballot: Ballot, at: datetime) -> str | None:
    reason = _ballot_in(ballot, BallotState.OPEN)
    if reason is None and ballot.closes_at is not None and at >= ballot.closes_at:
        return "Voting is over."
    return reason


@when
def cast(ballot: Ballot, roll: Roll, row: Entitlement, *, at: datetime) -> str | None:
    """Rule: while the ballot is open; after declaring an interest or none; alternates vote for absent members."""
    reason = _voting(ballot, at)
    if reason:
        return reason
    if last_declaration(row) is None:
        return "Declare an interest, or that you have none, before you vote."
    if row.alternate_for and row.alternate_for_id in roll.voted:
        return f"{row.alternate_for.name}, for whom you stand in, has voted."
    return None


@when
def close(ballot: Ballot, roll: Roll, *, at: datetime) -> str | None:
    """Rule: by the clock; earlier only when every seat of the base has voted, so that closing takes no vote away."""
    reason = _ballot_in(ballot, BallotState.OPEN)
    if reason or ballot.closes_at is None or at >= ballot.closes_at or roll.turnout == len(roll.base):
        return reason
    return "Voting is not over, and not everybody entitled has voted."


@when
def extend(ballot: Ballot, *, at: datetime) -> str | None:
    """Rule: one equal extension of a ballot without quorum. Portal default: within the same time after its close."""
    if ballot.state == BallotState.INQUORATE and ballot.extended_at is not None:
        return "The ballot has been extended once already."
    if ballot.state == BallotState.INQUORATE and hasattr(ballot, "tally"):
        return "The votes were opened at close: every vote was an abstention."
    until = extendable_until(ballot)
    if until and is_stale(ballot, at):
        return f"It could be extended until {words(until)}: {_ANEW}"
    return _ballot_in(ballot, BallotState.INQUORATE)


_ANEW = "void this ballot and draft a new one, with the evidence and the roll of its day."


def is_stale(ballot: Ballot, at: datetime) -> bool:
    """Whether a ballot without quorum was left until it can neither be extended nor decide anything."""
    waits = ballot.state == BallotState.INQUORATE and ballot.extended_at is None and not hasattr(ballot, "tally")
    until = extendable_until(ballot)
    return waits and until is not None and at >= until


@when
def refer(ballot: Ballot, *, at: datetime) -> str | None:
    """Rule: still inquorate after the extension, a Sub-Committee refers to the Panel; a security issue stays there."""
    reason = _spent(ballot, at)
    if reason:
        return reason
    if ballot.committee.kind != CommitteeKind.SUB_COMMITTEE:
        return f"The {ballot.committee} refers its ballots to nobody."
    if ballot.kind != Kind.OBJECTIONS:
        return "A ballot on an Emergency is drafted before the Panel itself: void this one."
    if not ballot.objections.filter(state=ObjectionState.CONTESTED).exists():
        return "Every objection it would hear is settled: void the ballot."
    if not _before(at, ballot.defer_to):
        return "Its deferral date is past: void it and draft one before the Panel with a later date."
    return None


def _spent(ballot: Ballot, at: datetime) -> str | None:
    """Why a ballot is not one that stays inquorate for good."""
    reason = _ballot_in(ballot, BallotState.INQUORATE)
    if reason is None and extend.why_not(ballot, at=at) is None:
        return "The ballot can still be extended."
    if reason is None and is_stale(ballot, at):
        return f"Nobody extended it in time: {_ANEW}"
    return reason


@when
def count(ballot: Ballot) -> str | None:
    return _ballot_in(ballot, BallotState.CLOSED)


@when
def casting_vote(ballot: Ballot, *, at: datetime) -> str | None:
    if ballot.casting_until is not None and at >= ballot.casting_until:
        return "The time for a casting vote is over: the more cautious option stands."
    return _ballot_in(ballot, BallotState.TIED)


@when
def determine(ballot: Ballot, *, at: datetime) -> str | None:
    """Rule: a tie without a casting vote in time, and a Panel still inquorate after the extension."""
    if ballot.state == BallotState.TIED:
        return "The Chair may still give the casting vote." if _before(at, ballot.casting_until) else None
    reason = _spent(ballot, at)
    if reason:
        return reason
    if ballot.objections.filter(issues__category=Category.SECURITY).exists():
        return "A security issue is shown to no other committee: void this ballot and draft a new one here."
    if ballot.committee.kind != CommitteeKind.PANEL:
        return "A Sub-Committee without quorum refers the matter to the Panel."
    return None


def _before(at: datetime, limit: datetime | None) -> bool:
    return limit is not None and at < limit


@when
def void(ballot: Ballot) -> str | None:
    """Rule: void from any state before published; a published determination is not voided but appealed."""
    if ballot.machine.allows(ballot.state, BallotState.VOID):
        return None
    return f"The ballot is {ballot.stands}."


@when
def publish(ballot: Ballot) -> str | None:
    return _ballot_in(ballot, BallotState.DECIDED)


@when
def record_appeal(ballot: Ballot, *, at: datetime) -> str | None:
    reason = _ballot_in(ballot, BallotState.PUBLISHED)
    if reason is None and not _before(at, ballot.determination.appeal_until):
        return "The appeal window is over."
    return reason


@when
def record_appeal_outcome(ballot: Ballot) -> str | None:
    reason = _ballot_in(ballot, BallotState.APPEALED)
    if reason is None and ballot.determination.appeal_ended_at is not None:
        return "The appeal's outcome is recorded."
    return reason
