"""What the hubs of a wave reported, by cell and by stratum: read from the vectors of its batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.gateway import Numbers, Stage
from devices.rollouts import judgements, path
from devices.rollouts.models import Rollout, Wave
from devices.rollouts.states import HubState
from devices.rollouts.verdicts import Breach, Evidence, Stratum
from releases.products.cohorts import Cohort
from releases.products.models import Cell, DeviceCombination

COMBINATION = "combination"
_DEVICES = ("hub_model", "esme", "gsme", "display")


@dataclass(frozen=True, slots=True)
class ByCell:
    """Cells in order of number, and of each how many hubs succeeded, failed and timed out (n x 3)."""

    numbers: Numbers
    reports: NDArray[np.int64]

    def as_json(self) -> dict[str, list[int]]:
        """Return the cells with any report, for `Wave.reported_before`."""
        told = self.reports.any(axis=1)
        return {
            str(number): row
            for number, row in zip(self.numbers[told].tolist(), self.reports[told].tolist(), strict=True)
        }


def table(rows: Iterable[tuple[bytes | memoryview[int], bytes | memoryview[int]]]) -> tuple[Numbers, NDArray[np.int64]]:
    """Return the cells of batches, given as (cells, places), and the hubs of each by state."""
    kept = list(rows)
    cells = np.concatenate([np.frombuffer(row[0], np.uint32) for row in kept] or [np.array([], np.uint32)])
    states = np.concatenate([path.states(np.frombuffer(row[1], np.uint8)) for row in kept] or [np.array([], np.uint8)])
    width = len(HubState)
    most = int(cells.max(initial=0)) + 1  # cells are numbered densely: counting them costs less than sorting them
    counted = np.bincount(cells.astype(np.int64) * width + states, minlength=most * width).reshape(most, width)
    numbers = np.flatnonzero(counted.any(axis=1)).astype(np.uint32)
    return numbers, counted[numbers]


def reported(wave: Wave, stage: Stage) -> ByCell:
    """Return what the hubs of a wave reported up to now, also before this stage."""
    numbers, by_state = table(wave.batches.values_list("cells", "places"))
    return ByCell(numbers, by_state[:, [path.REACHED[stage], HubState.FAILED, HubState.EXPIRED]])


def since(wave: Wave, stage: Stage) -> ByCell:
    """Return what counts: the reports of this stage that no person has weighed yet.

    A home whose meter was exchanged since may have been weighed in the part it left: no part has less than nothing.
    """
    found = reported(wave, stage)
    before = [wave.reported_before.get(str(number), (0, 0, 0)) for number in found.numbers.tolist()]
    left = found.reports - np.array(before, dtype=np.int64).reshape(-1, 3)
    return ByCell(found.numbers, np.maximum(left, 0))


def merged(found: Iterable[ByCell]) -> ByCell:
    """Return the reports of several waves as if they were one."""
    tables = list(found)
    numbers, rows = np.unique(np.concatenate([one.numbers for one in tables]), return_inverse=True)
    reports = np.zeros((len(numbers), 3), dtype=np.int64)
    np.add.at(reports, rows, np.concatenate([one.reports for one in tables]))
    return ByCell(numbers, reports)


@dataclass(frozen=True, slots=True)
class Parts:
    """Which rows of a table by cell make up each stratum, by (axis, value, name)."""

    rows: dict[tuple[str, str, str], list[int]]

    @classmethod
    def of(cls, cells: Mapping[int, int]) -> Parts:
        """Return the strata of these cells, given with the row of each; an axis with one value is left out."""
        rows: dict[tuple[str, str, str], list[int]] = {}
        found = Cell.objects.filter(number__in=list(cells)).order_by("number")
        for cell in found.select_related(*(f"combination__{name}" for name in _DEVICES)):
            for key in _strata_of(cell):
                rows.setdefault(key, []).append(cells[cell.number])
        values = Counter(axis for axis, _, _ in rows)
        return cls({key: places for key, places in rows.items() if values[key[0]] > 1})

    def strata(self, reports: NDArray[np.int64]) -> list[Stratum]:
        """Return each stratum with its evidence, from a table of reports by cell (n x 3)."""
        return [
            Stratum(axis, value, name, Evidence(*(int(count) for count in reports[places].sum(axis=0))))
            for (axis, value, name), places in self.rows.items()
        ]


def strata(found: ByCell) -> list[Stratum]:
    """Return the reports by region, hub model and device combination."""
    return Parts.of({number: row for row, number in enumerate(found.numbers.tolist())}).strata(found.reports)


def _strata_of(cell: Cell) -> Iterator[tuple[str, str, str]]:
    combination: DeviceCombination = cell.combination
    yield "regions", cell.region, f"region {cell.get_region_display()}"
    yield "hub_models", str(combination.hub_model_id), f"hub model {combination.hub_model.name}"
    yield COMBINATION, str(combination.pk), str(combination)


def cohort(axis: str, value: str) -> Cohort:
    """Return the cohort that is exactly this stratum."""
    if axis != COMBINATION:
        return Cohort.from_json({axis: [int(value) if value.isdecimal() else value]})
    combination = DeviceCombination.objects.get(pk=value)
    chosen = {
        "hub_models": combination.hub_model_id,
        "esme": combination.esme_id,
        "gsme": combination.gsme_id,
        "displays": combination.display_id,
        "smets": combination.smets,
    }
    return Cohort.from_json({name: [number] for name, number in chosen.items() if number is not None})


@dataclass(frozen=True, slots=True)
class AtFault:
    """A part of a wave that a verdict found over its limit; `key` names it within its rollout."""

    key: str
    axis: str
    value: str
    words: str


def _breaches(kept: judgements.Kept) -> Iterator[dict[str, Any]]:
    for one in reversed(judgements.every(kept)):
        yield from one.get("strata", ())


def found_at_fault(rollout: Rollout) -> list[AtFault]:
    """Return the parts of all waves that verdicts found over the limit, the newest wave first, each part once."""
    found: dict[tuple[str, str], AtFault] = {}
    for number, verdicts in rollout.waves.order_by("-number").values_list("number", "verdicts"):
        for stage in reversed(Stage):
            for breach in _breaches(verdicts.get(stage.word, {})):
                key = f"{number + 1}-{stage.word}-{breach['axis']}-{breach['value']}"
                words = f"wave {number + 1}, {stage.word}: {Breach(**breach).words} failed"
                part = AtFault(key, breach["axis"], breach["value"], words)
                found.setdefault((part.axis, part.value), part)
    return list(found.values())
