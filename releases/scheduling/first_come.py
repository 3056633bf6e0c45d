"""First come, first served: parties in the order in which they answered take the best nights left; pure.

What an exercise without a solver would come to, and what a solved schedule is held against.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from releases.scheduling.arrays import Arrays, Ints, arrays
from releases.scheduling.problem import Problem, Schedule


@dataclass(frozen=True)
class Served:
    """Who came first has what it liked; `unplaced` homes found no night."""

    schedule: Schedule
    unplaced: int


def first_come(problem: Problem) -> Served:
    """Return what parties get in the order of their answers; who has not answered comes last, in the order listed.

    A group with two parties is placed by the one that came first, within the firm limits of both.
    """
    table = arrays(problem)
    placed = serve(table, order(problem))
    return Served(table.schedule(placed), int(table.homes.sum() - placed.sum()))


def order(problem: Problem) -> list[int]:
    """Parties by number, in the order in which they answered."""
    last = len(problem.parties)
    answered = [last if one.answered is None else one.answered for one in problem.parties]
    return sorted(range(last), key=lambda number: (answered[number], number))


def serve(table: Arrays, parties: list[int]) -> Ints:
    """Return the homes on each cell when these parties choose in turn."""
    room, limits = table.capacity.copy(), np.repeat(table.limits[:, 2:], table.size, axis=1)
    bounds = _limits_of(table)
    placed = np.zeros(table.allowed.shape, dtype=np.int64)
    for party in parties:
        for group in _to_place(table, placed, party):
            region = table.region[group]
            liked = np.argsort(table.weights[party, region], kind="stable")
            left = table.homes[group]
            for day in liked[table.allowed[group, liked]]:
                rows = bounds[group]
                fits = min(left, room[region, day], *(limits[row, day] for row in rows))
                placed[group, day] = fits
                room[region, day] -= fits
                limits[rows, day] -= fits
                left -= fits
                if not left:
                    break
    return placed


def _to_place(table: Arrays, placed: Ints, party: int) -> Iterator[int]:
    """Its groups that nobody placed yet, the one with the fewest nights first."""
    groups = np.flatnonzero(table.of_party(party) & ~placed.any(axis=1))
    yield from groups[np.argsort(table.allowed[groups].sum(axis=1), kind="stable")]


def _limits_of(table: Arrays) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in table.homes]
    for row in range(len(table.limits)):
        for group in np.flatnonzero(table.concerned(row)):
            found[group].append(row)
    return found
