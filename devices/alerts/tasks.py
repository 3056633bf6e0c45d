from datetime import time
from typing import Any

from celery import shared_task
from django.utils import timezone

from devices.alerts import queries, verbs
from portal.workflow import clock
from portal.workflow.actor import system
from portal.working_days import LONDON

SENDER = system("Alert sender")
SUMMED_FROM = time(7, 30)  # local time
MOST_CALLS = 20  # of one webhook in a row; the next beat goes on


@shared_task(name="alerts.number")
def number(**_: Any) -> int:
    """Put the activations that were committed since in order; returns how many blocks."""
    return verbs.number()


@shared_task(name="alerts.summarise")
def summarise(**_: Any) -> int:
    """From 07:30 on, sum up the days that are over; returns how many suppliers were told."""
    at = clock.now()
    return verbs.summarise(at=at) if at.astimezone(LONDON).time() >= SUMMED_FROM else 0


@shared_task(name="alerts.send_webhooks")
def send_webhooks(**_: Any) -> None:
    """Send every webhook that is due what is new for it."""
    for webhook in queries.due_webhooks(timezone.now()):
        for _call in range(MOST_CALLS):
            if not verbs.send_webhook(webhook, by=SENDER, at=clock.now()):
                break
