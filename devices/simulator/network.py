"""The simulated network: implements the gateway by drawing each hub's fate from a hash of its key.

A fate depends on (seed, image, hub, stage, attempt) and on the hub's cell, on nothing else: not on the
batch it travels in, its order, or how often a task was delivered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices import hashing
from devices.gateway import UNREACHABLE, Bytes, Numbers, Order, Stage
from devices.simulator.scenarios import REGIONS, Failures, Scenario

_LEFT_BEHIND, _NIGHT, _FATE = 1, 2, 3
Thresholds = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Terrain:
    """What the network must know of cells: number (ascending), region, and whether in the regressing cohort."""

    cells: Numbers
    regions: Bytes
    regressing: NDArray[np.bool_]

    def __post_init__(self) -> None:
        if not len(self.cells) == len(self.regions) == len(self.regressing):
            raise ValueError("a terrain needs one region and one cohort mark for each cell")
        if np.any(self.cells[1:] <= self.cells[:-1]):
            raise ValueError("a terrain needs its cells in ascending order, each once")

    def positions(self, cells: Numbers) -> NDArray[np.intp]:
        """Return where each cell stands in this terrain; raise ValueError for a cell that is not in it."""
        places = np.searchsorted(self.cells, cells)
        if np.any(places == len(self.cells)) or np.any(self.cells[places] != cells):
            raise ValueError("an order names a cell that is not in the terrain")
        return places


class SimulatedNetwork:
    """A gateway to hubs that do not exist."""

    def __init__(self, *, seed: int, scenario: Scenario, terrain: Terrain) -> None:
        self._seed = seed
        self._scenario = scenario
        self._terrain = terrain

    def distribute(self, order: Order) -> Bytes:
        """Return a `Transfer` code or UNREACHABLE for each hub."""
        return self._answers(order, Stage.DEPLOYMENT)

    def activate(self, order: Order) -> Bytes:
        """Return an `Activation` code or UNREACHABLE for each hub."""
        return self._answers(order, Stage.ACTIVATION)

    def _answers(self, order: Order, stage: Stage) -> Bytes:
        places = self._terrain.positions(order.cells)
        regions = self._terrain.regions[places]
        cohort = self._terrain.regressing[places]
        answers = np.empty(len(order.hubs), dtype=np.uint8)
        for attempt in np.unique(order.attempts):
            chosen = order.attempts == attempt
            fate_key = hashing.key(self._seed, _FATE, order.image, stage, int(attempt))
            reach, what = hashing.halves(hashing.draw(fate_key, order.hubs[chosen]))
            answers[chosen] = np.where(
                reach < self._nightly(order.image, stage, int(attempt))[regions[chosen]],
                UNREACHABLE,
                self._codes(stage, what, cohort[chosen]),
            )
        answers[left_behind(self._seed, self._scenario, order.hubs, regions)] = UNREACHABLE
        return answers

    def _nightly(self, image: int, stage: Stage, attempt: int) -> Thresholds:
        shares = []
        for region in REGIONS:
            low, high = self._scenario.weather[region].nightly
            night = hashing.unit(hashing.key(self._seed, _NIGHT, image, stage, attempt, region))
            shares.append(hashing.threshold(low + (high - low) * night))
        return np.array(shares, dtype=np.uint32)

    def _codes(self, stage: Stage, what: Thresholds, cohort: NDArray[np.bool_]) -> Bytes:
        if stage is Stage.DEPLOYMENT:
            return _codes(what, self._scenario.transfer)
        codes = _codes(what, self._scenario.activation)
        if self._scenario.regressing is not None:
            codes[cohort] = _codes(what[cohort], self._scenario.regressing)
        return codes


def left_behind(
    seed: int, scenario: Scenario, hubs: NDArray[np.unsignedinteger], regions: Bytes
) -> NDArray[np.bool_]:
    """Return which hubs were installed where there is no network; fixed for the life of a seeded fleet."""
    where, _ = hashing.halves(hashing.draw(hashing.key(seed, _LEFT_BEHIND), hubs))
    shares = [hashing.threshold(weather.left_behind) for weather in scenario.weather]
    return where < np.array(shares, dtype=np.uint32)[regions]


def _codes(what: Thresholds, failures: Failures) -> Bytes:
    edges = np.cumsum([failures.first, failures.second, failures.third])
    bounds = np.array([hashing.threshold(edge) for edge in edges], dtype=np.uint32)
    codes = np.searchsorted(bounds, what, side="right").astype(np.uint8) + 1
    codes[codes == len(bounds) + 1] = 0
    return codes
