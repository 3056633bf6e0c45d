"""Hubs that a rollout went by: kept back by a hold since lifted, read from the batches' vectors; or installed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from devices.fleet.models import Hub, World
from devices.fleet.places import REGION_NUMBER
from devices.gateway import NO_HOME, Bytes, Numbers, Stage
from devices.rollouts import path
from devices.rollouts.models import Batch, Rollout
from devices.rollouts.states import HubState, RolloutState
from releases.holds.models import Hold
from releases.holds.queries import Change, held_cells
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.publishing.scope import affected_cells

_KINDS = (np.uint8, np.uint32, np.uint32, np.uint8)  # of places, hubs, cells, regions
# New hubs are numbered on after those that the country was seeded with.
_NEW = """
SELECT h.id, h.cell FROM fleet_hub h WHERE h.id > %s AND h.cell = ANY(%s::int[]) AND NOT EXISTS (
       SELECT 1 FROM rollouts_hubupdate u WHERE u.hub_id = h.id AND u.rollout_id = ANY(%s::bigint[])) ORDER BY h.id
"""
LEAST_NEW = 100  # hubs installed since that are worth a wave of their own
_ENDED = frozenset({HubState.ACTIVATED, HubState.FAILED, HubState.EXPIRED, HubState.EXCLUDED})


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """The hubs, with the cell and the region of each."""

    hubs: Numbers
    cells: Numbers
    regions: Bytes

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.hubs)


NOBODY = LeftBehind(np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint8))


def find(rollout: Rollout, at: datetime) -> LeftBehind:
    """Return the hubs that holds lifted since the rollout began kept back, and that no hold or catch-up has now.

    Each in its cell of today: homes have changed supplier since, and hubs taken down are asked no more. After the
    rollout those installed since go with them, which alone make a wave when there are enough.
    """
    freed = _freed(rollout, at)
    kept_back, new = _today(_in_batches(rollout, freed, caught_up(rollout)), freed), _newcomers(rollout, at)
    return _together([kept_back, new]) if kept_back.total or new.total >= LEAST_NEW else kept_back


def would_be(rollout: Rollout, freed: Iterable[int]) -> int:
    """Return how many hubs of waves gone by would catch up if these cells were free."""
    return _in_batches(rollout, frozenset(freed), caught_up(rollout)).total


def _freed(rollout: Rollout, at: datetime) -> frozenset[int]:
    """Return the cells under a hold lifted since the rollout began and under none now, of either stage."""
    lifted = Hold.objects.filter(Q(release=None) | Q(release=rollout.release_id), lifted_at__lte=at)
    since = lifted.filter(lifted_at__gte=rollout.deployment_started_at)
    cells = frozenset(cohorts.union(Cohort.of(hold) for hold in since).values_list("number", flat=True))
    return (
        cells
        - held_cells("deployment", at, release=rollout.release)
        - held_cells("activation", at, release=rollout.release)
    )


def caught_up(rollout: Rollout) -> Numbers:
    """Return the hubs that are in a catch-up wave of this rollout already."""
    waves = rollout.catch_ups.exclude(state=RolloutState.CANCELLED)
    rows = Batch.objects.filter(rollout__in=waves).values_list("hubs", flat=True)
    return np.concatenate([np.zeros(0, np.uint32), *(np.frombuffer(row, np.uint32) for row in rows)])


def _today(found: LeftBehind, freed: frozenset[int]) -> LeftBehind:
    rows = Hub.objects.filter(pk__in=found.hubs.tolist(), cell__isnull=False).values_list("pk", "cell")
    today = dict(rows) if found.total else {}
    cells = np.array([today.get(hub, NO_HOME) for hub in found.hubs.tolist()], np.uint32)
    chosen = np.isin(cells, np.array(sorted(freed), np.uint32))
    return LeftBehind(found.hubs[chosen], cells[chosen], found.regions[chosen])


def _newcomers(rollout: Rollout, at: datetime) -> LeftBehind:
    """Return the hubs installed since the country was seeded that run a version the release updates, in no hold."""
    world = World.objects.first()
    if world is None or rollout.finished_at is None:
        return NOBODY
    held = held_cells("deployment", at, release=rollout.release) | held_cells("activation", at, release=rollout.release)
    rows = affected_cells(rollout.release).exclude(number__in=held).values_list("number", "region")
    region = {number: REGION_NUMBER[name] for number, name in rows}
    family = Rollout.objects.filter(release=rollout.release_id).exclude(state=RolloutState.CANCELLED)
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [world.hubs, list(region), list(family.values_list("pk", flat=True))])
        found = cursor.fetchall()
    hubs, cells = (np.array([row[column] for row in found], np.uint32) for column in range(2))
    return LeftBehind(hubs, cells, np.array([region[cell] for _, cell in found], np.uint8))


def _together(found: Sequence[LeftBehind]) -> LeftBehind:
    return LeftBehind(*(np.concatenate([getattr(one, name) for one in found]) for name in ("hubs", "cells", "regions")))


def _in_batches(rollout: Rollout, freed: frozenset[int], taken: Numbers) -> LeftBehind:
    wanted = np.array(sorted(freed), np.uint32)
    found = [NOBODY]
    rows = rollout.batches.filter(cell_numbers__overlap=list(freed)).order_by("number")
    for phase, *vectors in rows.values_list("phase", "places", "hubs", "cells", "regions"):
        places, hubs, cells, regions = (np.frombuffer(one, kind) for one, kind in zip(vectors, _KINDS, strict=True))
        chosen = passed_by(places, phase) & np.isin(cells, wanted) & ~np.isin(hubs, taken)
        found.append(LeftBehind(hubs[chosen], cells[chosen], regions[chosen]))
    return _together(found)


def passed_by(places: Bytes, phase: int) -> NDArray[np.bool_]:
    """Return which hubs of a batch this rollout asks no more, though nobody answered for them."""
    now = path.states(places)
    left: NDArray[np.bool_] = now == HubState.EXCLUDED
    if phase >= path.ENDS[Stage.DEPLOYMENT]:
        left = left | (now == HubState.SCHEDULED)
    if phase >= path.ENDS[Stage.ACTIVATION]:
        left = left | (now == HubState.DEPLOYED)
    return left


def touched(rollout: Rollout, change: Change) -> dict[int, int]:
    """Return how many hubs of each wave, numbered from 1, still go through and are stopped or freed by a change."""
    stages = (change.deployment, change.activation, change.undeployed)
    deployment, activation, undeployed = (np.array(sorted(cells), np.uint32) for cells in stages)
    waves: dict[int, int] = {}
    rows = rollout.batches.filter(cell_numbers__overlap=[*deployment.tolist(), *activation.tolist()])
    for wave, phase, *vectors in rows.order_by("number").values_list("wave__number", "phase", "places", "cells"):
        places, cells = (np.frombuffer(one, kind) for one, kind in zip(vectors, (np.uint8, np.uint32), strict=True))
        now = path.states(places)
        goes_on = ~np.isin(now, [int(state) for state in _ENDED]) & ~passed_by(places, phase)
        before = (now != HubState.DEPLOYED) & (phase < path.ENDS[Stage.DEPLOYMENT])
        waits = np.isin(cells, activation) & ~(before & np.isin(cells, undeployed))
        count = int(np.count_nonzero(goes_on & (waits | (before & np.isin(cells, deployment)))))
        if count:
            waves[wave + 1] = waves.get(wave + 1, 0) + count
    return waves
