"""The machine's own verb: hubs are listened to, and what stands out is proposed for a hold."""

import logging
from datetime import datetime

import numpy as np

from devices.detection import listening, queries
from devices.detection.models import Proposal, Watch
from devices.detection.verbs.proposing import propose
from devices.rollouts.models import Rollout
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow

log = logging.getLogger(__name__)


def listen(rollout: Rollout, *, by: Actor, at: datetime) -> list[Proposal]:
    """Keep the watches that are due, and propose a hold on each combination that stands out; return the proposals.

    A watch counts once, whoever else listens: its number is taken once, and the network tells of it the same again.
    Who dies in between leaves the watches; the next look is at all of them.
    """
    due = queries.due_watches(rollout, at)
    for number in due:
        _keep(rollout, number, at=at)
    return _propose(rollout, by=by, at=at) if due else []


def _keep(rollout: Rollout, number: int, *, at: datetime) -> None:
    heard = listening.hear(rollout, number)
    row = Watch(
        rollout=rollout,
        number=number,
        at=at,
        cells=heard.cells.tobytes(),
        watched=heard.watched.astype(np.uint32).tobytes(),
        signs=heard.signs.astype(np.uint32).tobytes(),
        totals=heard.totals,
    )
    Watch.objects.bulk_create([row], ignore_conflicts=True)


def _propose(rollout: Rollout, *, by: Actor, at: datetime) -> list[Proposal]:
    made = []
    for combination, found in queries.excesses(rollout, at):
        try:
            made.append(propose(rollout, combination, found, by=by, at=at))
        except NotNow as refusal:  # its rollout ended meanwhile
            log.info("%s: %s", rollout, refusal.reason)
    return [one for one in made if one is not None]
