"""Why there is no schedule, in words, and what would mend it; pure.

First what arithmetic shows of one group, one limit or one region; where it shows nothing, whose homes press on each
other when every limit may be broken at a price.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from releases.scheduling.arrays import Arrays
from releases.scheduling.clash_words import MOST_NAMES, about, between, homes, joint, nights, parties, said
from releases.scheduling.mends import Mend, Relaxed
from releases.scheduling.problem import Group, Kind, Problem

SECONDS = 60.0
MOST = 20  # clashes named


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
    relaxed = Relaxed(problem, seconds)
    clashes, mends = list(_arithmetic(problem, relaxed.table)), list(relaxed.mends())
    if not clashes and not mends:
        return None
    return Explanation(tuple(clashes[:MOST]) or tuple(_crowds(problem, relaxed)), tuple(mends))


def _arithmetic(problem: Problem, table: Arrays) -> Iterator[str]:
    yield from _groups(problem, table)
    yield from _regions(problem, table)
    yield from _limits(problem, table)


def _groups(problem: Problem, table: Arrays) -> Iterator[str]:
    for number, group in enumerate(problem.groups):
        left = np.flatnonzero(table.allowed[number])
        causes, shared = _causes(problem, group), joint(problem, [number])
        if not len(left):
            yield f"{about(problem, number)}: {causes} leave no night for {homes(group.homes)}.{shared}"
            continue
        limit = _least_limit(table, number)
        most = table.capacity[table.region[number], left]
        room = int((most if limit is None else np.minimum(most, table.limits[limit, 2])).sum())
        if room < group.homes:
            yield (
                f"{about(problem, number)}: {homes(group.homes)} fit into no more than {room:,} on the {nights(left)} "
                f"left by {causes}; {_capacity(problem, table, number)}.{shared}"
            )


def _least_limit(table: Arrays, number: int) -> int | None:
    """The row of the tightest limit on a group, None where there is none."""
    rows = [row for row in range(len(table.limits)) if table.concerned(row)[number]]
    return min(rows, key=lambda row: int(table.limits[row, 2]), default=None)


def _regions(problem: Problem, table: Arrays) -> Iterator[str]:
    for number, region in enumerate(problem.regions):
        of = table.region == number
        left = table.allowed[of].any(axis=0)
        count, room = int(table.homes[of].sum()), int(table.capacity[number, left].sum())
        if count > room:
            groups = np.flatnonzero(of).tolist()
            yield (
                f"{region.name}: {homes(count)} of {_parties_of(problem, groups)} have {nights(np.flatnonzero(left))} "
                f"between them, which take {room:,}: {region.capacity:,} a night is too few, or notice, deadlines, "
                f"blackouts and closed days leave too few nights.{joint(problem, groups)}"
            )


def _limits(problem: Problem, table: Arrays) -> Iterator[str]:
    for row, (party, _, most) in enumerate(table.limits.tolist()):
        of = table.concerned(row)
        left = np.flatnonzero(table.allowed[of].any(axis=0))
        count = int(table.homes[of].sum())
        if count > most * len(left):
            yield (
                f"{problem.parties[party].name}: {homes(count)} at {most:,} a day take "
                f"{-(-count // most) if most else 'endlessly many'} nights, and {nights(left)} are left."
                f"{joint(problem, np.flatnonzero(of).tolist())}"
            )


def _crowds(problem: Problem, relaxed: Relaxed) -> Iterator[str]:
    """By region, the homes that press on each other where no arithmetic of one limit shows it."""
    table = relaxed.table
    for number, region in enumerate(problem.regions):
        groups = np.flatnonzero((table.region == number) & relaxed.presses & table.allowed.any(axis=1)).tolist()
        if groups:
            left = np.flatnonzero(table.allowed[groups].any(axis=0))
            count, room = int(table.homes[groups].sum()), int(table.capacity[number, left].sum())
            span = between(problem.days[left[0]], problem.days[left[-1]])
            yield (
                f"{region.name} {span}: {homes(count)} of {_parties_of(problem, groups)} share {nights(left)}, which "
                f"take {room:,}; with the limits, blackouts and deadlines stated they do not all fit."
                f"{joint(problem, groups)}"
            )


def _parties_of(problem: Problem, groups: list[int]) -> str:
    return parties(problem, sorted({party for group in groups for party in problem.groups[group].parties}))


def _causes(problem: Problem, group: Group) -> str:
    """The limits that take nights from this group, as one subject of a sentence."""
    found = [f"the first day after notice, {said(group.earliest)},"] if group.earliest > problem.first else []
    found += [f"the deadline of {said(group.latest)}"] if group.latest < problem.last else []
    for party in group.parties:
        spans = [one for one in problem.statements if one.party == party and one.kind == Kind.BLACKOUT]
        if spans := [one for one in spans if one.covers(group.region)]:
            days = ", ".join(between(one.first, one.last) for one in spans[:MOST_NAMES])
            more = " and more" if len(spans) > MOST_NAMES else ""
            found.append(f"the firm blackout of {problem.party[party].name} ({days}{more})")
    found += ["the days on which nothing is activated"] if problem.closed else []
    return " and ".join(found) or "the horizon"


def _capacity(problem: Problem, table: Arrays, number: int) -> str:
    region, row = problem.regions[table.region[number]], _least_limit(table, number)
    words = f"the capacity of {region.name} is {region.capacity:,} a night"
    if row is None or table.limits[row, 2] > region.capacity:
        return words
    party, _, most = table.limits[row].tolist()
    return f"{words}, and {problem.parties[party].name} takes {most:,} a day at most"
