"""The simulated network: implements the gateway by drawing each hub's fate from a hash of its key.

A fate depends on (seed, image, hub, stage, attempt) and on the hub's region and cell, on nothing else: not on
the batch it travels in, its order, or how often a task was delivered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices import hashing
from devices.gateway import NO_HOME, QUIET, UNREACHABLE, Bytes, Numbers, Order, Sign, Stage, Watched
from devices.simulator.scenarios import REGIONS, USUAL_SIGNS, Failures, Scenario

_LEFT_BEHIND, _NIGHT, _FATE, _SIGN, _GUST, _HARMED, _TELLS = 1, 2, 3, 4, 5, 6, 7
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

    def listen(self, watched: Watched) -> Bytes:
        """Return the `Sign` heard of each hub in a watch, or QUIET: what is usual everywhere, and hidden troubles."""
        signs = self._usual_signs(watched)
        troubled = np.flatnonzero(watched.activated & np.isin(watched.cells, self._regressing))
        for number, trouble in enumerate(self._scenario.troubles):
            hubs = watched.hubs[troubled]
            told, _ = hashing.halves(
                hashing.draw(hashing.key(self._seed, _TELLS, watched.image, number, watched.watch), hubs)
            )
            tells = told < np.uint32(hashing.threshold(trouble.telling))
            signs[troubled[self._harms(watched.image, number, hubs) & tells]] = trouble.sign
        return signs

    def harmed(self, image: int, hubs: Numbers, cells: Numbers) -> NDArray[np.bool_]:
        """Return which hubs the image harms once they run it, told by anybody or not; whatever the plan."""
        found = np.zeros(len(hubs), dtype=np.bool_)
        for number in range(len(self._scenario.troubles)):
            found |= self._harms(image, number, hubs)
        return found & np.isin(cells, self._regressing)

    def _harms(self, image: int, number: int, hubs: Numbers) -> NDArray[np.bool_]:
        hit, _ = hashing.halves(hashing.draw(hashing.key(self._seed, _HARMED, image, number), hubs))
        return hit < np.uint32(hashing.threshold(self._scenario.troubles[number].harmed))

    def _usual_signs(self, watched: Watched) -> Bytes:
        """Draw the signs of a watch; few hubs give any, and only of those it is asked which."""
        what, _ = hashing.halves(
            hashing.draw(hashing.key(self._seed, _SIGN, watched.image, watched.watch), watched.hubs)
        )
        limits = self._limits(watched)
        signs = np.full(len(what), QUIET, dtype=np.uint8)
        some = np.flatnonzero(what < limits.max())
        below = what[some, None] < limits[watched.regions[some]]
        signs[some] = np.where(below.any(axis=1), below.argmax(axis=1) + 1, QUIET)
        return signs

    def _limits(self, watched: Watched) -> Thresholds:
        """Return by region and sign the number below which a draw gives that sign or one before it."""
        rows = []
        for region in REGIONS:
            low, high = self._scenario.gusts
            gust = low + (high - low) * hashing.unit(
                hashing.key(self._seed, _GUST, watched.image, watched.watch, region)
            )
            shares = [share * (gust if sign is Sign.POWER_OUTAGE else 1) for sign, share in USUAL_SIGNS.items()]
            rows.append([hashing.threshold(share) for share in np.cumsum(shares)])
        return np.array(rows, dtype=np.uint32)

    def _answers(self, order: Order, stage: Stage) -> Bytes:
        answers = np.empty(len(order.hubs), dtype=np.uint8)
        for attempt in np.flatnonzero(np.bincount(order.attempts, minlength=1)):
            chosen = order.attempts == attempt
            night = self._night(order, stage, int(attempt))
            answers[chosen] = night if chosen.all() else night[chosen]
        answers[left_behind(self._seed, self._scenario, order.hubs, order.regions)] = UNREACHABLE
        answers[order.cells == NO_HOME] = UNREACHABLE  # taken down since it was asked
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
