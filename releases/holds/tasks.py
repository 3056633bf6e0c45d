"""Background work of holds."""

from typing import Any

from celery import shared_task

from portal.workflow import clock
from portal.workflow.actor import system
from releases.holds import queries, verbs


@shared_task(name="holds.keep_clocks")
def keep_clocks(**_: Any) -> int:
    """Ask for every review that is due; returns how many."""
    at, by = clock.now(), system("Clock of holds")
    due = list(queries.to_ask_about(at))
    for hold in due:
        verbs.ask_for_review(hold, by=by, at=at)
    return len(due)
