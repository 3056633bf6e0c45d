"""Homes change while rollouts run: what the fleet says of a hub, the rollouts under way say too, in one transaction."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

import numpy as np
from django.db import connection, transaction

from devices.fleet import verbs as fleet
from devices.fleet.verbs import Change
from devices.rollouts import can, path
from devices.rollouts.models import Batch, MovedHome, Rollout
from devices.rollouts.states import OVER, HubState
from devices.simulator.scenarios import Life
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from releases.products.models import Cell

_PLACES = """
SELECT rollout_id, slot, hub_id FROM rollouts_hubupdate
 WHERE hub_id = ANY(%s::bigint[]) AND rollout_id = ANY(%s::bigint[])
"""
_MOVE = """
UPDATE rollouts_hubupdate u SET cell = c.now FROM unnest(%s::int[], %s::int[]) AS c (slot, now)
 WHERE u.rollout_id = %s AND u.slot = c.slot
"""


@transaction.atomic
def pass_day(day: date, *, life: Life, by: Actor, at: datetime) -> list[Change]:
    """Let a day pass in the homes of an invented country, rollouts under way or not; return the hubs that moved.

    From then on a hub waits for today's responsible suppliers: its batch asks the gate of its cell of today (Notice).
    One that was taken down stands in no cell: it is asked no more, and ends excluded, or expired where it had fallen
    silent before. Its successor is in no plan: it runs an old version until a catch-up wave takes it. Alerts of hubs
    that had activated stay with who supplied them that day.
    """
    rollouts = {row.pk: row for row in _under_way()}
    can.pass_day(rollouts.values())
    changes = fleet.pass_day(day, life=life, by=by, at=at)
    now = {change.hub: change.now for change in changes}
    for rollout, slots in _places(list(now), list(rollouts)).items():
        _follow(rollouts[rollout], {slot: now[hub] for slot, hub in slots}, at)
    return changes


def _under_way() -> list[Rollout]:
    """Lock every rollout that is not over: none is prepared, none winds up meanwhile."""
    rows = Rollout.objects.select_for_update(no_key=True, of=("self",)).exclude(state__in=OVER)
    return list(rows.only("reference", "state", "regressing_cells").order_by("pk"))


def _places(hubs: list[int], rollouts: list[int]) -> dict[int, list[tuple[int, int]]]:
    """Return slot and hub of those in rollouts under way, by rollout."""
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [hubs, rollouts])
        for rollout, slot, hub in cursor.fetchall():
            found[rollout].append((slot, hub))
    return found


def _follow(rollout: Rollout, now: Mapping[int, int], at: datetime) -> None:
    """Put the hubs at these slots in their cells of today, one batch after another, and let their steps go on."""
    slots = np.array(sorted(now))
    for batch, low, high in rollout.batches.order_by("pk").values_list("pk", "low", "high"):
        own = slots[np.searchsorted(slots, low) : np.searchsorted(slots, high)].tolist()
        if own:
            _follow_in(batch, {slot: now[slot] for slot in own}, at)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [list(now), list(now.values()), rollout.pk])
    _keep_faults(rollout, set(now.values()))


def _keep_faults(rollout: Rollout, cells: set[int]) -> None:
    """A hidden fault lies in a combination of devices, whoever supplies the home: cells new to it have it too."""
    faulty = Cell.objects.filter(number__in=rollout.regressing_cells).values("combination")
    found = set(Cell.objects.filter(number__in=cells, combination__in=faulty).values_list("number", flat=True))
    if found - set(rollout.regressing_cells):
        chosen = sorted(found.union(rollout.regressing_cells))
        Rollout.objects.filter(pk=rollout.pk).update(regressing_cells=chosen)


def _follow_in(number: int, now: Mapping[int, int], at: datetime) -> None:
    """A step that came meanwhile found the batch taken and ended: one that is due is published again."""
    rows = Batch.objects.select_for_update(no_key=True, of=("self",))
    batch = rows.only("rollout", "low", "phase", "due_at", "places", "cells").get(pk=number)
    cells = np.frombuffer(batch.cells, np.uint32).copy()
    states = path.states(np.frombuffer(batch.places, np.uint8))
    MovedHome.objects.bulk_create(
        MovedHome(
            rollout_id=batch.rollout_id,
            batch=batch,
            slot=slot,
            was=int(cells[slot - batch.low]),
            now=cell,
            had_activated=bool(states[slot - batch.low] == HubState.ACTIVATED),
            at=at,
        )
        for slot, cell in now.items()
    )
    cells[[slot - batch.low for slot in now]] = np.array(list(now.values()), np.uint32)
    batch.cells, batch.cell_numbers = cells.tobytes(), np.unique(cells).tolist()
    batch.save(update_fields=["cells", "cell_numbers"])
    if batch.due_at is not None and batch.due_at <= at:
        enqueue("rollouts.step", batch_id=batch.pk, phase=batch.phase)
