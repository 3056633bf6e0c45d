"""Who is in which wave: stratified random by a stored seed, so that no wave is an accident of order. Pure.

Within each stratum (region, hub model, device combination) hubs stand in random order and are spread
evenly over the line; the merged line is cut into waves and the waves into batches. Every wave, and every
batch, is then the country in small. Slots are places in that line: dense, and contiguous per wave.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices import hashing
from devices.gateway import Numbers

FIRST_BATCH, BATCH, LARGE_BATCH = 1_000, 10_000, 20_000
SHARED = 4  # batches of a wave, that no worker waits for the last of another
LARGE = 500_000  # hubs from which on a rollout has large batches: each costs as much besides its hubs
_ORDER, _OFFSET = 11, 12


@dataclass(frozen=True, slots=True)
class WaveSpec:
    """Size of one wave: an absolute number of hubs (a canary) or a share of all hubs, of every region or of some.

    A wave that differs by region has `parts` in place of a size of its own: one for each choice of regions.
    """

    hubs: int | None = None
    share: float | None = None
    regions: tuple[str, ...] = ()
    parts: tuple[WaveSpec, ...] = ()

    def __post_init__(self) -> None:
        if self.parts:
            self._check_parts()
            return
        if (self.hubs is None) == (self.share is None):
            raise ValueError("a wave is either a number of hubs or a share")
        if self.hubs is not None and self.hubs < 1:
            raise ValueError("a wave needs at least one hub")
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError("a wave's share lies between 0 and 1")

    def _check_parts(self) -> None:
        named = [region for part in self.parts for region in part.regions]
        if self.hubs is not None or self.share is not None or self.regions:
            raise ValueError("a wave with parts has no size of its own")
        if not all(part.regions and not part.parts for part in self.parts) or len(named) != len(set(named)):
            raise ValueError("each part of a wave names its regions, and no region twice")

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> WaveSpec:
        """Return the size that `as_json` wrote, or that came by API; raise ValueError for one that makes no sense."""
        parts = tuple(cls.read(part) for part in kept.get("parts") or ())
        return cls(kept.get("hubs"), kept.get("share"), tuple(kept.get("regions") or ()), parts)

    def as_json(self) -> dict[str, Any]:
        """Return it as a rollout keeps it."""
        return asdict(self)

    @property
    def least(self) -> int | None:
        """How many hubs it names, in all its parts; None where a share decides."""
        named = [part.hubs for part in self.parts or (self,)]
        return None if None in named else sum(hubs for hubs in named if hubs is not None)


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


def quotas(totals: Mapping[str, int], specs: Sequence[WaveSpec]) -> list[dict[str, int]]:
    """Return how many hubs of each region each wave takes; the last wave takes whatever the others leave.

    Shares are shares of all hubs of the wave's regions, rounded half up; regions give in proportion to what they have
    left; waves that would be empty are left out.
    """
    if not specs:
        raise ValueError("a plan needs at least one wave")
    left, waves = dict(totals), []
    for spec in specs[:-1]:
        wave = dict.fromkeys(totals, 0)
        for part in spec.parts or (spec,):
            regions = [region for region in totals if not part.regions or region in part.regions]
            share = int(sum(totals[region] for region in regions) * (part.share or 0) + 0.5)
            wave |= _spread(share if part.hubs is None else part.hubs, {region: left[region] for region in regions})
        left = {region: left[region] - wave[region] for region in totals}
        waves.append(wave)
    return [wave for wave in (*waves, left) if any(wave.values())]


def _spread(hubs: int, room: Mapping[str, int]) -> dict[str, int]:
    """Return so many hubs, or all there are, shared out in proportion; odd ones go to the largest remainders."""
    total = sum(room.values())
    if hubs >= total:
        return dict(room)
    given = {region: hubs * count // total for region, count in room.items()}
    ranked = sorted(room, key=lambda region: -(hubs * room[region] % total))
    for region in ranked[: hubs - sum(given.values())]:
        given[region] += 1
    return given


def arrange(regions: NDArray[np.integer], waves: Sequence[Sequence[int]]) -> NDArray[np.intp]:
    """Return the places of a line in the order of its waves.

    `regions` numbers the region of each hub in the line; `waves` gives for each wave how many of each region it takes:
    the next ones, as they stand in the line. Within a wave the order is that of the line.
    """
    wave_of = np.empty(len(regions), dtype=np.int16)
    for region, sizes in enumerate(zip(*waves, strict=True)):
        wave_of[regions == region] = np.repeat(np.arange(len(waves), dtype=np.int16), sizes)
    return np.argsort(wave_of, kind="stable")


def arrange_by_group(
    groups: NDArray[np.integer], nights: Mapping[int, Sequence[tuple[int, int]]]
) -> tuple[NDArray[np.intp], list[int]]:
    """Return the places of a line in the order of its nights, and how many hubs each night takes.

    `groups` numbers the group of each hub in the line; `nights` gives for each group its nights, by number from 0 in
    order, and how many hubs each takes: the next ones, as they stand in the line. The last night of a group takes
    whatever the others leave; hubs of a group without a night are left out. Within a night the order is the line's.
    """
    night_of = np.full(len(groups), -1, dtype=np.int32)
    by_group = np.argsort(groups, kind="stable")
    sorted_groups = groups[by_group]
    for group, takes in nights.items():
        low, high = np.searchsorted(sorted_groups, [group, group + 1])
        queue = by_group[low:high]
        numbers, sizes = zip(*takes, strict=True)
        turns = np.repeat(np.array(numbers, dtype=np.int32), sizes)[: len(queue)]
        night_of[queue] = np.r_[turns, np.full(len(queue) - len(turns), numbers[-1], dtype=np.int32)]
    kept = np.flatnonzero(night_of >= 0)
    order = kept[np.argsort(night_of[kept], kind="stable")]
    total = 1 + max((number for takes in nights.values() for number, _ in takes), default=-1)
    return order, np.bincount(night_of[kept], minlength=total).tolist()


def cut(sizes: Sequence[int]) -> list[Cut]:
    """Return waves of these sizes as stretches of slots, one after the other."""
    bounds = np.cumsum([0, *sizes]).tolist()
    return [Cut(n, n, low, high) for n, (low, high) in enumerate(zip(bounds, bounds[1:], strict=False))]


def cut_batches(waves: Sequence[Cut], *, first: int = FIRST_BATCH, later: int | None = None) -> list[Cut]:
    """Return the batches of all waves in slot order; small ones in the first wave, so that a halt bites early.

    Those of a later wave are alike in size and at least SHARED, if none is smaller than `first` for it: a wave that
    is one batch has one worker.
    """
    batches: list[Cut] = []
    if later is None:
        later = LARGE_BATCH if sum(wave.size for wave in waves) >= LARGE else BATCH
    for wave in waves:
        count = -(-wave.size // (first if wave.number == 0 else later))
        if wave.number > 0:
            count = max(count, min(SHARED, wave.size // first))
        edges = [wave.low + wave.size * place // count for place in range(count + 1)]
        for low, high in itertools.pairwise(edges):
            batches.append(Cut(number=len(batches), wave=wave.number, low=low, high=high))
    return batches
