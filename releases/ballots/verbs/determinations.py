"""Determinations: they take effect by themselves and are published as a document."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, move, save
from releases.ballots import can, may, messages, rulesets
from releases.ballots import tally as counting
from releases.ballots.clocks import due
from releases.ballots.hashes import document_hash, heard_hash, said
from releases.ballots.models import Ballot, Determination
from releases.ballots.paper import Kind, Option, Safeguard
from releases.ballots.roll import roll_of
from releases.ballots.states import BallotState, ObjectionState
from releases.ballots.tally import Result
from releases.ballots.verbs import settling
from releases.ballots.verbs.remedies import take_effect


def conclude(ballot: Ballot, result: Result, *, by: Actor, at: datetime, verb: str) -> Determination | None:
    """End a counted ballot with a determination, or with a Sub-Committee's recommendation, which decides nothing."""
    if not ballot.recommends:
        return decide(ballot, result, by=by, at=at, verb=verb)
    ballot.recommendation = str(result.outcome)
    data: dict[str, Jsonable] = {"recommendation": ballot.recommendation}
    move(ballot, to=BallotState.ADVISED, by=by, at=at, verb="recommend", fields=("recommendation",), data=data)
    tell(messages.Recommended(ballot, at), at=at)
    return None


def decide(ballot: Ballot, result: Result, *, by: Actor, at: datetime, verb: str) -> Determination:
    """Make the determination of a locked ballot, let it take effect, and return it."""
    objections = list(ballot.objections.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    number = take_number(Determination)
    outcome = Option(result.outcome or Option.EXCLUDE)
    determination = Determination.objects.create(
        pk=number,
        reference=f"DET-{number:04d}",
        ballot=ballot,
        outcome=outcome,
        is_safeguarded=result.safeguarded,
        override_carried=result.overridden,
        defer_to=ballot.defer_to if outcome is Option.DEFER else None,
        heard=said(ballot),
        rule_in_words="\n".join(result.working),
        decided_at=at,
    )
    data: dict[str, Jsonable] = {"outcome": str(outcome), "heard": heard_hash(ballot)}
    move(ballot, to=BallotState.DECIDED, by=by, at=at, verb=verb, data=data)
    for objection in objections:
        why = f"{determination.reference}: {outcome.words}."
        move(objection, to=ObjectionState.DETERMINED, by=settling.CLERK, at=at, verb="determine", why=why)
    done = take_effect(determination, evidence_accepted=result.evidence_accepted, at=at)
    settling.add_effects(determination, done, at=at)
    for objection in objections:
        settling.drop_provisional_hold(objection, why=f"Determined in {determination.reference}.", at=at)
    settling.end_dispute(ballot.release, at=at)
    tell(messages.Decided(ballot, at, determination), at=at)
    return determination


@transaction.atomic
def determine(ballot: Ballot, *, by: Actor, at: datetime) -> Determination | None:
    """Record the determination that the rules give without a vote, and return it; None for a recommendation.

    Rule: a tie that gets no casting vote in time falls to the more cautious option; at a Panel still inquorate
    after the extension the cohort is held and the rest proceeds.
    """
    barrier.shut()
    ballot = lock(ballot)
    may.determine(ballot, by=by)
    can.determine(ballot, at=at)
    if ballot.state == BallotState.TIED:
        result = counting.settle(counting.from_json(ballot.tally.result), None)
    else:
        result = counting.decide_without_quorum(_inquorate(ballot), Kind(ballot.kind))
    return conclude(ballot, result, by=by, at=at, verb="determine")


def _inquorate(ballot: Ballot) -> Result:
    """The result without opening a vote: that quorum was missed follows from the turnout alone."""
    if hasattr(ballot, "tally"):
        return counting.from_json(ballot.tally.result)
    roll = roll_of(ballot)
    return counting.missed(
        entitled=len(roll.seats),
        recused=len(roll.recused),
        cast=roll.turnout,
        rules=rulesets.parse(ballot.rules or {}),
        safeguard=Safeguard(ballot.safeguard),
    )


@transaction.atomic
def publish(
    ballot: Ballot, *, reasons: str, minority_statement: str, by: Actor, at: datetime, seen: int | None = None
) -> Determination:
    """Publish the determination with the reasons and the minority's statement; the appeal window opens."""
    ballot = lock(ballot, seen=seen)
    may.publish(ballot, by=by)
    can.publish(ballot)
    determination = lock(ballot.determination)
    determination.reasons = settling.said(reasons, "reasons", "Give the committee's reasons.")
    determination.minority_statement = minority_statement.strip()
    determination.published_at = at
    determination.appeal_until = due(rulesets.parse(ballot.rules or {}).clocks.appeal, ballot.release, at)
    save(determination, "reasons", "minority_statement", "published_at", "appeal_until")
    digest = document_hash(determination)
    move(ballot, to=BallotState.PUBLISHED, by=by, at=at, verb="publish", data={"document": digest})
    tell(messages.Published(ballot, at, determination), at=at)
    return determination
