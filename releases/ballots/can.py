"""When an objection or a ballot can move: state and time, whoever asks."""

from collections.abc import Iterable
from datetime import datetime

from portal.people.models import CommitteeKind
from portal.workflow.rules import when
from releases.ballots.models import Ballot, Entitlement, Objection, Remedy
from releases.ballots.roll import Roll, last_declaration
from releases.ballots.states import UNDECIDED, UNSETTLED, BallotState, ObjectionState
from releases.holds.queries import cells_of
from releases.issues.models import Issue
from releases.products.cohorts import Cohort
from releases.publishing.endings import set_aside
from releases.publishing.models import Approach, Release
from releases.publishing.states import ReleaseState

OPEN_TO_OBJECTIONS = (ReleaseState.NOTIFIED, ReleaseState.DISPUTED, ReleaseState.CLEARED)
OPEN_TO_LATE_OBJECTIONS = (
    *OPEN_TO_OBJECTIONS,
    ReleaseState.ACTIVE,
    ReleaseState.HALTED,
    ReleaseState.HYPERCARE,
)
BEFORE_VOTING = (BallotState.DRAFT, BallotState.NOTICED, BallotState.VOID)
GRAVE = 2
"""Severities 1 and 2 are grave: they allow a late objection and call for the minority safeguard."""


def window_is_open(release: Release, at: datetime) -> bool:
    """Whether objections are in time."""
    return (
        release.state in OPEN_TO_OBJECTIONS and release.objections_until is not None and at < release.objections_until
    )


@when
def lodge(release: Release, issues: Iterable[Issue], *, at: datetime) -> str | None:
    """Rule: in the objection window; later only on evidence of severity 1 or 2, also while the rollout runs."""
    if release.approach != Approach.CONSULTATION:
        return "Only a release under Consultation has an objection stage."
    if window_is_open(release, at):
        return None
    if release.state not in OPEN_TO_LATE_OBJECTIONS:
        return f"A release that is {release.get_state_display().lower()} takes no objections."
    if any(issue.severity <= GRAVE for issue in issues):
        return None
    return "The objection window is closed: a late objection must cite an issue of severity 1 or 2."


@when
def lodge_once(release: Release, supplier_id: int, issues: Iterable[Issue], cohort: Cohort) -> str | None:
    """Rule: one objection says it; the same again while that is unsettled would only be heard twice."""
    cited = {issue.pk for issue in issues}
    for other in release.objections.filter(organisation=supplier_id, state__in=UNSETTLED).prefetch_related("issues"):
        if Cohort.of(other) == cohort and {issue.pk for issue in other.issues.all()} == cited:
            return f"{other.reference} says the same of the same homes and is not settled yet: once is enough."
    return None


def _in(objection: Objection, *states: ObjectionState) -> str | None:
    if objection.state in states:
        return None
    return f"The objection is {objection.get_state_display().lower()}."


@when
def join(objection: Objection, supplier_id: int) -> str | None:
    """Rule: others affected may join, before voting begins (Objection and ballot)."""
    if objection.joinders.filter(organisation=supplier_id).exists():
        return "Your organisation has already joined this objection."
    if objection.ballots.exclude(state__in=BEFORE_VOTING).exists():
        return "Voting on this objection has begun."
    if not objection.is_unsettled:
        return _in(objection)
    if (
        supplier_id
        and not cells_of(Cohort(suppliers=frozenset({supplier_id})), objection.release).filter(homes__gt=0).exists()
    ):
        return "No home of this supplier is concerned by the release: only an affected party joins."
    return None


@when
def withdraw(objection: Objection) -> str | None:
    """An objection under vote is the committee's: withdrawing it would undo a ballot that others have joined."""
    if objection.ballots.exclude(state__in=BEFORE_VOTING).exists():
        return "Voting on this objection has begun: it can no longer be withdrawn."
    return None if objection.is_unsettled else _in(objection)


@when
def lapse(objection: Objection) -> str | None:
    if not objection.is_unsettled:
        return _in(objection)
    if not Objection.objects.filter(set_aside("lodged_at"), pk=objection.pk).exists():
        return "Its release stands: the objection is heard."
    if objection.ballots.filter(state__in=UNDECIDED).exists():
        return "Its ballot must be voided first."
    return None


@when
def admit(objection: Objection) -> str | None:
    return _in(objection, ObjectionState.LODGED)


return_with_reasons = admit


