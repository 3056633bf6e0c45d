"""The hubs an actor may list, a page at a time: all of them, or those of one rollout by state and wave.

A rollout under way has its hubs in their cells of today; one that is over, in those in which it ended.

Nothing is counted over hub rows, and no page is reached by leaving rows out: pages go on from a hub or a slot.
Hubs of a rollout are found in its batches' vectors, for no index may know a state. The list of all hubs goes over
stretches of hub numbers, as many as take about a second; a page that was not filled by then says where to go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max, Q, QuerySet
from numpy.typing import NDArray

from devices.enquiries import queries
from devices.enquiries.queries import Answer
from devices.fleet.models import Hub
from devices.fleet.queries import visible_cells
from devices.rollouts import path
from devices.rollouts.models import Batch, Rollout
from devices.rollouts.queries import tally
from devices.rollouts.queries import visible_to as visible_rollouts
from devices.rollouts.states import LIVE, HubState, RolloutState
from portal.workflow.actor import Actor
from releases.products.models import Cell, FirmwareVersion

STRETCH = 200_000  # hub numbers
MOST_STRETCHES = 25
BATCHES_AT_ONCE = 8
EXPORTED_AT_ONCE = 5_000
_NOT_PLANNED = (RolloutState.PREPARING, RolloutState.CANCELLED)
_STRETCH_OF = """
SELECT h.id, h.eui64 FROM fleet_hub h
 WHERE h.id >= %(low)s AND h.id < %(high)s AND h.cell = ANY(%(cells)s::int[]) {running} ORDER BY h.id LIMIT %(size)s
"""
# A hub runs what it said when it activated in a rollout under way, else what was last read from it.
_RUNS = """
AND coalesce((SELECT r.version FROM rollouts_hubupdate u
       JOIN unnest(%(rollouts)s::bigint[], %(versions)s::text[]) AS r (id, version) ON r.id = u.rollout_id
      WHERE u.hub_id = h.id AND u.rollout_id = ANY(%(rollouts)s::bigint[]) AND u.state = %(activated)s
        AND u.changed_at > h.read_at ORDER BY u.rollout_id DESC LIMIT 1),
    (SELECT v.version FROM products_firmwareversion v WHERE v.id = h.read_version_id)) = %(version)s
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a list shows; nothing chosen is every hub in a home. States and wave are those in ``rollout``."""

    rollout: Rollout | None = None
    states: frozenset[HubState] = frozenset()
    wave: int | None = None
    regions: tuple[str, ...] = ()
    hub_models: tuple[int, ...] = ()
    version: FirmwareVersion | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of hubs, and where the next begins; None: there is none."""

    rows: list[Answer]
    following: int | None


