"""Which device combination gives more signs of trouble once it runs an image than beside it. Pure.

Compared are hubs that run the image and hubs of the same combination that have it but do not run it yet, in the same
region and the same watch: what a storm does to both is no evidence. Under the hypothesis that the first give at most
`TOLERATED` times as many signs, how many of all signs of a stratum come from them is binomial, and the sum over strata
is worked out exactly (Hodges and Lehmann's conditional test of two Poisson rates, stratified): no approximation halts
for chance where counts are small.

Who looks at many combinations and signs, watch after watch, finds chance among them. Look number k may spend
`ALPHA` / k(k + 1), which is `ALPHA` for any number of looks together, shared among all comparisons of that look
(Bonferroni): without a fault a rollout has a false proposal with chance `ALPHA` at most.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.05
TOLERATED = 1.25  # times as many signs as beside: less is no reason to hold
LEAST_WATCHED = 30  # hub-watches on either side, before a combination is looked at
LEAST_SIGNS = 5  # of hubs that run the image, before they are evidence
_FAR = 3.0  # standard deviations: nearer to what is usual nothing is worked out, and nothing is proposed
_HALVINGS = 30
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard, by stratum (region and watch), combination and sign; hub-watches by stratum and combination.

    `after` is of hubs that run the image, `before` of hubs that do not run it yet.
    """

    after: Counts
    before: Counts
    watched_after: Counts
    watched_before: Counts


@dataclass(frozen=True, slots=True)
class Excess:
    """A combination (its row) that gives a sign too often, with the working: counts and hub-watches on both sides, how
    often it would have been expected, the least true ratio, the chance of so many without a fault, and what chance was
    allowed to it."""

    row: int
    sign: int
    after: int
    watched_after: int
    before: int
    watched_before: int
    expected: float
    ratio: float
    chance: float
    allowed: float
    comparisons: int
    look: int


def find(heard: Heard, look: int, known: Container[tuple[int, int]] = ()) -> list[Excess]:
    """Return every combination and sign in excess at this look (the first is 1), the surest first.

    What is `known`, by (row, sign), is not worked out again; it counts among the comparisons all the same.
    """
    after, before, watched_after, watched_before = _beside(heard)
    enough = (watched_after.sum(axis=0) >= LEAST_WATCHED) & (watched_before.sum(axis=0) >= LEAST_WATCHED)
    comparisons = int(np.count_nonzero(enough)) * after.shape[2]
    if not comparisons:
        return []
    allowed = ALPHA / (look * (look + 1)) / comparisons
    found = []
    for row, place in _suspects(after, before, watched_after, watched_before, enough):
        if (row, place + 1) in known:
            continue
        sides = after[:, row, place], before[:, row, place], watched_after[:, row], watched_before[:, row]
        chance = chance_of(*sides, times=TOLERATED)
        if chance > allowed:
            continue
        a, b, wa, wb = (int(side.sum()) for side in sides)
        usual = float((sides[0] + sides[1]) @ _share(*sides[2:], times=1.0))
        least = _least_ratio(sides, allowed)
        found.append(Excess(row, place + 1, a, wa, b, wb, usual, least, chance, allowed, comparisons, look))
    return sorted(found, key=lambda one: (one.chance, one.row, one.sign))


def chance_of(after: Counts, before: Counts, watched_after: Counts, watched_before: Counts, *, times: float) -> float:
    """Return the chance of at least so many signs after, of all there were, where the true ratio is `times`."""
    shares, places = np.unique(_share(watched_after, watched_before, times=times), return_inverse=True)
    totals = np.bincount(places, weights=after + before).astype(np.int64)  # strata with one share are one binomial
    reached = np.ones(1)
    for total, chance in zip(totals.tolist(), shares.tolist(), strict=True):
        if total:
            reached = np.convolve(reached, _binomial(total, chance))
    return float(min(1.0, reached[int(after.sum()) :].sum()))


def _beside(heard: Heard) -> tuple[Counts, Counts, Counts, Counts]:
    """Return the counts of the strata in which hubs of the combination stand on both sides; others say nothing."""
    both = (heard.watched_after > 0) & (heard.watched_before > 0)
    return (
        heard.after * both[:, :, None],
        heard.before * both[:, :, None],
        heard.watched_after * both,
        heard.watched_before * both,
    )


def _share(watched_after: Counts, watched_before: Counts, *, times: float) -> NDArray[np.float64]:
    """Return the share of a stratum's signs that the hubs after give where they give `times` as many each."""
    weighted = watched_after * times
    share: NDArray[np.float64] = weighted / np.maximum(weighted + watched_before, 1)
    return share


def _suspects(
    after: Counts, before: Counts, watched_after: Counts, watched_before: Counts, enough: NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """Yield (combination, sign) far enough from what is tolerated to be worked out: a few of hundreds."""
    share = _share(watched_after, watched_before, times=TOLERATED)[:, :, None]
    totals = after + before
    expected = (totals * share).sum(axis=0)
    spread = np.sqrt((totals * share * (1 - share)).sum(axis=0))
    signs = after.sum(axis=0)
    far = (signs >= LEAST_SIGNS) & (signs > expected + _FAR * spread) & enough[:, None]
    yield from zip(*(places.tolist() for places in np.nonzero(far)), strict=True)


def _least_ratio(sides: tuple[Counts, Counts, Counts, Counts], allowed: float) -> float:
    """Return the ratio, at least the tolerated one, below which so many signs would come more seldom than allowed."""
    low, high = TOLERATED, TOLERATED * 2
    while chance_of(*sides, times=high) <= allowed and high < 1e6:
        low, high = high, high * 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if chance_of(*sides, times=middle) <= allowed else (low, middle)
    return low


def _binomial(total: int, chance: float) -> NDArray[np.float64]:
    """Return the chances of 0 to `total` successes."""
    counts = np.arange(total + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, total + 1)))])
    ways = logs[total] - logs[counts] - logs[total - counts]
    result: NDArray[np.float64] = np.exp(ways + counts * math.log(chance) + (total - counts) * math.log1p(-chance))
    return result
