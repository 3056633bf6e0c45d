"""The fairest schedule: no firm limit broken, then the worst-off party as well off as can be; pure.

Aims in this order: the conflict of the worst-off party, the conflicts of all together, the CSPs' nights and how often a
group is returned to, the last night. The first two are solved to their optimum as linear programs. Nights are whole:
the third closes light nights by pricing them up again and again within the first two. Then homes are made whole.
The same problem and seed give the same schedule; a schedule that first come, first served makes better is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from releases.scheduling.arrays import Arrays, Floats, Ints, arrays
from releases.scheduling.first_come import order, serve
from releases.scheduling.glop import Impossible, OutOfTime
from releases.scheduling.problem import Problem, Schedule
from releases.scheduling.programs import Answer, Program, Rows, cheapest
from releases.scheduling.whole import whole

SECONDS = 60.0  # a search at most
ROUNDS = 12  # of closing light nights
WIDEST, NARROWEST = 9.0, 1.0  # how far lots move the prices of nights in the first round and in the last
LIGHT = 0.05  # of a night's capacity: the price of a home falls by half from an empty night to one used so much
NEAR = 1e-4  # of the price of all nights: more exact prices are not worth their time
SHORT = 0.1  # homes left over from which no schedule is possible
DUST = 1e-4  # homes that are none but the solver's rounding


class Stopped(Exception):
    """Whoever asked for the schedule no longer wants it."""


@dataclass(frozen=True)
class Progress:
    """How far it is: the worst-off conflict cannot be below `bound`; the best schedule so far has `incumbent`."""

    stage: str
    bound: float
    incumbent: float | None


@dataclass(frozen=True)
class Reckoning:
    """What a schedule comes to. `visits` counts the nights of each group; `last` is a day's number in the horizon."""

    conflicts: tuple[float, ...]
    worst: float
    total: float
    nights: int
    visits: int
    last: int

    @property
    def aims(self) -> tuple[float, ...]:
        """What is to be small, in the order of its importance; differences that nobody feels are none."""
        return (round(self.worst, 4), round(self.total, 2), self.nights, self.visits, self.last)


@dataclass(frozen=True)
class Solution:
    """A schedule and what it comes to; no schedule has a worst-off conflict below `bound`."""

    schedule: Schedule
    reckoning: Reckoning
    bound: float


def ignore(_: Progress) -> bool:
    """Nobody watches, nobody stops it."""
    return True


def solve(
    problem: Problem, *, seed: int = 1, seconds: float = SECONDS, watch: Callable[[Progress], bool] = ignore
) -> Solution | None:
    """Return the fairest schedule, None where the firm limits leave none.

    `watch` is told of each stage and answers whether to go on; raises Stopped where it does not, and OutOfTime when no
    schedule was found within so many seconds.
    """
    return _Search(arrays(problem), order(problem), seed, seconds, watch).run()


def reckon(problem: Problem, schedule: Schedule) -> Reckoning:
    """What any schedule of this problem comes to."""
    table = arrays(problem)
    return _reckoned(table, table.placed(schedule))


def _reckoned(table: Arrays, placed: Ints) -> Reckoning:
    conflicts, load = table.conflicts(placed), table.load(placed) > 0
    return Reckoning(
        conflicts=tuple(conflicts.tolist()),
        worst=float(conflicts.max()),
        total=float(conflicts.sum()),
        nights=int(load.sum()),
        visits=int((placed > 0).sum()),
        last=int(np.flatnonzero(load.any(axis=0)).max(initial=0)),
    )


