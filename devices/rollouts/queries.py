"""What a person may see of rollouts, and the figures behind pages, verdicts and reports.

Live figures are sums of the batches' own counts, never a GROUP BY over hubs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db.models import Min, QuerySet
from numpy.typing import NDArray

from devices.fleet.places import REGIONS
from devices.gateway import Stage
from devices.rollouts import can, outcomes, strata
from devices.rollouts.models import NightlyCapacity, Rollout, Wave
from devices.rollouts.states import OVER, WINDING_UP, HubState, RolloutState, WaveState
from devices.rollouts.verdicts import Evidence
from portal.workflow.actor import Actor
from releases.gates.queries import shut_by_people
from releases.holds.models import Hold
from releases.holds.queries import in_force
from releases.holds.queries import visible_to as visible_holds
from releases.products import cohorts
from releases.products.models import Cell
from releases.publishing import endings
from releases.publishing.queries import visible_to as visible_releases

BEHIND = {
    Stage.DEPLOYMENT: (WaveState.DEPLOYED, WaveState.ACTIVATING, WaveState.ACTIVATED),
    Stage.ACTIVATION: (WaveState.ACTIVATED,),
}
_WAITING = {
    Stage.DEPLOYMENT: [HubState.SCHEDULED],
    Stage.ACTIVATION: [HubState.SCHEDULED, HubState.DEPLOYED],
}
TALLY_SECONDS = 3


def visible_to(actor: Actor) -> QuerySet[Rollout]:
    """Return the rollouts of the releases this actor may see."""
    return Rollout.objects.filter(release__in=visible_releases(actor)).select_related("release", "catches_up")


def set_aside() -> QuerySet[Rollout]:
    """Return the rollouts not yet over whose release has ended or lost the notice they were planned under."""
    found = Rollout.objects.filter(endings.set_aside("planned_at")).exclude(state__in=(*OVER, *WINDING_UP))
    return found.select_related("release").order_by("pk")


def may_catch_up(release_id: int | None = None) -> list[Rollout]:
    """Return the latest rollout of each release, or of one, that may have left hubs behind; by release."""
    found = Rollout.objects.filter(catches_up=None).exclude(state=RolloutState.CANCELLED)
    if release_id is not None:
        found = found.filter(release=release_id)
    latest = found.order_by("release_id", "-pk").distinct("release_id").select_related("release")
    return [row for row in latest if can.catch_up.why_not(row) is None]


def present_wave(rollout: Rollout) -> Wave | None:
    """Return the first wave that the present programme has not passed; None when it has passed all."""
    return rollout.waves.exclude(state__in=BEHIND[rollout.stage]).order_by("number").first()


def evidence(wave: Wave, stage: Stage) -> Evidence:
    """Return what the hubs of a wave have reported in a stage."""
    total = np.zeros(len(outcomes.NONE_YET), dtype=np.int64)
    for row in wave.batches.values_list("outcomes", flat=True):
        total += row
    return outcomes.evidence(total.tolist(), stage)


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of hubs: by wave, region and state (an array), and by stage and outcome."""

    by_wave: NDArray[np.int64]
    outcomes: NDArray[np.int64]

    @property
    def by_state(self) -> dict[HubState, int]:
        """Hubs of the whole rollout by state."""
        return self.in_regions(())

    @property
    def by_region(self) -> dict[str, dict[HubState, int]]:
        """Hubs by region and state."""
        table = self.by_wave.sum(axis=0)
        return {
            str(region.label): {state: int(table[place][state]) for state in HubState}
            for place, region in enumerate(REGIONS)
        }

    def in_regions(self, regions: Collection[str]) -> dict[HubState, int]:
        """Hubs of these regions, or of every region where none is named, by state."""
        chosen = [place for place, region in enumerate(REGIONS) if not regions or region.value in regions]
        totals = self.by_wave[:, chosen].sum(axis=(0, 1))
        return {state: int(totals[state]) for state in HubState}

    @property
    def hubs(self) -> int:
        """All hubs of the rollout."""
        return int(self.by_wave.sum())

    def wave(self, number: int) -> dict[HubState, int]:
        """Hubs of one wave by state."""
        totals = self.by_wave[number].sum(axis=0)
        return {state: int(totals[state]) for state in HubState}


def figures(rollout: Rollout) -> Figures:
    """Return the live figures of a rollout: two queries, whatever its size."""
    waves = rollout.waves.count()
    by_wave = np.zeros((max(waves, 1), len(REGIONS), len(HubState)), dtype=np.int64)
    answers = np.zeros((len(Stage), outcomes.WIDTH), dtype=np.int64)
    for wave, counts, answered in rollout.batches.values_list("wave__number", "counts", "outcomes"):
        by_wave[wave] += np.array(counts).reshape(len(REGIONS), len(HubState))
        answers += np.array(answered).reshape(len(Stage), outcomes.WIDTH)
    return Figures(by_wave, answers)


def tally(rollout: Rollout) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the cells of a rollout and the hubs of each by state, from the batches' vectors.

    At most a few seconds old. It holds nothing of any user, so it is kept for all of them.
    """
    found: Any = cache.get_or_set(f"rollout-tally-{rollout.pk}", lambda: _tally(rollout), TALLY_SECONDS)
    return found[0], found[1]


def _tally(rollout: Rollout) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    return strata.table(rollout.batches.values_list("cells", "places"))


def own_homes(rollout: Rollout, suppliers: frozenset[int]) -> dict[HubState, int]:
    """Return the homes of these suppliers in a rollout by state, each home once."""
    numbers, table = tally(rollout)
    own = Cell.objects.filter(cohorts.supplied_by(suppliers)).values_list("number", flat=True)
    totals = table[np.isin(numbers, np.array(list(own), dtype=np.uint32))].sum(axis=0)
    return {state: int(totals[state]) for state in HubState}


def rest_at(rollout: Rollout) -> datetime | None:
    """Return when the hubs that full nights left are asked next; None when no night was full."""
    found: datetime | None = rollout.batches.aggregate(next=Min("rest_at"))["next"]
    return found


def closed_regions(rollout: Rollout) -> list[str]:
    """Return the regions whose CSP has no hub asked in any night, as its capacity stands: nothing is asked there."""
    rows = NightlyCapacity.objects.filter(**{rollout.stage.word: 0})
    return [row.get_region_display() for row in rows.order_by("region")]


@dataclass(frozen=True, slots=True)
class Behind:
    """Hubs of a rollout that are left where they are: their cell is held, or an objection closes its gate."""

    held: int
    disputed: int
    holds: list[Hold]


def behind_gates(rollout: Rollout, actor: Actor, at: datetime) -> Behind | None:
    """Return how many hubs wait behind holds and objections, and the holds this actor may see; None when none do.

    The hubs are counted only where the gates close a cell at all.
    """
    stage = rollout.stage.word
    held_cells, disputed_cells = shut_by_people(rollout.release, stage, at)
    if not held_cells | disputed_cells:
        return None
    numbers, table = tally(rollout)
    waiting = table[:, _WAITING[rollout.stage]].sum(axis=1)
    held, disputed = (np.isin(numbers, np.array(list(cells), np.uint32)) for cells in (held_cells, disputed_cells))
    found = Behind(
        int(waiting[held].sum()),
        int(waiting[disputed & ~held].sum()),
        list(visible_holds(actor).filter(pk__in=in_force(at, stage=stage, release=rollout.release).values("pk"))),
    )
    return found if found.held or found.disputed else None
