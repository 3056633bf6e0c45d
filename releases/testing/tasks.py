"""Background work of testing."""

from typing import Any

from celery import shared_task

from portal.workflow import clock
from portal.workflow.actor import system
from releases.testing import verbs


@shared_task(name="testing.cancel_set_aside")
def cancel_set_aside(**_: Any) -> int:
    """Cancel the windows of releases that ended or returned to draft; returns how many. Safe to repeat."""
    return verbs.cancel_set_aside(by=system("User testing"), at=clock.now())


@shared_task(name="testing.offer_places")
def offer_places(**_: Any) -> int:
    """Offer what is free to who waits, and end offers that ran out; returns how many offers. Safe to repeat."""
    return verbs.offer_places(by=system("User testing"), at=clock.now())
