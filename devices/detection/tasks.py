import logging
from typing import Any

from celery import shared_task

from devices.detection import can, queries, verbs
from portal.workflow import clock
from portal.workflow.actor import system
from portal.workflow.errors import NotNow

DETECTION = system("Detection")
log = logging.getLogger(__name__)


@shared_task(name="detection.listen_all")
def listen_all(**_: Any) -> None:
    """Listen to the hubs of every rollout that activates, and close the proposals that events have overtaken."""
    at = clock.now()
    for rollout in queries.listened_to():
        verbs.listen(rollout, by=DETECTION, at=at)
    for proposal in queries.undecided():
        if can.overtake.why_not(proposal, at=at) is None:
            try:
                verbs.overtake(proposal, by=DETECTION, at=at)
            except NotNow as refusal:  # somebody decided meanwhile
                log.info("%s: %s", proposal, refusal.reason)
