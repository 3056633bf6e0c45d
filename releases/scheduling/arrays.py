"""A scheduling problem as arrays, for whoever makes schedules; pure.

Groups, regions, parties and days are numbered in the order of the problem. A *cell* is a group on a day on which it may
be activated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from releases.scheduling.problem import Kind, Limit, Placement, Problem, Schedule

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NOBODY = -1
EVERYWHERE = -1


@dataclass(frozen=True)
class Arrays:
    """`allowed[g, d]`; `capacity[r, d]`; `weights[p, r, d]` and firm blackouts `barred[p, r, d]`; `members[g]` the
    parties of a group, filled up with NOBODY; `limits` rows of party, region or EVERYWHERE, and homes a day."""

    first: date
    homes: Ints
    region: Ints
    members: Ints
    allowed: Flags
    capacity: Ints
    barred: Flags
    weights: Floats
    limits: Ints
    party_homes: Ints

    @property
    def size(self) -> int:
        """How many days the horizon has."""
        return int(self.capacity.shape[1])

    def of_party(self, party: int) -> Flags:
        """Which groups are this party's."""
        return np.asarray((self.members == party).any(axis=1))

    def concerned(self, limit: int) -> Flags:
        """Which groups a limit counts."""
        party, region, _ = self.limits[limit]
        return np.asarray(self.of_party(party) & ((region == EVERYWHERE) | (self.region == region)))

    def costs(self, groups: Ints, days: Ints) -> Floats:
        """What one home on each of these cells adds to the conflicts of its parties together."""
        found = np.zeros(len(groups))
        for column in self.members.T:
            party = column[groups]
            share = self.weights[party, self.region[groups], days] / np.maximum(self.party_homes, 1)[party]
            found += np.where(party == NOBODY, 0, share)
        return found

    def conflicts(self, placed: NDArray[np.int64]) -> Floats:
        """The conflict of each party when `placed[g, d]` homes are on each cell, from 0 to 1."""
        found = np.zeros(len(self.party_homes))
        groups, days = np.nonzero(placed)
        for column in self.members.T:
            party = column[groups]
            some = party != NOBODY
            weighed = self.weights[party, self.region[groups], days] * placed[groups, days]
            np.add.at(found, party[some], weighed[some])
        return np.asarray(found / np.maximum(self.party_homes, 1))

    def load(self, placed: NDArray[np.int64]) -> Ints:
        """How many homes each region has on each day."""
        found = np.zeros_like(self.capacity)
        np.add.at(found, self.region, placed)
        return found

    def schedule(self, placed: NDArray[np.int64]) -> Schedule:
        """The placements, by group and day."""
        groups, days = np.nonzero(placed)
        start = self.first.toordinal()
        return tuple(
            Placement(int(group), date.fromordinal(start + int(day)), int(placed[group, day]))
            for group, day in zip(groups, days, strict=True)
        )

    def placed(self, schedule: Sequence[Placement]) -> Ints:
        """The opposite of `schedule`."""
        found = np.zeros(self.allowed.shape, dtype=np.int64)
        for one in schedule:
            found[one.group, (one.day - self.first).days] += one.homes
        return found


def arrays(problem: Problem) -> Arrays:
    """Return the problem in arrays."""
    keys = {one.key: number for number, one in enumerate(problem.parties)}
    places = {one.key: number for number, one in enumerate(problem.regions)}
    members = np.full((len(problem.groups), max(len(one.parties) for one in problem.groups)), NOBODY, dtype=np.int64)
    party_homes = np.zeros(len(keys), dtype=np.int64)
    for number, group in enumerate(problem.groups):
        found = [keys[party] for party in group.parties]
        members[number, : len(found)] = found
        party_homes[found] += group.homes
    region = np.array([places[one.region] for one in problem.groups], dtype=np.int64)
    barred, weights = _stated(problem, keys, places)
    limits = {(keys[one.party], places.get(one.region, EVERYWHERE)): one.homes for one in _tightest_last(problem)}
    return Arrays(
        first=problem.first,
        homes=np.array([one.homes for one in problem.groups], dtype=np.int64),
        region=region,
        members=members,
        allowed=_allowed(problem, members, region, barred),
        capacity=_capacity(problem),
        barred=barred,
        weights=weights,
        limits=np.array([(*key, homes) for key, homes in sorted(limits.items())], dtype=np.int64).reshape(-1, 3),
        party_homes=party_homes,
    )


def _tightest_last(problem: Problem) -> list[Limit]:
    return sorted(problem.limits, key=lambda one: -one.homes)


def _stated(problem: Problem, keys: dict[int, int], places: dict[str, int]) -> tuple[Flags, Floats]:
    """Which days each party rules out in each region, and what its other days weigh."""
    shape = (len(keys), len(places), len(problem.days))
    marks = {kind: np.zeros(shape, dtype=np.bool_) for kind in Kind}
    for one in problem.statements:
        where = [places[region] for region in one.regions] or list(places.values())
        first, last = (min(max((day - problem.first).days, 0), shape[2]) for day in (one.first, one.last))
        end = last + 1 if one.last >= problem.first else 0
        marks[one.kind][keys[one.party], where, first:end] = True
    choosy = marks[Kind.PREFER].any(axis=2, keepdims=True)
    weights = np.where(choosy & ~marks[Kind.PREFER], problem.outside, 0.0)
    return marks[Kind.BLACKOUT], np.where(marks[Kind.AVOID], np.maximum(weights, problem.avoid), weights)


def _allowed(problem: Problem, members: Ints, region: Ints, barred: Flags) -> Flags:
    days = np.array([day.toordinal() for day in problem.days])
    open_days = ~np.isin(days, [day.toordinal() for day in problem.closed])
    earliest, latest = (
        np.array([getattr(one, name).toordinal() for one in problem.groups])[:, None] for name in ("earliest", "latest")
    )
    allowed = open_days & (days >= earliest) & (days <= latest)
    for column in members.T:
        allowed &= (column == NOBODY)[:, None] | ~barred[column, region]
    return np.asarray(allowed)


def _capacity(problem: Problem) -> Ints:
    found = np.array([[one.capacity] * len(problem.days) for one in problem.regions], dtype=np.int64)
    for number, region in enumerate(problem.regions):
        for day, homes in region.nights:
            if problem.first <= day <= problem.last:
                found[number, (day - problem.first).days] = homes
    return found
