"""Taking back what a determination put in force, when its ballot is voided before publication."""

from datetime import datetime

from portal.workflow.transitions import lock, move
from releases.ballots import queries
from releases.ballots.models import Ballot, Determination, Objection
from releases.ballots.paper import Kind, Option
from releases.ballots.states import ObjectionState
from releases.ballots.verbs import settling
from releases.holds import verbs as holds
from releases.holds.models import Ground
from releases.publishing import can as publishing_can
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.states import FINISHED
from releases.publishing.working import words


def take_back(ballot: Ballot, *, at: datetime) -> None:
    """Undo a voided ballot's determination and say so in it.

    Its objections are contested again, and late ones hold their cohort again, before its own holds end: no batch
    finds the cohort free in between. What cannot be undone (a notice voided, a release ended) stays.
    """
    determination = Determination.objects.filter(ballot=ballot).first()
    if determination is None:
        return
    voided = f"{ballot.reference} was voided."
    done = [contest_again(one, why=voided, at=at) for one in queries.determined(ballot)]
    why = f"{ballot.reference} was voided: {determination.reference} is no longer in force."
    for hold in queries.holds_of(determination):
        holds.lift(hold, ground=Ground.DETERMINATION, why=why, by=settling.CLERK, at=at)
        done.append(f"{hold.reference} is lifted.")
    if ballot.kind == Kind.WAIVER and determination.outcome == Option.PROCEED:
        done.append(_notice_as_before(ballot, why, at))
    if queries.is_deferred_by(determination):
        done.append(defer_as_before(determination, why, at))
    taken_back = [f"Taken back when the ballot was voided: {one}" for one in done]
    settling.add_effects(lock(determination), taken_back, at=at)


def _notice_as_before(ballot: Ballot, why: str, at: datetime) -> str:
    release = Release.objects.get(pk=ballot.release_id)
    refused = publishing_can.restore_notice.why_not(release)
    if refused:
        return f"The notice stays waived: {refused}"
    release = publishing.restore_notice(release, by=settling.CLERK, at=at, why=why)
    return "The notice runs to its end again."


def contest_again(objection: Objection, *, why: str, at: datetime, limited: bool = False) -> str:
    """Contest a determined objection again, for its cohort alone where `limited`; return what was done."""
    objection = lock(objection)
    if objection.release.state in FINISHED:
        return f"{objection.reference} stays determined: the release has ended."
    objection.is_limited |= limited
    move(
        objection,
        to=ObjectionState.CONTESTED,
        by=settling.CLERK,
        at=at,
        verb="contest_again",
        why=why,
        fields=("is_limited",),
    )
    settling.dispute(objection, at=at)
    settling.hold_provisionally(objection, at=at)
    return f"{objection.reference} is contested again."


def defer_as_before(determination: Determination, why: str, at: datetime) -> str:
    """Take back the deferral of a determination and say what is left of it."""
    release = Release.objects.get(pk=determination.ballot.release_id)
    before = queries.deferral_without(determination)
    publishing.shorten_deferral(release, until=before, by=settling.CLERK, at=at, why=why)
    return f"Activation is deferred to {words(before)} only." if before else "Activation is no longer deferred."
