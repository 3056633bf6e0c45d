"""The clocks of objections and ballots: what silence, a meeting that begins and the end of voting bring about."""

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task

from portal.workflow import clock
from portal.workflow.errors import Refusal
from releases.ballots import queries, verbs
from releases.ballots.states import BallotState
from releases.ballots.verbs.settling import CLERK
from releases.holds import verbs as holds
from releases.holds.models import Ground
from releases.publishing.endings import why_set_aside

log = logging.getLogger(__name__)


@shared_task(name="ballots.keep_clocks")
def keep_clocks(**_: Any) -> None:
    """Contest what nobody answered, open and close votes, settle ties, end what was held until now. Safe to repeat."""
    at = clock.now()
    for objection in queries.silent(at):
        _try(objection.reference, verbs.contest_by_silence, objection, by=CLERK, at=at)
    for ballot in queries.beginning(at):
        _try(ballot.reference, verbs.begin, ballot, by=CLERK, at=at)
    for ballot in queries.over(at):
        verb = verbs.close if ballot.state == BallotState.OPEN else verbs.determine
        _try(ballot.reference, verb, ballot, by=CLERK, at=at)
    for ballot in queries.misplaced():
        _try(ballot.reference, verbs.tell_misplaced, ballot, by=CLERK, at=at)
    for hold in queries.run_out(at):
        _try(hold.reference, holds.lift, hold, ground=Ground.CONDITION, why="Its date is reached.", by=CLERK, at=at)


@shared_task(name="ballots.end_set_aside")
def end_set_aside(**_: Any) -> None:
    """Void the ballots and let the objections lapse whose release ended or returned to draft. Safe to repeat."""
    at = clock.now()
    for ballot in queries.set_aside_ballots():
        _try(ballot.reference, verbs.void, ballot, why=why_set_aside(ballot.release), by=CLERK, at=at)
    for objection in queries.set_aside_objections():
        _try(objection.reference, verbs.lapse, objection, by=CLERK, at=at)


def _try(reference: str, verb: Callable[..., Any], row: Any, **arguments: Any) -> None:
    """One row that cannot move never keeps the others waiting."""
    try:
        verb(row, **arguments)
    except Refusal as refusal:
        log.info("%s: %s", reference, refusal.reason)
