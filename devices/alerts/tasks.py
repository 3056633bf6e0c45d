from typing import Any

from celery import shared_task

from devices.alerts import verbs


@shared_task(name="alerts.number")
def number(**_: Any) -> None:
    """Put what batches have activated in the order in which it is read."""
    verbs.number()
