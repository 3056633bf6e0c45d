import logging
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError

from devices.enquiries import verbs
from portal.workflow import clock
from portal.workflow.actor import system

PORTAL = system("Hub enquiries")
log = logging.getLogger(__name__)


@shared_task(name="enquiries.answer")
def answer(enquiry_id: int, **_: Any) -> None:
    """Answer a file of hubs, part by part. What broke the database's connection is left to the sweep."""
    try:
        while verbs.answer_next(enquiry_id, by=PORTAL, at=clock.now()):
            pass
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # whatever it is, it would break again at every sweep: the asker is told, and the log keeps why
        log.exception("hub enquiry %s broke", enquiry_id)
        verbs.give_up(enquiry_id, by=PORTAL, at=clock.now())


@shared_task(name="enquiries.sweep")
def sweep(**_: Any) -> None:
    """Publish again the files that nobody works on."""
    verbs.republish()


@shared_task(name="enquiries.expire_results")
def expire_results(**_: Any) -> None:
    """Delete the results whose time is over."""
    verbs.expire_results(by=PORTAL, at=clock.now())
