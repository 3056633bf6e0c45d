"""Ending the rollouts of releases that ended or returned to draft."""

import logging
from datetime import datetime

from devices.rollouts import queries
from devices.rollouts.states import ROLLOUT, RolloutState
from devices.rollouts.verbs.planning import cancel
from devices.rollouts.verbs.running import stop
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow
from releases.publishing.endings import why_set_aside

log = logging.getLogger(__name__)


def end_set_aside(*, by: Actor, at: datetime) -> int:
    """Cancel the plans and stop the rollouts whose release ended or lost its notice; return how many.

    Until then the gates and the engine keep every hub where it is: this only makes the end of it plain.
    """
    rows = list(queries.set_aside())
    for rollout in rows:
        verb = cancel if ROLLOUT.allows(rollout.state, RolloutState.CANCELLED) else stop
        try:
            verb(rollout, by=by, at=at, why=why_set_aside(rollout.release))
        except NotNow as refusal:  # somebody stopped it meanwhile
            log.info("%s: %s", rollout, refusal.reason)
    return len(rows)
