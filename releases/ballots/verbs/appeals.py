"""An appeal against a published determination, and what the Authority made of it."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move, note, save
from releases.ballots import can, may, messages, queries
from releases.ballots.models import AppealResult, Ballot, Determination
from releases.ballots.states import BallotState
from releases.ballots.verbs import settling
from releases.ballots.verbs.remedies import UNTIL_FIXED, hold_again
from releases.ballots.verbs.voiding import contest_again, defer_as_before
from releases.holds import verbs as holds
from releases.holds.models import Ground


@transaction.atomic
def record_appeal(
    ballot: Ballot, *, appellant: str, why: str, by: Actor, at: datetime, seen: int | None = None
) -> Determination:
    """Record that the determination was appealed to the Authority: the objected cohort waits for the outcome."""
    barrier.shut()
    ballot = lock(ballot, seen=seen)
    may.record_appeal(ballot, by=by)
    can.record_appeal(ballot, at=at)
    determination = lock(ballot.determination)
    determination.appellant = settling.said(appellant, "appellant", "Say who appeals.")
    determination.appeal_grounds = settling.said(why, "why", "Say on what grounds.")
    determination.appealed_at = at
    save(determination, "appellant", "appeal_grounds", "appealed_at")
    move(ballot, to=BallotState.APPEALED, by=by, at=at, verb="record_appeal", why=why, data={"appellant": appellant})
    tell(messages.Appealed(ballot, at, determination), at=at)
    return determination


@transaction.atomic
def record_appeal_outcome(
    ballot: Ballot, *, result: str, outcome: str, by: Actor, at: datetime, seen: int | None = None
) -> Determination:
    """Record the Authority's outcome of an appeal and apply it.

    Dismissed: the determination stands. Held: the objected cohort is held from now on. Freed: what the determination
    holds or defers ends, save what the minority safeguard holds. Remitted: its objections are contested again, and a
    new ballot decides; until then its holds stay and the cohort waits.
    """
    barrier.shut()
    ballot = lock(ballot, seen=seen)
    may.record_appeal_outcome(ballot, by=by)
    can.record_appeal_outcome(ballot)
    if result not in AppealResult.values:
        raise Invalid("Choose what became of the appeal.", {"result": ["Choose what became of the appeal."]})
    determination = lock(ballot.determination)
    determination.appeal_outcome = settling.said(outcome, "outcome", "Write down the Authority's outcome.")
    determination.appeal_ended_at, determination.appeal_result = at, result
    save(determination, "appeal_outcome", "appeal_ended_at", "appeal_result")
    settling.add_effects(determination, _APPLY[AppealResult(result)](determination, at), at=at)
    note(ballot, by=by, at=at, verb="record_appeal_outcome", why=outcome, data={"result": result})
    tell(messages.AppealEnded(ballot, at, determination), at=at)
    return determination


def _dismiss(determination: Determination, at: datetime) -> list[str]:
    return ["The appeal was dismissed: the determination stands."]


def _hold(determination: Determination, at: datetime) -> list[str]:
    return hold_again(determination, at=at) or ["There is no objected cohort to hold."]


def _free(determination: Determination, at: datetime) -> list[str]:
    """Rule: the safeguarded cohort is held until fixed; only a carried override, no appeal, leaves it unheld."""
    why = f"The appeal against {determination.reference} was upheld."
    done = []
    for hold in queries.holds_of(determination).order_by("pk"):
        if hold.condition == UNTIL_FIXED:
            done.append(f"{hold.reference} stays: the minority safeguard holds its homes until fixed.")
            continue
        holds.lift(hold, ground=Ground.DETERMINATION, why=why, by=settling.CLERK, at=at)
        done.append(f"{hold.reference} is lifted: the appeal was upheld.")
    done += _defer_no_more(determination, why, at)
    return done or [f"{why} No hold and no deferral of it is in force; whatever else it did stays as it is."]


def _remit(determination: Determination, at: datetime) -> list[str]:
    """The objections come back limited to their cohort: the rest proceeds, as while the appeal was heard."""
    ballot, why = determination.ballot, f"The appeal against {determination.reference} was upheld."
    done = [contest_again(one, why=why, limited=True, at=at) for one in queries.determined(ballot)]
    kept = [f"{hold.reference} stays until the new determination." for hold in queries.holds_of(determination)]
    return [*done, *kept, *_defer_no_more(determination, why, at)] or [f"{why} A new ballot decides."]


def _defer_no_more(determination: Determination, why: str, at: datetime) -> list[str]:
    return [defer_as_before(determination, why, at)] if queries.is_deferred_by(determination) else []


_APPLY: dict[AppealResult, Callable[[Determination, datetime], list[str]]] = {
    AppealResult.DISMISSED: _dismiss,
    AppealResult.HELD: _hold,
    AppealResult.FREED: _free,
    AppealResult.REMITTED: _remit,
}
