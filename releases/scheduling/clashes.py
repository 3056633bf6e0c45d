"""Why there is no schedule, in words, and what would mend it; pure.

First what arithmetic shows of one group, one limit or one region. Then a linear program in which every limit that
somebody could change may be broken at a price: what it breaks, taken together, is enough to make a schedule possible.
Solved again with what is broken made cheaper, it breaks few.
Notice and the horizon are not for sale.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np

from releases.scheduling.arrays import EVERYWHERE, NOBODY, Arrays, Floats, Ints, arrays
from releases.scheduling.problem import Group, Kind, Problem
from releases.scheduling.programs import Program, Rows, cheapest

SECONDS = 60.0
MOST = 20  # clashes named
MOST_NAMES = 3
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


@dataclass(frozen=True)
class Explanation:
    """Which limits clash, and changes that together make a schedule possible; no change is named when whole homes are
    all that does not fit."""

    clashes: tuple[str, ...]
    mends: tuple[Mend, ...]

    def as_json(self) -> dict[str, list[str]]:
        """Return both as sentences."""
        return {"clashes": list(self.clashes), "mends": [one.words for one in self.mends]}


def explain(problem: Problem, *, seconds: float = SECONDS) -> Explanation | None:
    """Return why this problem has no schedule, None where the firm limits can be kept."""
    relaxed = _Relaxed(problem, seconds)
    clashes, mends = list(_arithmetic(problem, relaxed.table)), list(relaxed.mends())
    if not clashes and not mends:
        return None
    return Explanation(tuple(clashes[:MOST]) or tuple(relaxed.crowds()), tuple(mends))


# What arithmetic shows


def _arithmetic(problem: Problem, table: Arrays) -> Iterator[str]:
    for number, group in enumerate(problem.groups):
        nights = np.flatnonzero(table.allowed[number])
        about = _about(problem, number)
        if not len(nights):
            yield f"{about}: {_causes(problem, group)} leave no night for {_homes(group.homes)}."
            continue
        room = int(np.minimum(table.capacity[table.region[number], nights], _least_limit(table, number)).sum())
        if room < group.homes:
            yield (
                f"{about}: {_homes(group.homes)} fit into no more than {room:,} on the {_count(nights)} left by "
                f"{_causes(problem, group)}; {_capacity(problem, table, number)}."
            )
    yield from _regions(problem, table)
    yield from _limits(problem, table)


def _least_limit(table: Arrays, number: int) -> int:
    found = [int(homes) for row, (_, _, homes) in enumerate(table.limits) if table.concerned(row)[number]]
    return min(found, default=int(np.iinfo(np.int64).max))


def _regions(problem: Problem, table: Arrays) -> Iterator[str]:
    for number, region in enumerate(problem.regions):
        of = table.region == number
        nights = table.allowed[of].any(axis=0)
        homes, room = int(table.homes[of].sum()), int(table.capacity[number, nights].sum())
        if homes > room:
            parties = sorted({party for group in np.flatnonzero(of) for party in problem.groups[group].parties})
            yield (
                f"{region.name}: {_homes(homes)} of {_names(problem, parties)} have {_count(np.flatnonzero(nights))} "
                f"between them, which take {room:,}: {region.capacity:,} a night is too few, or notice, deadlines, "
                "blackouts and closed days leave too few nights."
            )


def _limits(problem: Problem, table: Arrays) -> Iterator[str]:
    for row, (party, _, most) in enumerate(table.limits.tolist()):
        of = table.concerned(row)
        nights = np.flatnonzero(table.allowed[of].any(axis=0))
        homes = int(table.homes[of].sum())
        if homes > most * len(nights):
            yield (
                f"{problem.parties[party].name}: {_homes(homes)} at {most:,} a day take "
                f"{-(-homes // most) if most else 'endlessly many'} nights, and {_count(nights)} are left."
            )


def _causes(problem: Problem, group: Group) -> str:
    """The limits that take nights from this group, as one subject of a sentence."""
    found = [f"the first day after notice, {_said(group.earliest)},"] if group.earliest > problem.first else []
    found += [f"the deadline of {_said(group.latest)}"] if group.latest < problem.last else []
    for party in group.parties:
        spans = [one for one in problem.statements if one.party == party and one.kind == Kind.BLACKOUT]
        if spans := [one for one in spans if one.covers(group.region)]:
            days = ", ".join(_between(one.first, one.last) for one in spans[:MOST_NAMES])
            more = " and more" if len(spans) > MOST_NAMES else ""
            found.append(f"the firm blackout of {problem.party[party].name} ({days}{more})")
    found += ["the days on which nothing is activated"] if problem.closed else []
    return " and ".join(found) or "the horizon"


def _capacity(problem: Problem, table: Arrays, number: int) -> str:
    region = problem.regions[table.region[number]]
    words = f"the capacity of {region.name} is {region.capacity:,} a night"
    limit = _least_limit(table, number)
    return words if limit > region.capacity else f"{words}, and a party takes {limit:,} a day at most"


# What a program shows in which limits may be broken


class _Relaxed:
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
        table, cells, homes = self.table, len(self.groups), len(self.table.homes)
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
        rows.put(placed + np.arange(homes), cells + nights + limited + np.arange(homes), 1)
        others = (np.full(nights, _CAPACITY), np.ones(limited), np.full(homes, _UNPLACED))
        costs = np.concatenate([self._prices(), *others])
        tried = np.ones(len(costs), dtype=np.bool_)
        tried[:cells] = cheapest(self.groups, costs[:cells], seed=1)
        program = Program(len(costs), rows, tried)
        for again in range(_ROUNDS + 1):
            answer = program.minimise(costs, seconds=seconds)
            if not again:
                self.pressed = answer.duals[:homes]
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

    def mends(self) -> Iterator[Mend]:
        """Every change bought, by sort."""
        yield from self._of_days()
        yield from self._of_deadlines()
        yield from self._of_blackouts()
        yield from self._of_amounts()
        for group in np.flatnonzero(self.out).tolist():
            homes = int(np.ceil(self.out[group] - _DUST))
            words = f"Leave out {_homes(homes)} of {_about(self.problem, group)}, or begin sooner or end later."
            yield self._mend("homes", words, range(self.table.size), homes, group=group)

    def _of_days(self) -> Iterator[Mend]:
        for run in _runs(np.flatnonzero(self.closed & self.used.any(axis=0))):
            yield self._mend("closed", f"Allow activation {self._span(run)}.", run, 0)

    def _of_deadlines(self) -> Iterator[Mend]:
        for group in np.flatnonzero((self.used * self.late).any(axis=1)).tolist():
            last = int(np.flatnonzero(self.used[group]).max())
            words = f"Let {_about(self.problem, group)} be activated until {_said(self.problem.days[last])}."
            yield self._mend("deadline", words, range(last, last + 1), 0, group=group)

    def _of_blackouts(self) -> Iterator[Mend]:
        table = self.table
        lifted = self._lifted()
        for party, region in np.ndindex(table.barred.shape[:2]):
            load = lifted[party, region]
            for run in _runs(np.flatnonzero(load)):
                homes, about = int(np.ceil(load[run].sum() - _DUST)), self.problem.parties[party]
                where = self.problem.regions[region]
                words = f"Lift the firm blackout of {about.name} in {where.name} {self._span(run)}: {_homes(homes)}."
                yield self._mend("blackout", words, run, homes, party=about.key, region=where.key)

    def _of_amounts(self) -> Iterator[Mend]:
        for number, region in enumerate(self.problem.regions):
            for run in _runs(np.flatnonzero(self.extra[number])):
                most = int(np.ceil((self.table.capacity[number] + self.extra[number])[run].max() - _DUST))
                words = f"Raise the capacity of {region.name} to {most:,} a night {self._span(run)}."
                yield self._mend("capacity", words, run, most, region=region.key)
        for number, (party, where, homes) in enumerate(self.table.limits.tolist()):
            if self.over[number].any():
                most, about = homes + int(np.ceil(self.over[number].max() - _DUST)), self.problem.parties[party]
                key = "" if where == EVERYWHERE else self.problem.regions[where].key
                place = f" in {self.problem.region[key].name}" if key else ""
                words = f"Raise the limit of {about.name}{place} from {homes:,} to {most:,} homes a day."
                yield self._mend("limit", words, range(self.table.size), most, party=about.key, region=key)

    def _mend(self, sort: str, words: str, run: Sequence[int], homes: int, **about: Any) -> Mend:
        days = self.problem.days
        return Mend(sort, words, days[run[0]], days[run[-1]], homes, **about)

    def _span(self, run: Sequence[int]) -> str:
        return _between(self.problem.days[run[0]], self.problem.days[run[-1]])

    def crowds(self) -> Iterator[str]:
        """By region, the homes that press on each other where no arithmetic of one limit shows it."""
        problem, table = self.problem, self.table
        for number, region in enumerate(problem.regions):
            groups = np.flatnonzero((table.region == number) & (self.pressed > _PRESSED) & table.allowed.any(axis=1))
            if len(groups):
                nights = np.flatnonzero(table.allowed[groups].any(axis=0))
                homes, room = int(table.homes[groups].sum()), int(table.capacity[number, nights].sum())
                parties = sorted({party for group in groups for party in problem.groups[group].parties})
                yield (
                    f"{region.name} {self._span(nights.tolist())}: {_homes(homes)} of {_names(problem, parties)} share "
                    f"{_count(nights)}, which take {room:,}; with the limits, blackouts and deadlines stated they do "
                    "not all fit."
                )


def _left(bought: Floats) -> Floats:
    """The share of its price that a day keeps, the more homes it is bought for the less."""
    return np.asarray(_FEW / (_FEW + bought), dtype=np.float64)


def _runs(days: Ints) -> Iterator[list[int]]:
    """Days that follow each other, run by run."""
    for _, run in groupby(enumerate(days.tolist()), key=lambda pair: pair[1] - pair[0]):
        yield [day for _, day in run]


def _about(problem: Problem, number: int) -> str:
    group = problem.groups[number]
    return f"{_names(problem, group.parties)} in {problem.region[group.region].name}"


def _names(problem: Problem, parties: Sequence[int]) -> str:
    names = [problem.party[party].name for party in parties[:MOST_NAMES]]
    if more := len(parties) - len(names):
        names.append(f"{more} more")
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _between(first: date, last: date) -> str:
    return f"on {_said(first)}" if first == last else f"from {_said(first)} to {_said(last)}"


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _homes(number: int) -> str:
    return f"{number:,} home{'' if number == 1 else 's'}"


def _count(nights: Ints) -> str:
    return f"{len(nights)} night{'' if len(nights) == 1 else 's'}"
