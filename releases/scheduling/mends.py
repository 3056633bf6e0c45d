"""What would make a schedule possible; pure.

A linear program in which every limit that somebody could change may be broken at a price: what it breaks, taken
together, is enough to make a schedule possible. Solved again with what is broken made cheaper, it breaks few.
Notice and the horizon are not for sale.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np

from releases.scheduling.arrays import EVERYWHERE, NOBODY, Flags, Floats, Ints, arrays
from releases.scheduling.clash_words import between, homes, part, parties, said
from releases.scheduling.problem import Problem
from releases.scheduling.programs import Program, Rows, cheapest

# What loosening costs a home, where a party’s own limits cost one. A day opened is opened to everybody.
_CLOSED, _CAPACITY, _DEADLINE = 0.9, 2.0, 3.0
_LATER = 1e-3  # a day later costs this much more
_UNPLACED = 1e3
_DUST = 1e-4  # homes that are none but the solver's rounding
_ROUNDS = 3  # in which what is bought becomes cheaper, so that as little as possible is
_FEW = 1.0  # homes for which a day bought costs half
_PRESSED = 0.5  # price of one more home from which a group presses on others


@dataclass(frozen=True)
class Mend:
    """One limit to be loosened by somebody: a blackout lifted, a limit or capacity raised to `homes`, a last day moved,
    closed days opened, or homes left out because nothing else helps."""

    sort: str
    words: str
    first: date
    last: date
    homes: int
    party: int | None = None
    region: str = ""
    group: int | None = None


class Relaxed:
    """The same homes with every limit for sale; `mends` is what the cheapest way buys."""

    def __init__(self, problem: Problem, seconds: float) -> None:
        self.problem, self.table = problem, arrays(problem)
        days = np.arange(self.table.size)
        earliest, latest = (
            np.array([(getattr(one, name) - problem.first).days for one in problem.groups])[:, None]
            for name in ("earliest", "latest")
        )
        self.late = np.maximum(days - latest, 0)
        self.closed = np.isin(days, [(day - problem.first).days for day in problem.closed])
        self.groups, self.days = np.nonzero(days >= earliest)
        self.used = np.zeros(self.table.allowed.shape)
        self._solve(seconds)

    def _solve(self, seconds: float) -> None:
        table, cells, groups = self.table, len(self.groups), len(self.table.homes)
        nights, limited = table.capacity.size, len(table.limits) * table.size
        rows = Rows()
        placed = rows.block(table.homes, table.homes)
        rows.put(placed + self.groups, np.arange(cells), 1)
        start = rows.block(np.full(nights, -np.inf), table.capacity.ravel())
        rows.put(start + table.region[self.groups] * table.size + self.days, np.arange(cells), 1)
        rows.put(start + np.arange(nights), cells + np.arange(nights), -1)
        for number, (_, _, most) in enumerate(table.limits.tolist()):
            of = np.flatnonzero(table.concerned(number)[self.groups])
            first = rows.block([-np.inf] * table.size, [most] * table.size)
            rows.put(first + self.days[of], of, 1)
            rows.put(first + np.arange(table.size), cells + nights + number * table.size + np.arange(table.size), -1)
        rows.put(placed + np.arange(groups), cells + nights + limited + np.arange(groups), 1)
        others = (np.full(nights, _CAPACITY), np.ones(limited), np.full(groups, _UNPLACED))
        costs = np.concatenate([self._prices(), *others])
        tried = np.ones(len(costs), dtype=np.bool_)
        tried[:cells] = cheapest(self.groups, costs[:cells], seed=1)
        program = Program(len(costs), rows, tried)
        for again in range(_ROUNDS + 1):
            answer = program.minimise(costs, seconds=seconds)
            if not again:
                self.pressed = answer.duals[:groups]
            values = np.where(answer.values < _DUST, 0, answer.values)
            on_cells, extra, over, out = np.split(values, np.cumsum([cells, nights, limited]))
            self.used = np.zeros(table.allowed.shape)
            self.used[self.groups, self.days] = on_cells
            costs[:cells] = self._prices()
        self.extra, self.over = extra.reshape(table.capacity.shape), over.reshape(-1, table.size)
        self.out = out

    def _prices(self) -> Floats:
        """Return what a home costs on each cell: less on days that are bought already, so that few are."""
        table, groups, days = self.table, self.groups, self.days
        late = self.late[groups, days]
        prices = self.closed[days] * _CLOSED * _left(self.used.sum(axis=0))[days] + (late > 0) * (
            _DEADLINE + _LATER * late
        )
        for column in table.members.T:
            party, region = column[groups], table.region[groups]
            barred = (party != NOBODY) & table.barred[party, region, days]
            prices = prices + barred * _left(self._lifted())[party, region, days]
        return np.asarray(prices, dtype=np.float64)

    def _lifted(self) -> Floats:
        """Homes of each party by region and day on which it has ruled its homes out."""
        found = np.zeros(self.table.barred.shape)
        for party, region in np.ndindex(found.shape[:2]):
            of = self.table.of_party(party) & (self.table.region == region)
            found[party, region] = self.used[of].sum(axis=0) * self.table.barred[party, region]
        return found

    @property
    def presses(self) -> Flags:
        """Which groups press on others: one more home of theirs would cost something."""
        return np.asarray(self.pressed > _PRESSED)

    def mends(self) -> Iterator[Mend]:
        """Every change bought, by sort."""
        yield from self._of_days()
        yield from self._of_deadlines()
        yield from self._of_blackouts()
        yield from self._of_amounts()
        for group in np.flatnonzero(self.out).tolist():
            count = int(np.ceil(self.out[group] - _DUST))
            words = f"Leave out {part(self.problem, group, count)}, or begin sooner or end later."
            yield self._mend("homes", words, range(self.table.size), count, group=group)

    def _of_days(self) -> Iterator[Mend]:
        for run in _runs(np.flatnonzero(self.closed & self.used.any(axis=0))):
            yield self._mend("closed", f"Allow activation {self._span(run)}.", run, 0)

    def _of_deadlines(self) -> Iterator[Mend]:
        for group in np.flatnonzero((self.used * self.late).any(axis=1)).tolist():
            last = int(np.flatnonzero(self.used[group]).max())
            words = f"Let {part(self.problem, group)} be activated until {said(self.problem.days[last])}."
            yield self._mend("deadline", words, range(last, last + 1), 0, group=group)

    def _of_blackouts(self) -> Iterator[Mend]:
        table = self.table
        lifted = self._lifted()
        for party, region in np.ndindex(table.barred.shape[:2]):
            load = lifted[party, region]
            for run in _runs(np.flatnonzero(load)):
                count, about = int(np.ceil(load[run].sum() - _DUST)), self.problem.parties[party]
                where, jointly = self.problem.regions[region], self._jointly(party, region, run)
                lift = f"Lift the firm blackout of {about.name} in {where.name} {self._span(run)}"
                words = f"{lift}: {homes(count)}{jointly}."
                yield self._mend("blackout", words, run, count, party=about.key, region=where.key)

    def _jointly(self, party: int, region: int, run: Sequence[int]) -> str:
        """Who else supplies homes that a blackout lifted on these days makes room for."""
        table, key = self.table, self.problem.parties[party].key
        of = table.of_party(party) & (table.region == region) & self.used[:, run].any(axis=1)
        groups = [self.problem.groups[group] for group in np.flatnonzero(of)]
        others = sorted({one for group in groups for one in group.parties} - {key})
        if not others:
            return ""
        which = "" if all(len(group.parties) > 1 for group in groups) else " some of them"
        return f",{which} supplied jointly with {parties(self.problem, others)}"

    def _of_amounts(self) -> Iterator[Mend]:
        for number, region in enumerate(self.problem.regions):
            for run in _runs(np.flatnonzero(self.extra[number])):
                most = int(np.ceil((self.table.capacity[number] + self.extra[number])[run].max() - _DUST))
                words = f"Raise the capacity of {region.name} to {most:,} a night {self._span(run)}."
                yield self._mend("capacity", words, run, most, region=region.key)
        for number, (party, where, stated) in enumerate(self.table.limits.tolist()):
            if self.over[number].any():
                most, about = stated + int(np.ceil(self.over[number].max() - _DUST)), self.problem.parties[party]
                key = "" if where == EVERYWHERE else self.problem.regions[where].key
                place = f" in {self.problem.region[key].name}" if key else ""
                words = f"Raise the limit of {about.name}{place} from {stated:,} to {most:,} homes a day."
                yield self._mend("limit", words, range(self.table.size), most, party=about.key, region=key)

    def _mend(self, sort: str, words: str, run: Sequence[int], count: int, **about: Any) -> Mend:
        days = self.problem.days
        return Mend(sort, words, days[run[0]], days[run[-1]], count, **about)

    def _span(self, run: Sequence[int]) -> str:
        return between(self.problem.days[run[0]], self.problem.days[run[-1]])


def _left(bought: Floats) -> Floats:
    """The share of its price that a day keeps, the more homes it is bought for the less."""
    return np.asarray(_FEW / (_FEW + bought), dtype=np.float64)


def _runs(days: Ints) -> Iterator[list[int]]:
    """Days that follow each other, run by run."""
    for _, run in groupby(enumerate(days.tolist()), key=lambda pair: pair[1] - pair[0]):
        yield [day for _, day in run]
