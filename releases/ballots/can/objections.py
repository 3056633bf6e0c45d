"""When an objection can move: state and time, whoever asks."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from portal.workflow.rules import when
from releases.ballots.models import AppealResult, Ballot, Objection, Remedy
from releases.ballots.safeguards import GRAVE, standings
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
    return f"The objection is {objection.stands}."


def is_under_vote(objection: Objection) -> bool:
    """Whether a committee votes on it, or has voted; no more once the Authority sent that back to be decided anew."""
    back = Q(determination__appeal_result=AppealResult.REMITTED)
    remitted = Ballot.objects.filter(back | Q(followed_by__in=Ballot.objects.filter(back)))
    return objection.ballots.exclude(state__in=BEFORE_VOTING).exclude(pk__in=remitted).exists()


@when
def join(objection: Objection, supplier_id: int) -> str | None:
    """Rule: others affected may join, before voting begins (Objection and ballot)."""
    if objection.joinders.filter(organisation=supplier_id).exists():
        return "Your organisation has already joined this objection."
    if is_under_vote(objection):
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
def add_evidence(objection: Objection) -> str | None:
    """Rule: what a committee votes on stands when voting begins."""
    if is_under_vote(objection):
        return "Voting on this objection has begun."
    return None if objection.is_unsettled else _in(objection)


@when
def withdraw(objection: Objection) -> str | None:
    """An objection under vote is the committee's: withdrawing it would undo a ballot that others have joined."""
    if is_under_vote(objection):
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
    if is_under_vote(objection):
        return "The committee is voting on this objection."
    return _in(objection, ObjectionState.ADMITTED, ObjectionState.CONTESTED)


@when
def narrow(objection: Objection) -> str | None:
    return _in(objection, ObjectionState.ADMITTED)


contest = narrow


@when
def offer_part(objection: Objection) -> str | None:
    """Rule: homes for which evidence of severity 1 or 2 is established are held until fixed (Minority safeguard)."""
    if standings([objection])["established"]:
        return "Evidence of severity 1 or 2 is established for its homes: a narrowing holds all of them until fixed."
    return None


@when
def contest_by_silence(objection: Objection, *, at: datetime) -> str | None:
    """Rule: DCC's silence past its clock, or the objector's about a narrowing, counts as contest."""
    if objection.due_at is None or at < objection.due_at:
        return "The time to answer is not over."
    return _in(objection, ObjectionState.ADMITTED, ObjectionState.NARROWED)


@when
def agree(objection: Objection, *, at: datetime) -> str | None:
    reason = _in(objection, ObjectionState.NARROWED)
    if reason is None and objection.due_at is not None and at >= objection.due_at:
        return "The time to agree is over: the objection counts as contested."
    if reason is None and objection.offered is not None:
        return offer_part.why_not(objection)
    return reason


@when
def disagree(objection: Objection) -> str | None:
    return _in(objection, ObjectionState.NARROWED)
