"""From shares of homes to whole homes, without breaking a limit; pure.

A corner of the linear program has few homes cut in two. What is whole stays; the rest, and groups so small that one
home matters, are placed anew by CP-SAT: first for the worst-off, then all together, then nights and the last night.
One worker and a limit counted in work, not in time, give the same homes on every machine.
"""

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from releases.scheduling.arrays import NOBODY, Arrays, Flags, Floats, Ints

SMALL = 30  # homes of a group, or ten times as many of a party, below which every home is placed anew
MOST_SMALL = 3_000  # their cells; with more CP-SAT comes to no end, and leaves worse what the shares had solved
MOST_CELLS = 20_000  # up to which every home is placed anew where nothing else fits
CHOICES = 40  # nights looked at for each group of which only a rest is placed
FEW = 2_000  # cells up to which the nights of each group are counted too
WORK = 2.0  # CP-SAT's own measure, about a second, for each aim
LITTLE = 0.2  # for how often a group is returned to, which is near its least from the beginning
_WEIGHT, _WORST, _TOTAL = 1_000, 1_000_000, 1_000_000_000  # whole numbers stand for parts of one


def whole(table: Arrays, shares: Floats, *, seed: int) -> Ints | None:
    """Return whole homes on each cell, close to these shares; None where whole homes fit nowhere."""
    kept = np.floor(shares + 1e-6).astype(np.int64)
    kept[_small(table)] = 0
    kept = np.minimum(kept, table.homes[:, None])
    tries = [(kept, _near(table, kept, shares)), (kept, table.allowed), (np.zeros_like(kept), table.allowed)]
    for some, free in tries if table.allowed.sum() <= MOST_CELLS else tries[:2]:
        if (found := _Rest(table, some, free, seed).place()) is not None:
            return found
    return None


def _small(table: Arrays) -> Ints:
    parties = np.where(table.members == NOBODY, np.iinfo(np.int64).max, table.party_homes[table.members])
    small = np.flatnonzero((table.homes <= SMALL) | (parties.min(axis=1) <= 10 * SMALL))
    cells = np.cumsum(table.allowed[small].sum(axis=1))
    return small[cells <= MOST_SMALL]


def _near(table: Arrays, kept: Ints, shares: Floats) -> Flags:
    """The nights to look at: those a share is on, and the cheapest others on which the region works anyway."""
    used = (table.load(kept) + table.load(np.ceil(shares).astype(np.int64)))[table.region] > 0
    groups, days = np.nonzero(table.allowed)
    costs = np.full(table.allowed.shape, np.inf)
    costs[groups, days] = table.costs(groups, days)
    costs[~used] = np.inf
    rank = np.argsort(np.argsort(costs, axis=1, kind="stable"), axis=1, kind="stable")
    few = (kept.sum(axis=1) == 0)[:, None]
    return np.asarray(table.allowed & ((rank < CHOICES) & np.isfinite(costs) | (shares > 1e-9) | few))


