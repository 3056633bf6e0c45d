"""Catch-up waves: hubs that a hold kept back re-enter when it is lifted, by a rollout of their own beside the first.

It goes the same way as every rollout: approved by somebody, gates asked for each batch, judged, wound up.
"""

from datetime import datetime

import numpy as np
from django.db import transaction

from devices.fleet import verbs as fleet
from devices.rollouts import can, left_behind, may, messages
from devices.rollouts.left_behind import LeftBehind
from devices.rollouts.models import Rollout
from devices.rollouts.planning import WaveSpec, cut, line_up
from devices.rollouts.states import RolloutState
from devices.rollouts.verbs.planning import strata, write
from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.transitions import lock, move, note
from releases.products.models import Cell

WHOLE = WaveSpec(share=1.0)


@transaction.atomic
def catch_up(rollout: Rollout, *, by: Actor, at: datetime) -> Rollout | None:
    """Plan a catch-up wave for the hubs that lifted holds kept back in waves gone by; return it, None without any.

    Whoever supplies them is told its dates 7 days ahead (Holds). Hubs of waves still to come go with their wave,
    what another hold stops stays where it is, and a second call finds nobody left.
    """
    rollout = lock(rollout)
    may.catch_up(rollout, by=by)
    can.catch_up(rollout)
    fleet.cells_stay()
    found = left_behind.find(rollout, at)
    if not found.total:
        return None
    planned = _planned(rollout, found, by=by, at=at)
    note(planned, by=by, at=at, verb="catch_up", data={"of": rollout.reference, "hubs": found.total})
    _write(planned, found)
    move(planned, to=RolloutState.PLANNED, by=by, at=at, verb="prepare", data={"hubs": found.total})
    tell(messages.CatchUpPlanned(planned, "is planned: hubs kept back by a hold catch up", at), at=at)
    return planned


def _planned(rollout: Rollout, found: LeftBehind, *, by: Actor, at: datetime) -> Rollout:
    """Return a new rollout that is run and judged as the first; so few hubs are judged on half of them."""
    minimum = max(1, min(int(rollout.thresholds["minimum"]), found.total // 2))
    return Rollout.objects.create(
        reference=f"{rollout.reference}-C{rollout.catch_ups.count() + 1}",
        release=rollout.release,
        catches_up=rollout,
        starts_from=can.catch_up_from(at),
        wave_specs=[WHOLE.as_json()],
        thresholds={**rollout.thresholds, "minimum": minimum},
        turns=rollout.turns,
        answer_seconds=rollout.answer_seconds,
        retry_seconds=rollout.retry_seconds,
        soak_seconds=rollout.soak_seconds,
        window_opens=rollout.window_opens,
        window_closes=rollout.window_closes,
        network_seed=rollout.network_seed,
        scenario=rollout.scenario,
        regressing_cells=rollout.regressing_cells,
        seed=rollout.seed,
        hubs=found.total,
        planned_by_id=by.user_id,
        planned_by_name=by.name,
        planned_at=at,
    )


def _write(planned: Rollout, found: LeftBehind) -> None:
    numbers, places = np.unique(found.cells, return_inverse=True)
    cells = list(Cell.objects.filter(number__in=numbers.tolist()).order_by("number"))
    line = line_up(found.hubs, strata(cells)[places], seed=planned.seed)
    write(planned, cut([found.total]), found.hubs[line], found.cells[line], found.regions[line])
