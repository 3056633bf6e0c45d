"""What a person may see of proposed holds, which watches are due, and what all watches together say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from devices.detection import can
from devices.detection.excess import Excess, Heard, find
from devices.detection.listening import CODES, SIDES
from devices.detection.models import Proposal, SignHeard
from devices.detection.states import ProposalState
from devices.fleet.places import REGION_NUMBER, REGIONS
from devices.gateway import Sign
from devices.rollouts import queries as rollouts
from devices.rollouts.models import Programme, Rollout
from devices.rollouts.states import STANDING_STILL, RolloutState
from portal.workflow.actor import Actor
from releases.products.models import Cell, DeviceCombination

A_SOAK = 4  # watches in the time that a wave soaks; and the most that are made up for at once
_EVENLY = 100  # watches at that pace; later ones grow rarer, or one that stands still for weeks would have thousands
_PARTS = ("hub_model", "esme", "gsme", "display")


def visible_to(actor: Actor) -> QuerySet[Proposal]:
    """Return the proposals of the rollouts this actor may see, the newest first."""
    found = Proposal.objects.filter(rollout__in=rollouts.visible_to(actor))
    return found.select_related("rollout__release", "hold", *(f"combination__{name}" for name in _PARTS))


def proposals_of(rollout: Rollout) -> QuerySet[Proposal]:
    """Return every proposal of a rollout, the oldest first."""
    found = rollout.proposals.select_related("hold", *(f"combination__{name}" for name in _PARTS))
    return found.order_by("proposed_at", "pk")


def undecided() -> QuerySet[Proposal]:
    """Return every open proposal, the oldest first."""
    rows = Proposal.objects.filter(state=ProposalState.PROPOSED).order_by("pk")
    return rows.select_related("rollout__release", "combination")


def listened_to() -> QuerySet[Rollout]:
    """Return the rollouts whose hubs are listened to."""
    states = [RolloutState.ACTIVATING, *STANDING_STILL]
    found = Rollout.objects.filter(programme=Programme.ACTIVATION, state__in=states)
    return found.select_related("release__image").order_by("pk")


def due_watches(rollout: Rollout, at: datetime) -> range:
    """Return the numbers of the watches that are due by now."""
    started = rollout.activation_started_at or at
    last = rollout.watches.order_by("-number").values_list("number", "at").first()
    number, since = last or (0, started)
    length = max(timedelta(seconds=rollout.soak_seconds) / A_SOAK, (since - started) / _EVENLY, timedelta(seconds=1))
    return range(number + 1, number + 1 + min((at - since) // length, A_SOAK))


def excesses(rollout: Rollout, at: datetime) -> list[tuple[DeviceCombination, list[Excess]]]:
    """Look at all watches of a rollout together; return what is in excess and not proposed yet, by combination."""
    watches = list(rollout.watches.values_list("number", "cells", "watched", "signs"))
    if not watches:
        return []
    cells = [np.frombuffer(row, np.uint32) for _, row, _, _ in watches]
    places = _Places.of(np.unique(np.concatenate(cells)))
    chosen = DeviceCombination.objects.select_related(*_PARTS).in_bulk(places.combinations)
    watched = np.concatenate([places.summed(own, row[2], SIDES) for own, row in zip(cells, watches, strict=True)])
    signs = np.concatenate(
        [places.summed(own, row[3], SIDES, CODES - 1) for own, row in zip(cells, watches, strict=True)]
    )
    heard = Heard(signs[:, :, 1], signs[:, :, 0], watched[:, :, 1], watched[:, :, 0])
    rows = {combination: row for row, combination in enumerate(places.combinations)}
    done = settled(rollout, places.combinations, at)
    known = {(rows[combination], sign) for combination, sign in done if combination in rows}
    by_row: defaultdict[int, list[Excess]] = defaultdict(list)
    for one in find(heard, watches[-1][0], known):
        by_row[one.row].append(one)
    return [(chosen[places.combinations[row]], found) for row, found in by_row.items()]


def settled(rollout: Rollout, combinations: Iterable[int], at: datetime) -> set[tuple[int, int]]:
    """Return each (combination, sign) that asks for no proposal: made before, about to be decided on, or held."""
    held = can.held_among(combinations, rollout, at)
    pairs = {(combination, int(sign)) for combination in held for sign in Sign}
    for proposal in rollout.proposals.all():
        is_open = proposal.state == ProposalState.PROPOSED
        signs = list(Sign) if is_open else [one["sign"] for one in proposal.evidence]
        pairs |= {(proposal.combination_id, sign) for sign in signs}
    return pairs


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the counts of each cell go: stratum of its region, row of its combination."""

    cells: NDArray[np.uint32]
    combinations: list[int]
    row_of: NDArray[np.int64]
    region_of: NDArray[np.int64]

    @classmethod
    def of(cls, cells: NDArray[np.uint32]) -> _Places:
        found = {
            number: (combination, region)
            for number, combination, region in Cell.objects.filter(number__in=cells.tolist()).values_list(
                "number", "combination", "region"
            )
        }
        combinations = sorted({combination for combination, _ in found.values()})
        rows = {combination: row for row, combination in enumerate(combinations)}
        known = [found[number] for number in cells.tolist()]
        return cls(
            cells,
            combinations,
            np.array([rows[combination] for combination, _ in known], np.int64),
            np.array([REGION_NUMBER[region] for _, region in known], np.int64),
        )

    def summed(self, cells: NDArray[np.uint32], row: bytes | memoryview[int], *shape: int) -> NDArray[np.int64]:
        """Return what a watch keeps by its cells, in this shape each, by region and combination."""
        table = np.frombuffer(row, np.uint32).reshape(-1, *shape)
        total = np.zeros((len(REGIONS), len(self.combinations), *shape), np.int64)
        places = np.searchsorted(self.cells, cells)
        np.add.at(total, (self.region_of[places], self.row_of[places]), table)
        return total


@dataclass(frozen=True, slots=True)
class Told:
    """A sign in a whole rollout: of how many hub-watches it was heard, in homes not activated yet and after."""

    words: str
    before: int
    watched_before: int
    after: int
    watched_after: int

    @property
    def before_per_thousand(self) -> float:
        """Signs of a thousand hubs in a watch, not activated yet."""
        return 1000 * self.before / max(self.watched_before, 1)

    @property
    def after_per_thousand(self) -> float:
        """Signs of a thousand hubs in a watch, after activation."""
        return 1000 * self.after / max(self.watched_after, 1)


def told(rollout: Rollout) -> list[Told]:
    """Return what was heard in all watches of a rollout, by sign; one query of a few numbers a watch."""
    rows = list(rollout.watches.values_list("totals", flat=True))
    if not rows:
        return []
    before, after = np.array(rows, np.int64).sum(axis=0).reshape(SIDES, CODES).tolist()
    return [Told(sign.label, before[sign], before[0], after[sign], after[0]) for sign in SignHeard]
