"""What the live page says beyond counts: parts, rates, the expected end, activations over time, verdicts' working.

Each costs a fixed number of queries and little time, whatever the size: from the batches' counts, from their vectors
once in a few seconds for everybody, and from the blocks of activated hubs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.core.cache import cache

from devices.fleet.places import REGIONS
from devices.gateway import NO_HOME, Numbers, Stage
from devices.rollouts import firm, forecast, judgements, pacing, queries
from devices.rollouts.forecast import Pace
from devices.rollouts.models import ActivationBlock, Rollout, Wave
from devices.rollouts.states import OVER, RUNNING, WINDING_UP, HubState, WaveState
from devices.rollouts.windows import LONDON
from releases.products.models import Cell, DeviceCombination, Region

WORST = 10  # combinations shown, those with the largest share of failures
POINTS = 24  # of the line over time
NAMES_SECONDS = 600
_DEVICES = ("hub_model", "esme", "gsme", "display")
TO_BE_ASKED = [HubState.SCHEDULED, HubState.DISTRIBUTING, HubState.UNREACHABLE, HubState.DEPLOYED]
_STILL_TO_ASK = {Stage.DEPLOYMENT: HubState.SCHEDULED, Stage.ACTIVATION: HubState.DEPLOYED}


@dataclass(frozen=True, slots=True)
class Part:
    """One region, hub model or combination of a rollout: hubs that reached the end of the present programme, and those
    that failed or expired in either."""

    name: str
    hubs: int
    reached: int
    failed: int

    @property
    def reported(self) -> int:
        """Hubs that ended."""
        return self.reached + self.failed

    @property
    def share(self) -> float:
        """The share of failures among them."""
        return self.failed / self.reported if self.reported else 0.0


def parts(rollout: Rollout, reached: Sequence[HubState]) -> list[Part]:
    """Return the regions, the hub models and the worst combinations of a rollout, in that order."""
    numbers, table = queries.tally(rollout)
    numbers, table = numbers[numbers != NO_HOME], table[numbers != NO_HOME]
    names = _names(rollout, numbers)
    failed = table[:, [HubState.FAILED, HubState.EXPIRED]].sum(axis=1)
    columns = np.stack([table.sum(axis=1), table[:, list(reached)].sum(axis=1), failed], axis=1)
    regions, models, combinations = (_axis([names[int(one)][axis] for one in numbers], columns) for axis in range(3))
    worst = sorted(combinations, key=lambda part: (-part.share, part.name))[:WORST]
    return [*regions, *models, *worst]


def _axis(labels: list[str], columns: Any) -> list[Part]:
    found, place = np.unique(np.array(labels, dtype=object).astype(str), return_inverse=True)
    totals = np.zeros((len(found), 3), np.int64)
    np.add.at(totals, place, columns)
    return [Part(str(name), *(int(count) for count in row)) for name, row in zip(found, totals, strict=True)]


def _names(rollout: Rollout, numbers: Numbers) -> dict[int, tuple[str, str, str]]:
    """Return region, hub model and combination of each cell in words; they never change, so they are kept a while."""
    found: Any = cache.get_or_set(f"rollout-names-{rollout.pk}", lambda: _read_names(numbers), NAMES_SECONDS)
    return found if found.keys() >= set(numbers.tolist()) else _read_names(numbers)


def _read_names(numbers: Numbers) -> dict[int, tuple[str, str, str]]:
    rows = list(Cell.objects.filter(number__in=numbers.tolist()).values_list("number", "region", "combination"))
    chosen = DeviceCombination.objects.filter(pk__in={pk for _, _, pk in rows}).select_related(*_DEVICES)
    words = {one.pk: (f"Hub model {one.hub_model.name}", str(one)) for one in chosen}
    return {number: (f"Region {Region(region).label}", *words[pk]) for number, region, pk in rows}


def expected_end(rollout: Rollout, found: queries.Figures, waves: Iterable[Wave], at: datetime) -> datetime | None:
    """Return when the present programme of a running rollout ends at the latest, if nothing stops it; None if never."""
    if rollout.state not in RUNNING:
        return None
    column, pace = _STILL_TO_ASK[rollout.stage], _pace(rollout, rollout.stage)
    left = {
        wave: [int(found.by_wave[wave.number][place][column]) for place in range(len(REGIONS))]
        for wave in waves
        if wave.state not in queries.BEHIND[rollout.stage]
    }
    nights = {wave.night: sizes for wave, sizes in left.items() if wave.night is not None}
    if nights and rollout.stage is Stage.ACTIVATION:
        runs = forecast.dated(nights, pace)
    else:
        runs = forecast.programme(list(left.values()), pace, at)
    end = runs[-1].ends_at if runs else None
    return None if end is None else max(end, at)  # a firm night that is under way was reckoned from its beginning


def _pace(rollout: Rollout, stage: Stage) -> Pace:
    window = (rollout.window_opens, rollout.window_closes) if stage is Stage.ACTIVATION else (None, None)
    waits = (rollout.turns, rollout.answer_seconds, rollout.retry_seconds, rollout.soak_seconds)
    return Pace(pacing.limits_in_order(stage), *waits, *window)


def short_nights(rollout: Rollout, waves: Sequence[Wave], found: queries.Figures) -> list[firm.Short]:
    """Return where firm nights that have not begun have more hubs than stated capacities let be asked: one query."""
    if rollout.exercise_id is None or rollout.state in {*OVER, *WINDING_UP}:
        return []
    to_come = {
        wave.night: [int(hubs) for hubs in found.by_wave[wave.number][:, TO_BE_ASKED].sum(axis=1)]
        for wave in waves
        if wave.night is not None and wave.state not in (WaveState.ACTIVATING, WaveState.ACTIVATED)
    }
    pace = _pace(rollout, Stage.ACTIVATION)
    return firm.short(to_come, forecast.dated(to_come, pace), pace)


def per_hour(rollout: Rollout, reached: int, at: datetime) -> int | None:
    """Return how many hubs an hour the present programme has moved so far; None before its first second has passed."""
    began = getattr(rollout, f"{rollout.stage.word}_started_at")
    seconds = ((rollout.finished_at or at) - began).total_seconds() if began else 0
    return round(reached * 3600 / seconds) if seconds >= 1 else None


@dataclass(frozen=True, slots=True)
class OverTime:
    """A line: local times, or days where it takes longer than one, and hubs activated up to each."""

    labels: list[str]
    hubs: list[int]

    @property
    def series(self) -> list[tuple[str, list[int]]]:
        """The line as a chart takes it."""
        return [("Activated", self.hubs)]


def over_time(rollout: Rollout) -> OverTime | None:
    """Return how many hubs had activated when, at a few moments; None before the first."""
    if rollout.activation_started_at is None:
        return None
    since = ActivationBlock.objects.filter(rollout=rollout.pk, at__gte=rollout.activation_started_at)
    rows = list(since.order_by("at").values_list("at", "hubs"))
    if not rows:
        return None
    moments = np.array([at.timestamp() for at, _ in rows])
    total = np.cumsum([hubs for _, hubs in rows])
    ticks = np.unique(np.searchsorted(moments, np.linspace(moments[0], moments[-1], POINTS), side="right"))
    found = [rows[tick - 1][0].astimezone(LONDON) for tick in ticks]
    form = "%H:%M" if found[-1] - found[0] < timedelta(days=1) else "%d %b"
    return OverTime([f"{moment:{form}}" for moment in found], [int(total[tick - 1]) for tick in ticks])


@dataclass(frozen=True, slots=True)
class Working:
    """How a verdict came about: reports, failures, the interval of the true share, whether a person weighed it."""

    wave: int
    stage: str
    verdict: str
    reported: int
    share: float
    low: float
    high: float
    weighed: bool


def working(waves: Iterable[Wave]) -> list[Working]:
    """Return the working of every verdict of a rollout, by wave and programme."""
    return [
        Working(
            wave.number + 1,
            stage.word,
            one["verdict"],
            one["reported"],
            one["share"],
            one["low"],
            one["high"],
            one is not kept,
        )
        for wave in waves
        for stage in Stage
        if (kept := wave.verdicts.get(stage.word, {}))
        for one in judgements.every(kept)
    ]
