"""What workers do with studies."""

import logging
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError

from devices.studies import verbs
from portal.workflow import clock
from portal.workflow.actor import system
from portal.workflow.enqueue import enqueue

PORTAL = system("Studies")
log = logging.getLogger(__name__)


@shared_task(name="studies.play")
def play(study_id: int, **_: Any) -> None:
    """Play one part of a study, and leave the next to a message of its own: other work waits no longer than a part.

    What broke the database is left to the sweep.
    """
    try:
        if verbs.play_next(study_id, by=PORTAL, at=clock.now()):
            enqueue("studies.play", study_id=study_id)
        else:
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
