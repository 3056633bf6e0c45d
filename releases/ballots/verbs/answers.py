"""DCC's answer to an objection and the objector's to a narrowing; silence counts as contest."""

from datetime import datetime
from typing import Any

from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move
from releases.ballots import can, may, messages
from releases.ballots.clocks import due
from releases.ballots.defaults import rules_at
from releases.ballots.models import Objection
from releases.ballots.states import ObjectionState
from releases.ballots.verbs import settling
from releases.ballots.verbs.remedies import end_remitted_holds, grant, hold_cohort
from releases.holds.queries import cells_of
from releases.products.cohorts import Cohort, narrowed


@transaction.atomic
def accept(objection: Objection, *, answer: str, by: Actor, at: datetime, seen: int | None = None) -> Objection:
    """Accept the remedy sought: hold, deferral or retest take effect now and there is no vote."""
    barrier.shut()
    objection = lock(objection, seen=seen)
    may.accept(objection, by=by)
    can.accept(objection)
    objection.answer = settling.said(answer, "answer", "Say why you accept the remedy.")
    objection.due_at = None
    move(objection, to=ObjectionState.ACCEPTED, by=by, at=at, verb="accept", why=answer, fields=("answer", "due_at"))
    grant(objection, at=at)
    end_remitted_holds(objection, at=at)
    settling.drop_provisional_hold(objection, why="The remedy sought was accepted.", at=at)
    settling.end_dispute(objection.release, at=at)
    tell(messages.Answered(objection, at), at=at)
    return objection


@transaction.atomic
def narrow(
    objection: Objection,
    *,
    answer: str,
    by: Actor,
    at: datetime,
    cohort: Cohort | None = None,
    seen: int | None = None,
) -> Objection:
    """Offer to hold the objection's homes, or with `cohort` a part of them, while the rest proceeds.

    The objector has 2 Working Days to agree. Raises Invalid for homes that are not the objection's.
    """
    objection = lock(objection, seen=seen)
    may.narrow(objection, by=by)
    can.narrow(objection)
    objection.answer = settling.said(answer, "answer", "Say what is held and why that settles the objection.")
    objection.offered = _part(objection, cohort) if cohort else None
    objection.due_at = due(rules_at(at).clocks.agree, objection.release, at)
    fields = ("answer", "due_at", "offered")
    data: dict[str, Jsonable] = {"offered": objection.offered}
    move(objection, to=ObjectionState.NARROWED, by=by, at=at, verb="narrow", why=answer, fields=fields, data=data)
    tell(messages.Answered(objection, at), at=at)
    return objection


def _part(objection: Objection, cohort: Cohort) -> dict[str, Any] | None:
    """The part of its homes that is offered, as it is kept; None where it is all of them."""
    whole = Cohort.of(objection)
    part = narrowed(whole, to=cohort)
    if part == whole:
        return None
    wrong = can.offer_part.why_not(objection)
    if not cells_of(part, objection.release).filter(homes__gt=0).exists():
        wrong = "No home of the objection is in the selection: choose fewer conditions."
    if wrong:
        raise Invalid(wrong, {"cohort": [wrong]})
    return part.as_json()


@transaction.atomic
def agree(objection: Objection, *, by: Actor, at: datetime, seen: int | None = None) -> Objection:
    """Agree to the narrowing: exactly the homes offered are held, the rest proceeds, and there is no vote."""
    barrier.shut()
    objection = lock(objection, seen=seen)
    may.agree(objection, by=by)
    can.agree(objection, at=at)
    objection.due_at = None
    move(objection, to=ObjectionState.AGREED, by=by, at=at, verb="agree", fields=("due_at",))
    hold_cohort(objection, objection.offer, at=at)
    settling.drop_provisional_hold(objection, why="The objector agreed to the narrowing.", at=at)
    settling.end_dispute(objection.release, at=at)
    tell(messages.Settled(objection, at), at=at)
    return objection


@transaction.atomic
def disagree(objection: Objection, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Objection:
    """Refuse the narrowing: the objection is contested and goes to a ballot."""
    objection = lock(objection, seen=seen)
    may.disagree(objection, by=by)
    can.disagree(objection)
    return _contested(objection, verb="disagree", why=why, by=by, at=at)


@transaction.atomic
def contest(objection: Objection, *, answer: str, by: Actor, at: datetime, seen: int | None = None) -> Objection:
    """Contest the objection, with DCC's statement for the ballot page: a committee votes."""
    objection = lock(objection, seen=seen)
    may.contest(objection, by=by)
    can.contest(objection)
    objection.answer = settling.said(answer, "answer", "Give DCC's statement: the committee will read it.")
    return _contested(objection, verb="contest", why=answer, by=by, at=at)


@transaction.atomic
def contest_by_silence(objection: Objection, *, by: Actor, at: datetime) -> Objection:
    """Record that nobody answered in time. Rule: silence means contest (Objection and ballot)."""
    objection = lock(objection)
    may.contest(objection, by=by)
    can.contest_by_silence(objection, at=at)
    silent = "DCC" if objection.state == ObjectionState.ADMITTED else "The objector"
    why = f"{silent} did not answer in time, which counts as contested."
    return _contested(objection, verb="contest_by_silence", why=why, by=by, at=at)


def _contested(objection: Objection, *, verb: str, why: str, by: Actor, at: datetime) -> Objection:
    objection.due_at = None
    move(objection, to=ObjectionState.CONTESTED, by=by, at=at, verb=verb, why=why, fields=("answer", "due_at"))
    tell(messages.Contested(objection, at), at=at)
    return objection
