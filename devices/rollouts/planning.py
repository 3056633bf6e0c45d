"""Who is in which wave: stratified random by a stored seed, so that no wave is an accident of order. Pure.

Within each stratum (region, hub model, device combination) hubs stand in random order and are spread
evenly over the line; the merged line is cut into waves and the waves into batches. Every wave, and every
batch, is then the country in small. Slots are places in that line: dense, and contiguous per wave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices import hashing
from devices.gateway import Numbers

FIRST_BATCH, BATCH = 1_000, 10_000
_ORDER, _OFFSET = 11, 12


@dataclass(frozen=True, slots=True)
class WaveSpec:
    """Size of one wave: an absolute number of hubs (a canary) or a share of all hubs of the plan."""

    hubs: int | None = None
    share: float | None = None

    def __post_init__(self) -> None:
        if (self.hubs is None) == (self.share is None):
            raise ValueError("a wave is either a number of hubs or a share")
        if self.hubs is not None and self.hubs < 1:
            raise ValueError("a wave needs at least one hub")
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError("a wave's share lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class Cut:
    """A wave or batch of the plan: slots from `low` up to, not including, `high`."""

    number: int
    wave: int
    low: int
    high: int

    @property
    def size(self) -> int:
        """How many hubs it holds."""
        return self.high - self.low


def line_up(hubs: Numbers, strata: NDArray[np.integer], *, seed: int) -> NDArray[np.intp]:
    """Return the order of the hubs: position k of the answer is the index of the hub that gets slot k.

    `strata` numbers each hub's stratum. The same hubs, strata and seed give the same order, whatever order
    they came in.
    """
    ticket = hashing.draw(hashing.key(seed, _ORDER), hubs)
    grouped = np.lexsort((hubs, ticket, strata))
    sorted_strata = strata[grouped]
    starts = np.flatnonzero(np.r_[True, sorted_strata[1:] != sorted_strata[:-1]])[: len(hubs)]
    sizes = np.diff(np.r_[starts, len(hubs)])
    offset_bits = hashing.draw(hashing.key(seed, _OFFSET), sorted_strata[starts].astype(np.uint64))
    offsets = offset_bits.astype(np.float64) / 2.0**64
    rank = np.arange(len(hubs)) - np.repeat(starts, sizes)
    place = (rank + np.repeat(offsets, sizes)) / np.repeat(sizes, sizes)
    return grouped[np.lexsort((hubs[grouped], place))]


def cut_waves(total: int, specs: Sequence[WaveSpec]) -> list[Cut]:
    """Return the waves of a plan over `total` hubs; the last wave takes whatever the others leave.

    Shares are shares of all hubs, rounded half up; waves that would be empty are left out.
    """
    if not specs:
        raise ValueError("a plan needs at least one wave")
    bounds = [0]
    for spec in specs[:-1]:
        size = spec.hubs if spec.hubs is not None else int(total * (spec.share or 0) + 0.5)
        bounds.append(min(total, bounds[-1] + size))
    bounds.append(total)
    spans = [(low, high) for low, high in zip(bounds, bounds[1:], strict=False) if high > low]
    return [Cut(number=n, wave=n, low=low, high=high) for n, (low, high) in enumerate(spans)]


def cut_batches(waves: Sequence[Cut], *, first: int = FIRST_BATCH, later: int = BATCH) -> list[Cut]:
    """Return the batches of all waves in slot order; small ones in the first wave, so that a halt bites early."""
    batches: list[Cut] = []
    for wave in waves:
        size = first if wave.number == 0 else later
        for low in range(wave.low, wave.high, size):
            high = min(low + size, wave.high)
            batches.append(Cut(number=len(batches), wave=wave.number, low=low, high=high))
    return batches
