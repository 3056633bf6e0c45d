"""What workers do with studies."""

import logging
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError

from devices.studies import verbs
from portal.workflow import clock
from portal.workflow.actor import system

PORTAL = system("Studies")
log = logging.getLogger(__name__)


@shared_task(name="studies.play")
def play(study_id: int, **_: Any) -> None:
    """Play a study part by part until none is left to this worker. What broke the database is left to the sweep."""
    try:
        while verbs.play_next(study_id, by=PORTAL, at=clock.now()):
            pass
        verbs.finish(study_id, by=PORTAL, at=clock.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # whatever it is, it would break again at every sweep: the maker is told, and the log keeps why
        log.exception("study %s broke", study_id)
        verbs.give_up(study_id, by=PORTAL, at=clock.now())


@shared_task(name="studies.sweep")
def sweep(**_: Any) -> None:
    """Publish again the studies that nobody plays."""
    verbs.republish()
