"""Background work of scheduling exercises."""

import logging
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError

from portal.workflow import clock
from portal.workflow.actor import system
from releases.scheduling import verbs

SOLVER = system("Scheduling")
LONGEST = 600  # seconds, where other work has two minutes: a worker that hangs is ended, and the sweep tries again
log = logging.getLogger(__name__)


@shared_task(name="scheduling.keep_clocks")
def keep_clocks(**_: Any) -> int:
    """Withdraw, close and remind whatever is due; returns how many acts. Safe to repeat."""
    return verbs.keep_clocks(by=system("Clock of scheduling exercises"), at=clock.now())


@shared_task(name="scheduling.solve", time_limit=LONGEST)
def solve(draft_id: int, **_: Any) -> None:
    """Solve a draft that nobody solves. What broke the database is left to the sweep."""
    try:
        verbs.play(draft_id, by=SOLVER, at=clock.now())
        verbs.finish(draft_id, by=SOLVER, at=clock.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # whatever it is, it would break again at every sweep: DCC is told, and the log keeps why
        log.exception("draft %s broke", draft_id)
        verbs.give_up(draft_id, by=SOLVER, at=clock.now())


@shared_task(name="scheduling.sweep")
def sweep(**_: Any) -> None:
    """Publish again the drafts that are still to be solved."""
    verbs.republish()
