"""Background work of scheduling exercises."""

from typing import Any

from celery import shared_task

from portal.workflow import clock
from portal.workflow.actor import system
from releases.scheduling import verbs


@shared_task(name="scheduling.keep_clocks")
def keep_clocks(**_: Any) -> int:
    """Withdraw, close and remind whatever is due; returns how many acts. Safe to repeat."""
    return verbs.keep_clocks(by=system("Clock of scheduling exercises"), at=clock.now())