@dataclass
class _Rest:
    """What is left to place beside the homes kept, on the cells that are free."""

    table: Arrays
    kept: Ints
    free: Flags
    seed: int

    def place(self) -> Ints | None:
        table, kept = self.table, self.kept
        self.left = table.homes - kept.sum(axis=1)
        self.room = table.capacity - table.load(kept)
        if not self.left.any():
            return kept
        self.model = cp_model.CpModel()
        self.cells = self._cells()
        groups, days = self.cells
        most = np.minimum(self.left[groups], self.room[table.region[groups], days])
        self.homes = [self.model.new_int_var(0, int(one), "") for one in most]
        self._firm()
        found = None
        for goal, near, work in self._goals():
            self.model.minimize(goal)
            solver = self._solver(near, work)
            if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                break
            found = kept.copy()
            found[groups, days] += np.array([solver.value(one) for one in self.homes])
            self.model.add(goal <= solver.value(goal))
            self.model.clear_hints()  # type: ignore[no-untyped-call]  # OR-Tools leaves it without types
            for one in self.homes:
                self.model.add_hint(one, solver.value(one))
        return found

    def _cells(self) -> tuple[Ints, Ints]:
        open_nights = self.room[self.table.region] > 0
        groups, days = np.nonzero(self.free & open_nights & (self.left > 0)[:, None])
        return groups, days

    def _solver(self, near: int, work: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.absolute_gap_limit = near
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed
        solver.parameters.max_deterministic_time = work
        return solver

    def _sum(self, cells: Ints) -> "cp_model.LinearExprT":
        return cp_model.LinearExpr.sum([self.homes[cell] for cell in cells])

    def _firm(self) -> None:
        groups, days = self.cells
        regions = self.table.region[groups]
        for group in np.flatnonzero(self.left):
            self.model.add(self._sum(np.flatnonzero(groups == group)) == int(self.left[group]))
        for region, day in sorted(set(zip(regions.tolist(), days.tolist(), strict=True))):
            cells = np.flatnonzero((regions == region) & (days == day))
            self.model.add(self._sum(cells) <= int(self.room[region, day]))
        for limit in range(len(self.table.limits)):
            concerned = self.table.concerned(limit)
            load = self.kept[concerned].sum(axis=0)
            for day in np.unique(days[concerned[groups]]):
                cells = np.flatnonzero(concerned[groups] & (days == day))
                self.model.add(self._sum(cells) <= int(self.table.limits[limit, 2] - load[day]))

    def _goals(self) -> "list[tuple[cp_model.LinearExprT, int, float]]":
        """What is to be small, one after the other, how near to the least is near enough, and what it may cost."""
        nights, last = self._nights()
        visits = [(self._visits(), 0, LITTLE)] if len(self.homes) <= FEW else []
        fair = [(self._worst(), _WORST // 20_000, WORK), (self._total(), _TOTAL // 1_000, WORK)]
        return [*fair, (nights, 0, WORK), *visits, (last, 0, WORK)]

    def _visits(self) -> "cp_model.LinearExprT":
        visits = []
        for homes, group, day in zip(self.homes, *self.cells, strict=True):
            if not self.kept[group, day]:
                visit = self.model.new_bool_var("")
                self.model.add(homes <= int(self.left[group]) * visit)
                visits.append(visit)
        return cp_model.LinearExpr.sum(visits)

    def _worst(self) -> "cp_model.LinearExprT":
        groups, days = self.cells
        before = np.rint(self.table.conflicts(self.kept) * self.table.party_homes * _WEIGHT).astype(np.int64)
        worst = self.model.new_int_var(0, _WORST, "worst")
        for party in range(len(self.table.party_homes)):
            cells = np.flatnonzero(self.table.of_party(party)[groups])
            weights = self.table.weights[party, self.table.region[groups[cells]], days[cells]]
            weighed = np.rint(weights * _WEIGHT).astype(np.int64).tolist()
            conflict = cp_model.LinearExpr.weighted_sum([self.homes[cell] for cell in cells], weighed)
            scale = _WORST // _WEIGHT
            self.model.add((conflict + int(before[party])) * scale <= worst * int(self.table.party_homes[party]))
        return worst

    def _total(self) -> "cp_model.LinearExprT":
        costs = np.rint(self.table.costs(*self.cells) * _TOTAL).astype(np.int64).tolist()
        return cp_model.LinearExpr.weighted_sum(self.homes, costs)

    def _nights(self) -> "tuple[cp_model.LinearExprT, cp_model.LinearExprT]":
        groups, days = self.cells
        regions, busy = self.table.region[groups], self.table.load(self.kept) > 0
        earliest = int(np.flatnonzero(busy.any(axis=0)).max(initial=0))
        opened, last = [], self.model.new_int_var(earliest, self.table.size, "")
        for region, day in sorted(set(zip(regions.tolist(), days.tolist(), strict=True))):
            if not busy[region, day]:
                night = self.model.new_bool_var("")
                cells = np.flatnonzero((regions == region) & (days == day))
                self.model.add(self._sum(cells) <= int(self.room[region, day]) * night)
                self.model.add(last >= day * night)
                opened.append(night)
        return cp_model.LinearExpr.sum(opened), last
