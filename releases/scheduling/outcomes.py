"""What a schedule gives each party: what it asked, what it got, and why; and the load of every night. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from releases.scheduling.arrays import NOBODY, Flags, Floats, Ints, arrays
from releases.scheduling.problem import Kind, Placement, Problem


@dataclass(frozen=True)
class Outcome:
    """One party: its homes, how many of them are on nights it prefers no other to, outside the weeks it prefers, and on
    nights it would rather avoid; its conflict, from 0 to 1; and what it asked and why it got this, in words."""

    key: int
    name: str
    homes: int
    as_asked: int
    outside: int
    avoided: int
    conflict: float
    first: date | None
    last: date | None
    asked: str
    why: str
    is_worst: bool


@dataclass(frozen=True)
class Night:
    """Homes of one region on one day, and how many its network takes."""

    day: date
    region: str
    homes: int
    capacity: int


class Outcomes:
    """A schedule of a problem, read from all sides."""

    def __init__(self, problem: Problem, schedule: Sequence[Placement]) -> None:
        self.problem, self.table = problem, arrays(problem)
        self.placed = self.table.placed(schedule)
        self.load = self.table.load(self.placed)
        self.conflicts = self.table.conflicts(self.placed)

    def nights(self) -> Iterator[Night]:
        """Every night that is used, by day and region."""
        for day, region in zip(*np.nonzero(self.load.T), strict=True):
            homes, capacity = self.load[region, day], self.table.capacity[region, day]
            yield Night(self.problem.days[day], self.problem.regions[region].name, int(homes), int(capacity))

    def weeks(self) -> list[tuple[date, list[int]]]:
        """Homes by week, named by its first day in the horizon, and by region in the order of the problem."""
        days = self.problem.days
        starts = [number for number, day in enumerate(days) if not number or day.weekday() == 0]
        sums = np.add.reduceat(self.load, starts, axis=1)
        return [(days[start], [int(one) for one in sums[:, column]]) for column, start in enumerate(starts)]

    def parties(self) -> list[Outcome]:
        """What each party gets, the worst off first."""
        order = np.argsort(-self.conflicts, kind="stable")
        return [self._party(int(party)) for party in order]

    @cached_property
    def _worst(self) -> float:
        return float(self.conflicts.max())

    def _party(self, party: int) -> Outcome:
        table, one = self.table, self.problem.parties[party]
        groups = np.flatnonzero(table.of_party(party))
        homes, weights = self.placed[groups], table.weights[party, table.region[groups]]
        avoid = self._marked(party, Kind.AVOID)[table.region[groups]]
        used = np.flatnonzero(homes.any(axis=0))
        conflict = float(self.conflicts[party])
        return Outcome(
            key=one.key,
            name=one.name,
            homes=int(table.party_homes[party]),
            as_asked=int(homes[(weights == 0) & ~avoid].sum()),
            outside=int(homes[(weights > 0) & ~avoid].sum()),
            avoided=int(homes[avoid].sum()),
            conflict=conflict,
            first=self.problem.days[used[0]] if len(used) else None,
            last=self.problem.days[used[-1]] if len(used) else None,
            asked=self._asked(one.key),
            why=self._why(party, groups, weights, homes),
            is_worst=0 < conflict == self._worst,
        )

    def _marked(self, party: int, kind: Kind) -> Flags:
        key, days = self.problem.parties[party].key, self.problem.days
        found = np.zeros(self.load.shape, dtype=np.bool_)
        for said in self.problem.statements:
            if (said.party, said.kind) == (key, kind):
                where = [said.covers(region.key) for region in self.problem.regions]
                found |= np.outer(where, [said.first <= day <= said.last for day in days])
        return found

    def _asked(self, key: int) -> str:
        said = [one for one in self.problem.statements if one.party == key]
        kinds = ((Kind.BLACKOUT, "firm blackout"), (Kind.AVOID, "period to avoid"), (Kind.PREFER, "preferred week"))
        counts = [(sum(one.kind == kind for one in said), words) for kind, words in kinds]
        counts.append((sum(one.party == key for one in self.problem.limits), "limit on homes a day"))
        return ", ".join(_counted(count, words) for count, words in counts if count) or "nothing"

    def _why(self, party: int, groups: Ints, weights: Floats, homes: Ints) -> str:
        """What became of the nights that would have suited better the homes that are not where it asked."""
        unhappy = [row for row in range(len(groups)) if (homes[row] * weights[row]).any()]
        if not unhappy:
            return "Every home is on a night as it was asked for."
        better = np.zeros(self.load.shape, dtype=np.bool_)
        ruled_out, by_other, full, free = better.copy(), better.copy(), better.copy(), better.copy()
        for row in unhappy:
            region, allowed = self.table.region[groups[row]], self.table.allowed[groups[row]]
            suited = weights[row] < weights[row][homes[row] > 0].max()
            room = self.load[region] < self.table.capacity[region]
            better[region] |= suited
            ruled_out[region] |= suited & ~allowed
            by_other[region] |= suited & self._barred_by_another(party, groups[row])
            full[region] |= suited & allowed & ~room
            free[region] |= suited & allowed & room
        reasons = (
            (by_other & ~full & ~free, "ruled out by the other supplier of homes that it supplies jointly"),
            (ruled_out & ~by_other & ~full & ~free, "closed, or ruled out by a blackout, notice or a deadline"),
            (full & ~free, "full"),
            (free, "with room left, given up for a limit, a party worse off, or fewer nights"),
        )
        found = [f"{int(nights.sum()):,} {words}" for nights, words in reasons if nights.any()]
        if not found:
            return "No night suited it better: it is on the best of those it would rather avoid or did not prefer."
        return f"Of {int(better.sum()):,} nights that suited it better, {'; '.join(found)}."

    def _barred_by_another(self, party: int, group: int) -> Flags:
        """On which days nothing rules out a group but the blackout of its other supplier: the limits of both bind."""
        members, region = self.table.members[group], self.table.region[group]
        others = members[(members != NOBODY) & (members != party)]
        barred, about, closed = self.table.barred[:, region], self.problem.groups[group], set(self.problem.closed)
        within = [about.earliest <= day <= about.latest and day not in closed for day in self.problem.days]
        return np.asarray(barred[others].any(axis=0) & ~barred[party] & within)


def _counted(count: int, words: str) -> str:
    plural = words.replace("limit", "limits", 1) if words.startswith("limit") else f"{words}s"
    return f"{count} {words if count == 1 else plural}"
