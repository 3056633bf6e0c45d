from celery import shared_task
from django.utils import timezone

from portal.workflow import once


@shared_task(name="workflow.forget_submissions")
def forget_submissions() -> None:
    """Forget the one-time keys of yesterday."""
    once.forget(at=timezone.now())
