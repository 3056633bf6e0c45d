"""The clocks of objections and ballots: what silence and the end of voting bring about."""

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task

from portal.workflow import clock
from portal.workflow.errors import Refusal
from releases.ballots import queries, verbs
from releases.ballots.states import BallotState
from releases.ballots.verbs.settling import CLERK

log = logging.getLogger(__name__)


@shared_task(name="ballots.keep_clocks")
def keep_clocks(**_: Any) -> None:
    """Contest what nobody answered, close what is over, settle a tie nobody settled. Safe to repeat."""
    at = clock.now()
    for objection in queries.silent(at):
        _try(objection.reference, verbs.contest_by_silence, objection, by=CLERK, at=at)
    for ballot in queries.over(at):
        verb = verbs.close if ballot.state == BallotState.OPEN else verbs.determine
        _try(ballot.reference, verb, ballot, by=CLERK, at=at)


def _try(reference: str, verb: Callable[..., Any], row: Any, **arguments: Any) -> None:
    """One row that cannot move never keeps the others waiting."""
    try:
        verb(row, **arguments)
    except Refusal as refusal:
        log.info("%s: %s", reference, refusal.reason)
