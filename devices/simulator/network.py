"""The simulated network: implements the gateway by drawing each hub's fate from a hash of its key.

A fate depends on (seed, image, hub, stage, attempt) and on the hub's region and cell, on nothing else: not on
the batch it travels in, its order, or how often a task was delivered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices import hashing
from devices.gateway import UNREACHABLE, Bytes, Numbers, Order, Stage
from devices.simulator.scenarios import REGIONS, Failures, Scenario

_LEFT_BEHIND, _NIGHT, _FATE = 1, 2, 3
Thresholds = NDArray[np.uint32]


class SimulatedNetwork:
    """A gateway to hubs that do not exist. `regressing` numbers the cells of the regressing cohort."""

    def __init__(self, *, seed: int, scenario: Scenario, regressing: Numbers | None = None) -> None:
        self._seed = seed
        self._scenario = scenario
        self._regressing = np.array([] if regressing is None else regressing, dtype=np.uint32)

    def distribute(self, order: Order) -> Bytes:
        """Return a `Transfer` code or UNREACHABLE for each hub."""
        return self._answers(order, Stage.DEPLOYMENT)

    def activate(self, order: Order) -> Bytes:
        """Return an `Activation` code or UNREACHABLE for each hub."""
        return self._answers(order, Stage.ACTIVATION)

    def _answers(self, order: Order, stage: Stage) -> Bytes:
        answers = np.empty(len(order.hubs), dtype=np.uint8)
        for attempt in np.flatnonzero(np.bincount(order.attempts, minlength=1)):
            chosen = order.attempts == attempt
            night = self._night(order, stage, int(attempt))
            answers[chosen] = night if chosen.all() else night[chosen]
        answers[left_behind(self._seed, self._scenario, order.hubs, order.regions)] = UNREACHABLE
        return answers

    def _night(self, order: Order, stage: Stage, attempt: int) -> Bytes:
        fate_key = hashing.key(self._seed, _FATE, order.image, stage, attempt)
        reach, what = hashing.halves(hashing.draw(fate_key, order.hubs))
        codes = self._codes(stage, what, order.cells)
        codes[reach < self._nightly(order.image, stage, attempt)[order.regions]] = UNREACHABLE
        return codes

    def _nightly(self, image: int, stage: Stage, attempt: int) -> Thresholds:
        shares = []
        for region in REGIONS:
            low, high = self._scenario.weather[region].nightly
            night = hashing.unit(hashing.key(self._seed, _NIGHT, image, stage, attempt, region))
            shares.append(hashing.threshold(low + (high - low) * night))
        return np.array(shares, dtype=np.uint32)

    def _codes(self, stage: Stage, what: Thresholds, cells: Numbers) -> Bytes:
        if stage is Stage.DEPLOYMENT:
            return _codes(what, self._scenario.transfer)
        codes = _codes(what, self._scenario.activation)
        if self._scenario.regressing is not None:
            cohort = np.isin(cells, self._regressing)
            codes[cohort] = _codes(what[cohort], self._scenario.regressing)
        return codes


def left_behind(seed: int, scenario: Scenario, hubs: NDArray[np.unsignedinteger], regions: Bytes) -> NDArray[np.bool_]:
    """Return which hubs were installed where there is no network; fixed for the life of a seeded fleet."""
    where, _ = hashing.halves(hashing.draw(hashing.key(seed, _LEFT_BEHIND), hubs))
    shares = [hashing.threshold(weather.left_behind) for weather in scenario.weather]
    return where < np.array(shares, dtype=np.uint32)[regions]


def _codes(what: Thresholds, failures: Failures) -> Bytes:
    first = hashing.threshold(failures.first)
    second = hashing.threshold(failures.first + failures.second)
    third = hashing.threshold(failures.first + failures.second + failures.third)
    codes = np.zeros(len(what), dtype=np.uint8)
    codes[what < np.uint32(third)] = 3
    codes[what < np.uint32(second)] = 2
    codes[what < np.uint32(first)] = 1
    return codes