class Fleet:
    """The hubs of one actor under one choice, with the cells and rollouts read once.

    ``cells`` gives hub model, version in the inventory and homes by number; ``live`` the rollouts under way.
    """

    def __init__(self, chosen: Chosen, actor: Actor, at: datetime) -> None:
        self.chosen, self.actor, self.at = chosen, actor, at
        named = ("number", "firmware__hub_model__name", "firmware__version", "homes")
        rows = Cell.objects.filter(visible_cells(actor), _on_cells(chosen)).order_by().values_list(*named)
        self.cells = {number: (model, version, homes) for number, model, version, homes in rows}
        self.live = list(visible_rollouts(actor).filter(state__in=LIVE).order_by("-pk"))

    def page(self, *, after: int, size: int) -> Listed:
        """Return so many hubs from `after` on, a slot of the rollout or a hub's number; 0 is the beginning."""
        found, following = self._in_rollout(after, size) if self.chosen.rollout else self._anywhere(after, size)
        answers = queries.answers(found, self.actor, self.at)
        return Listed([answers[number] for number in found if number in answers], following)

    def everything(self) -> Iterator[Answer]:
        """Yield every hub chosen, read in pages of their own: no long transaction keeps the engine from its pages."""
        after: int | None = 0
        while after is not None:
            listed = self.page(after=after, size=EXPORTED_AT_ONCE)
            yield from listed.rows
            after = listed.following

    @cached_property
    def by_state(self) -> dict[HubState, int]:
        """Return the hubs in the rollout by state, whatever states are chosen; nothing without a rollout."""
        if self.chosen.rollout is None:
            return {}
        totals = np.zeros(len(HubState), np.int64)
        if self.chosen.wave is None:
            numbers, table = tally(self.chosen.rollout)
            totals = table[np.isin(numbers, self._cells)].sum(axis=0)
        else:
            for cells, places in self._batches().values_list("cells", "places"):
                states = path.states(np.frombuffer(places, np.uint8))
                mine = states[np.isin(np.frombuffer(cells, np.uint32), self._cells)]
                totals += np.bincount(mine, minlength=len(HubState))
        return {state: int(totals[state]) for state in HubState if totals[state]}

    @cached_property
    def by_version(self) -> dict[tuple[str, str], int]:
        """Return the homes by hub model and the version their hub runs: of the cells, and of rollouts under way."""
        found: dict[tuple[str, str], int] = {}
        for model, version, homes in self.cells.values():
            found[model, version] = found.get((model, version), 0) + homes
        for rollout in self.live:
            for number, row in zip(*tally(rollout), strict=True):
                moved = int(row[HubState.ACTIVATED])
                if moved and int(number) in self.cells:
                    model, version, _ = self.cells[int(number)]
                    found[model, version] -= moved
                    new = model, rollout.release.firmware_version
                    found[new] = found.get(new, 0) + moved
        return {place: homes for place, homes in sorted(found.items()) if homes}

    @cached_property
    def total(self) -> int:
        """Return how many hubs are chosen, from the counts of cells and batches."""
        if self.chosen.rollout is not None:
            states = self.chosen.states or frozenset(HubState)
            return sum(count for state, count in self.by_state.items() if state in states)
        version = self.chosen.version
        return sum(homes for (_, runs), homes in self.by_version.items() if not version or runs == version.version)

    @cached_property
    def _cells(self) -> NDArray[np.uint32]:
        return np.fromiter(self.cells, np.uint32, len(self.cells))

    def _batches(self) -> QuerySet[Batch]:
        found = Batch.objects.filter(rollout=self.chosen.rollout, cell_numbers__overlap=list(self.cells))
        return found if self.chosen.wave is None else found.filter(wave__number=self.chosen.wave)

    def _in_rollout(self, after: int, size: int) -> tuple[list[int], int | None]:
        """Return the EUI-64s of hubs in the rollout from a slot on, and the slot of the next."""
        found: list[tuple[int, int]] = []
        states = np.array(sorted(self.chosen.states or HubState), np.uint8)
        last: int | None = -1
        while last is not None and len(found) <= size:
            rows = list(self._batches().filter(high__gt=after, number__gt=last).order_by("number")[:BATCHES_AT_ONCE])
            for batch in rows:
                match = np.isin(np.frombuffer(batch.cells, np.uint32), self._cells)
                match &= np.isin(path.states(np.frombuffer(batch.places, np.uint8)), states)
                slots, hubs = np.flatnonzero(match), np.frombuffer(batch.hubs, np.uint32)
                found += [(batch.low + int(slot), int(hubs[slot])) for slot in slots if batch.low + slot >= after]
            last = rows[-1].number if len(rows) == BATCHES_AT_ONCE else None
        page = found[:size]
        numbers = dict(Hub.objects.filter(pk__in=[hub for _, hub in page]).values_list("pk", "eui64"))
        following = found[size][0] if len(found) > size else None
        return [numbers[hub] for _, hub in page if hub in numbers], following

    def _anywhere(self, after: int, size: int) -> tuple[list[int], int | None]:
        """Return the EUI-64s of hubs from a number on, and the number of the next or where the search goes on."""
        end = Hub.objects.aggregate(last=Max("pk"))["last"] or 0
        found: list[tuple[int, int]] = []
        low, until = after, min(end + 1, after + STRETCH * MOST_STRETCHES)
        while low < until and len(found) <= size:
            high = min(low + STRETCH, until)
            found += self._stretch(low, high, size + 1 - len(found))
            low = high
        following = found[size][0] if len(found) > size else low if low <= end else None
        return [eui64 for _, eui64 in found[:size]], following

    def _stretch(self, low: int, high: int, size: int) -> list[tuple[int, int]]:
        values: dict[str, Any] = {"low": low, "high": high, "size": size, "cells": list(self.cells)}
        version = self.chosen.version
        if version is not None:
            values |= {"version": version.version, "activated": int(HubState.ACTIVATED)}
            values |= {"rollouts": [row.pk for row in self.live]}
            values |= {"versions": [row.release.firmware_version for row in self.live]}
        with connection.cursor() as cursor:
            cursor.execute(_STRETCH_OF.format(running=_RUNS if version is not None else ""), values)
            found: list[tuple[int, int]] = cursor.fetchall()
        return found


def _on_cells(chosen: Chosen) -> Q:
    condition = Q()
    if chosen.regions:
        condition &= Q(region__in=chosen.regions)
    models = (chosen.version.hub_model_id,) if chosen.version else chosen.hub_models
    return condition & Q(combination__hub_model__in=models) if models else condition


def rollouts(actor: Actor) -> QuerySet[Rollout]:
    """Return the rollouts whose hubs can be listed, the newest first."""
    return visible_rollouts(actor).exclude(state__in=_NOT_PLANNED).filter(hubs__gt=0)
