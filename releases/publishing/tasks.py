"""Background work of publishing: proof of service, and notice to who became a recipient later."""

import logging
from typing import Any

from celery import shared_task

from portal.workflow import clock
from portal.workflow.actor import system
from releases.publishing import verbs

log = logging.getLogger(__name__)


@shared_task(name="publishing.record_services")
def record_services(**_: Any) -> None:
    """Prove what was delivered and serve newcomers. Any delivery may wake it; it looks at all of them."""
    by, at = system("Notice service"), clock.now()
    served = verbs.serve_newcomers(by=by, at=at)
    proven = verbs.record_services(by=by, at=at)
    if served or proven:
        log.info("notices: %s newcomers served, %s services proven", served, proven)


@shared_task(name="publishing.remind")
def remind(**_: Any) -> None:
    """Remind those whose reminder is due; at most one a day goes to a recipient, however often this runs."""
    told = verbs.remind_all(by=system("Notice service"), at=clock.now())
    if told:
        log.info("notices: %s reminders", told)
