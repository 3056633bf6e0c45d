"""Background work of issues."""

from typing import Any

from celery import shared_task

from portal.workflow import clock
from portal.workflow.actor import system
from releases.issues import queries, verbs


@shared_task(name="issues.keep_clocks")
def keep_clocks(**_: Any) -> int:
    """Escalate every issue whose acknowledgement is late; returns how many."""
    at, by = clock.now(), system("Clock of issues")
    late = list(queries.overdue(at))
    for issue in late:
        verbs.escalate(issue, by=by, at=at)
    return len(late)