class _Search:
    def __init__(
        self, table: Arrays, parties: list[int], seed: int, seconds: float, watch: Callable[[Progress], bool]
    ) -> None:
        self.table, self.seed, self.seconds, self.watch = table, seed, seconds, watch
        self.groups, self.days = np.nonzero(table.allowed)
        self.found: list[tuple[Reckoning, Ints]] = []
        self.bound = 0.0
        self.served = serve(table, parties)
        self._offer(self.served)

    def run(self) -> Solution | None:
        self._say("worst")
        try:
            for stage, shares in self._stages():
                if stage != "nights":  # with the same conflicts on fewer nights the next is better
                    self._offer(whole(self.table, shares, seed=self.seed))
                self._say(stage)
        except Impossible:
            pass  # beyond the first stage it can only be the solver's rounding: what was found stands
        except OutOfTime:
            if not self.found:
                raise
        if not self.found:
            return None
        reckoning, placed = min(self.found, key=lambda one: one[0].aims)
        return Solution(self.table.schedule(placed), reckoning, self.bound)

    def _offer(self, placed: Ints | None) -> None:
        if placed is not None and (placed.sum(axis=1) == self.table.homes).all():
            self.found.append((_reckoned(self.table, placed), placed))

    def _say(self, stage: str) -> None:
        incumbent = min((one.worst for one, _ in self.found), default=None)
        if not self.watch(Progress(stage, self.bound, incumbent)):
            raise Stopped

    def _stages(self) -> Iterator[tuple[str, Floats]]:
        """Solve stage after stage; yield the name of the next and what the last came to."""
        cells, homes = len(self.groups), len(self.table.homes)
        unplaced, worst, total = (np.zeros(cells + 1 + homes) for _ in range(3))
        total[:cells], worst[cells], unplaced[cells + 1 :] = self.table.costs(self.groups, self.days), 1, 1
        program = self._program(total[:cells])
        if self._least(program, unplaced).cost > SHORT:
            raise Impossible
        answer = self._least(program, worst)
        self.bound = max(answer.cost, 0.0)
        yield "total", self._shares(answer)
        shares = self._shares(self._least(program, total))
        yield "nights", shares
        yield "whole", self._fewest_nights(program, shares)

    def _least(self, program: Program, costs: Floats) -> Answer:
        """The cheapest answer, by which the program will stay."""
        answer = program.minimise(costs, seconds=self.seconds)
        program.settle(costs, answer)
        return answer

    def _fewest_nights(self, program: Program, shares: Floats) -> Floats:
        """Price nights up again and again, light ones above all; lots, smaller every round, lead out of dead ends."""
        lots, found = np.random.default_rng(self.seed), [shares]
        try:
            for spread in np.linspace(WIDEST, NARROWEST, ROUNDS):
                up, down = 1 + spread * lots.random((2, *self.table.capacity.shape))
                prices = self._prices(found[-1], up / down)
                found.append(self._shares(program.minimise(prices, seconds=self.seconds / ROUNDS, near=NEAR)))
        except OutOfTime:
            pass  # the nights closed so far stay closed
        return min(found, key=lambda one: ((self._load(one) > DUST).sum(), (one > DUST).sum()))

    def _shares(self, answer: Answer) -> Floats:
        shares = np.zeros(self.table.allowed.shape)
        shares[self.groups, self.days] = np.maximum(answer.values[: len(self.groups)], 0)
        return shares

    def _load(self, shares: Floats) -> Floats:
        load = np.zeros(self.table.capacity.shape)
        np.add.at(load, self.table.region, shares)
        return load

    def _prices(self, shares: Floats, drawn: Floats) -> Floats:
        """What a home costs on each night: more the lighter the night was and the fewer nights are left after it."""
        capacity = np.maximum(self.table.capacity, 1)
        late = 1 / np.arange(self.table.size, 0, -1)
        prices = (LIGHT / (self._load(shares) / capacity + LIGHT) * drawn + late) / capacity
        of_cells = prices[self.table.region[self.groups], self.days] * capacity.max()
        return np.append(of_cells, np.zeros(1 + len(self.table.homes)))

    def _program(self, costs: Floats) -> Program:
        """Columns for the homes on each cell, the worst conflict, and the homes of each group that are left over; rows
        for every firm limit and every party."""
        table, groups, days = self.table, self.groups, self.days
        columns, left, rows = np.arange(len(groups)), np.arange(len(table.homes)), Rows()
        placed = rows.block(table.homes, table.homes)
        rows.put(placed + groups, columns, 1)
        rows.put(placed + left, len(groups) + 1 + left, 1)
        capacity = table.capacity.ravel()
        start = rows.block(np.full(len(capacity), -np.inf), capacity)
        rows.put(start + table.region[groups] * table.size + days, columns, 1)
        for limit, (_, _, homes) in enumerate(table.limits):
            cells = np.flatnonzero(table.concerned(limit)[groups])
            rows.put(rows.block([-np.inf] * table.size, [homes] * table.size) + days[cells], cells, 1)
        self._conflicts(rows)
        tried = cheapest(groups, costs, seed=self.seed) | (self.served[groups, days] > 0)
        others = np.ones(1 + len(left), dtype=np.bool_)
        return Program(len(columns) + len(others), rows, np.append(tried, others))

    def _conflicts(self, rows: Rows) -> None:
        table, groups, days = self.table, self.groups, self.days
        count = len(table.party_homes)
        start = rows.block([-np.inf] * count, [0.0] * count)
        for column in table.members.T:
            party = column[groups]
            weights = table.weights[party, table.region[groups], days]
            cells = np.flatnonzero((party != -1) & (weights > 0))
            rows.put(start + party[cells], cells, weights[cells] / table.party_homes[party[cells]])
        rows.put(start + np.arange(count), np.full(count, len(groups)), -1)
