"""Messages about batches: published when one falls due, and again when nobody moves it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from devices.rollouts import path
from devices.rollouts.models import Rollout, Wave
from devices.rollouts.states import LIVE, RolloutState
from portal.workflow.enqueue import enqueue

QUIET = timedelta(seconds=20)  # real time after which a message counts as lost

_OPEN_WAVE = """
UPDATE rollouts_batch SET due_at = %(at)s WHERE wave_id = %(wave)s AND due_at IS NULL AND phase = %(start)s
"""
_DUE = """
UPDATE rollouts_batch SET hinted_at = %(real)s WHERE id IN (
    SELECT b.id FROM rollouts_batch b JOIN rollouts_rollout r ON r.id = b.rollout_id
     WHERE r.state = ANY(%(live)s) AND b.due_at <= %(at)s AND (%(rollout)s::bigint IS NULL OR r.id = %(rollout)s)
       AND (b.hinted_at IS NULL OR b.hinted_at < %(lost)s OR b.hinted_at > %(real)s)
     ORDER BY b.phase, b.id FOR UPDATE OF b SKIP LOCKED)
RETURNING id, phase
"""


@transaction.atomic
def publish_due(*, at: datetime, rollout: Rollout | None = None, wave: Wave | None = None) -> int:
    """Publish every due batch that has no fresh message; with a wave, open its batches first. Return how many.

    Messages are hints about rows: losing all of them costs one sweep, doubling them costs one look each. Whether
    a hint is fresh is asked of real time, because a queue is emptied in real time whatever the portal clock does.
    """
    with connection.cursor() as cursor:
        if rollout is not None and wave is not None:
            cursor.execute(_OPEN_WAVE, {"at": at, "wave": wave.pk, "start": path.START[rollout.stage]})
        cursor.execute(_DUE, _due_values(at, rollout))
        due = cursor.fetchall()
    for batch, phase in sorted(due, key=lambda row: (row[1], row[0])):
        enqueue("rollouts.step", batch_id=batch, phase=phase)
    return len(due)


def _due_values(at: datetime, rollout: Rollout | None) -> dict[str, Any]:
    real = timezone.now()
    return {
        "at": at,
        "live": [str(state) for state in LIVE],
        "rollout": rollout.pk if rollout else None,
        "real": real,
        "lost": real - QUIET,
    }


def republish(*, at: datetime) -> int:
    """Publish again whatever nobody moves: due batches without a fresh message, and plans nobody prepares."""
    for rollout in Rollout.objects.filter(state=RolloutState.PREPARING):
        enqueue("rollouts.prepare", rollout_id=rollout.pk)
    return publish_due(at=at)