@when
def accept(objection: Objection) -> str | None:
    """Rule: DCC accepts a hold, a deferral or a retest without a vote; a rejection takes a committee."""
    if objection.remedy == Remedy.REJECT:
        return "Rejecting a release takes a committee's vote: contest the objection, or withdraw the release."
    if objection.remedy == Remedy.RETEST and objection.release.state not in OPEN_TO_OBJECTIONS:
        return "A release under way cannot be returned for retest: narrow the objection to a hold, or contest it."
    if objection.ballots.exclude(state__in=BEFORE_VOTING).exists():
        return "The committee is voting on this objection."
    return _in(objection, ObjectionState.ADMITTED, ObjectionState.CONTESTED)


@when
def narrow(objection: Objection) -> str | None:
    return _in(objection, ObjectionState.ADMITTED)


contest = narrow


@when
def contest_by_silence(objection: Objection, *, at: datetime) -> str | None:
    """Rule: DCC's silence past its clock, or the objector's about a narrowing, counts as contest."""
    if objection.due_at is None or at < objection.due_at:
        return "The time to answer is not over."
    return _in(objection, ObjectionState.ADMITTED, ObjectionState.NARROWED)


@when
def agree(objection: Objection, *, at: datetime) -> str | None:
    if objection.due_at is not None and at >= objection.due_at:
        return "The time to agree is over: the objection counts as contested."
    return _in(objection, ObjectionState.NARROWED)


@when
def disagree(objection: Objection) -> str | None:
    return _in(objection, ObjectionState.NARROWED)


@when
def draft(ballot: Ballot, objections: Iterable[Objection]) -> str | None:
    """Rule: contested objections to one release; on a security issue before the Security Sub-Committee."""
    objections = list(objections)
    if not objections:
        return "A ballot hears at least one objection."
    for objection in objections:
        reason = _hearing(ballot, objection)
        if reason:
            return reason
    return None


def _hearing(ballot: Ballot, objection: Objection) -> str | None:
    if objection.release_id != ballot.release_id:
        return f"{objection.reference} is about another release."
    if objection.state != ObjectionState.CONTESTED:
        return f"{objection.reference} is {objection.get_state_display().lower()}, not contested."
    if any(other.is_running for other in objection.ballots.all() if other.pk != ballot.pk):
        return f"{objection.reference} is being heard in another ballot."
    security = any(issue.is_security for issue in objection.issues.all())
    if security and ballot.committee.kind != CommitteeKind.SECURITY_SUB_COMMITTEE:
        return f"{objection.reference} is for the Security Sub-Committee."
    return None


def _ballot_in(ballot: Ballot, *states: BallotState) -> str | None:
    if ballot.state in states:
        return None
    return f"The ballot is {ballot.get_state_display().lower()}."


@when
def notice(ballot: Ballot) -> str | None:
    return _ballot_in(ballot, BallotState.DRAFT)


@when
def open_voting(ballot: Ballot, *, at: datetime) -> str | None:
    if ballot.state == BallotState.NOTICED and ballot.opens_at is not None and at < ballot.opens_at:
        return "The notice of this ballot is not over."
    waits = ballot.state in (BallotState.DRAFT, BallotState.NOTICED)
    if waits and not ballot.objections.filter(state=ObjectionState.CONTESTED).exists():
        return "Every objection it would hear is settled: void the ballot."
    return _ballot_in(ballot, BallotState.NOTICED)


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
def extend(ballot: Ballot) -> str | None:
    """Rule: one equal extension of a ballot without quorum."""
    if ballot.state == BallotState.INQUORATE and ballot.extended_at is not None:
        return "The ballot has been extended once already."
    if ballot.state == BallotState.INQUORATE and hasattr(ballot, "tally"):
        return "The votes were opened at close: every vote was an abstention."
    return _ballot_in(ballot, BallotState.INQUORATE)


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
    reason = _ballot_in(ballot, BallotState.INQUORATE)
    if reason:
        return reason
    if extend.why_not(ballot) is None:
        return "The ballot can still be extended."
    if ballot.committee.kind != CommitteeKind.PANEL:
        return "A Sub-Committee without quorum refers the matter to the Panel: void this ballot and draft one there."
    return None


def _before(at: datetime, limit: datetime | None) -> bool:
    return limit is not None and at < limit


@when
def void(ballot: Ballot) -> str | None:
    """Rule: void from any state before published; a published determination is not voided but appealed."""
    if ballot.machine.allows(ballot.state, BallotState.VOID):
        return None
    return f"The ballot is {ballot.get_state_display().lower()}."


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
