"""Linear programs built from arrays and solved by GLOP, few columns at a time; pure.

GLOP (the simplex method on one core) beat HiGHS four times over on these programs and PDLP came to no end; being exact
and sequential, it returns the same corner for the same program. Most columns are nothing in the end: a program is
solved with a few of them, and the prices of its rows tell which others are worth having, until none is.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from releases.scheduling import glop
from releases.scheduling.arrays import Flags, Floats, Ints

FIRST = 12  # columns of each group that are tried first
JOINING = 3_000  # columns that join at once, or a third of those worth having where that is more
EXACT = 1e-8  # part of the cost that a column not tried may promise to save
DUST = 1e-10  # a price that is none but GLOP's rounding


@dataclass(frozen=True)
class Answer:
    """The best values of the columns, what they cost, and what one more of each row's limit would be worth."""

    values: Floats
    cost: float
    duals: Floats


@dataclass
class Rows:
    """The rows of a program, gathered block by block: low ≤ sum of value times column ≤ high."""

    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    count: int = 0

    def block(self, low: Sequence[float] | Floats | Ints, high: Sequence[float] | Floats | Ints) -> int:
        """Add rows with these limits; return the number of the first."""
        self.low.append(np.asarray(low, dtype=np.float64))
        self.high.append(np.asarray(high, dtype=np.float64))
        self.count += len(self.low[-1])
        return self.count - len(self.low[-1])

    def put(self, rows: Ints, columns: Ints, values: Floats | float) -> None:
        """Add entries, one for each row and column given."""
        self.entries.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=np.float64), len(rows))))


def cheapest(groups: Ints, costs: Floats, *, seed: int) -> Flags:
    """The columns to try first: a few of each group, by lot among those that cost the same."""
    order = np.lexsort((np.random.default_rng(seed).random(len(groups)), costs, groups))
    rank, few = np.arange(len(order)) - np.searchsorted(groups[order], groups[order]), np.zeros(len(order), np.bool_)
    few[order[rank < FIRST]] = True
    return few


class Program:
    """Columns from nothing upwards, within rows; solved for one objective after another, each from the last corner.

    `tried` are the columns to begin with; they must be enough to meet the rows. Those that no row bounds join them:
    nobody could say what they are worth.
    """

    def __init__(self, columns: int, rows: Rows, tried: Flags) -> None:
        row, column, value = (np.concatenate(part) for part in zip(*rows.entries, strict=True))
        order = np.lexsort((column, row))
        self._row, self._column, self._value = row[order], column[order], value[order]
        self._low, self._high = np.concatenate(rows.low), np.concatenate(rows.high)
        self._most = self._bounds(columns)
        self._tried = tried | np.isinf(self._most)
        self._corner = glop.Corner(np.full(columns, glop.AT_LOWER), np.full(rows.count, glop.BASIC))
        self._begun = False

    def minimise(self, costs: Floats, *, seconds: float, near: float = EXACT) -> Answer:
        """Return the cheapest values; raise OutOfTime after so many seconds.

        A column joins when it promises to save more than `near`, as a part of the cost.
        """
        end = time.monotonic() + seconds
        answer = self._solved(costs, end)
        while len(joining := self._worth(costs, answer, near)):
            self._tried[joining] = True
            answer = self._solved(costs, end)
        return answer

    def settle(self, costs: Floats, answer: Answer) -> None:
        """Be as cheap as this answer from now on: rows with a price stay at their limit, dearer columns nothing."""
        dear = (self._dearer(costs, answer) > DUST) & (self._corner.columns != glop.BASIC)
        self._tried[dear], self._most[dear] = False, 0
        tight = answer.duals < -DUST
        self._low[tight] = self._high[tight]

    def _worth(self, costs: Floats, answer: Answer, near: float) -> Ints:
        """Columns not tried yet that would make the answer cheaper at the prices of the rows, the best first."""
        others = np.flatnonzero(~self._tried)
        saving = -self._dearer(costs, answer)[others] * self._most[others]
        order = np.argsort(-saving, kind="stable")[: (saving > near * max(abs(answer.cost), 1)).sum()]
        return np.asarray(others[order[: max(JOINING, len(order) // 3)]])

    def _dearer(self, costs: Floats, answer: Answer) -> Floats:
        """What one of each column would add to the cost of the answer at the prices of the rows."""
        return costs - np.bincount(self._column, self._value * answer.duals[self._row], len(costs))

    def _bounds(self, columns: int) -> Floats:
        """What each column is at most by the rows that must be met to the full."""
        full = np.isfinite(self._low) & np.isfinite(self._high)
        full[self._row[self._value < 0]] = False
        of, most = full[self._row], np.full(columns, np.inf)
        np.minimum.at(most, self._column[of], self._high[self._row[of]] / self._value[of])
        return most

    def _solved(self, costs: Floats, end: float) -> Answer:
        """The cheapest values with the columns tried alone, from the last corner where there is one."""
        columns, rows = np.flatnonzero(self._tried), np.flatnonzero(self._pressed())
        start = glop.Corner(self._corner.columns[columns], self._corner.rows[rows]) if self._begun else None
        left = max(end - time.monotonic(), 0)
        found = glop.minimise(self._part(columns, rows), costs[columns], start, seconds=left)
        self._corner.columns[columns], self._corner.rows[rows] = found.corner.columns, found.corner.rows
        self._begun = True
        values, duals = np.zeros(len(costs)), np.zeros(len(self._low))
        values[columns], duals[rows] = found.values, found.duals
        return Answer(values, found.cost, duals)

    def _pressed(self) -> Flags:
        """The rows that the columns tried could break, or on which the last corner stands."""
        of = self._tried[self._column] & (self._value > 0)
        reach = np.bincount(self._row[of], self._value[of] * self._most[self._column[of]], len(self._low))
        return np.asarray((reach > self._high) | np.isfinite(self._low) | (self._corner.rows != glop.BASIC))

    def _part(self, columns: Ints, rows: Ints) -> glop.Matrix:
        """These columns and rows alone."""
        column, row = np.full(len(self._most), -1), np.full(len(self._low), -1)
        column[columns], row[rows] = np.arange(len(columns)), np.arange(len(rows))
        column, row = column[self._column], row[self._row]
        of = (column >= 0) & (row >= 0)
        return glop.Matrix(row[of], column[of], self._value[of], self._low[rows], self._high[rows])
