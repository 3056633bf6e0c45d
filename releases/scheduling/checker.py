"""Every firm limit that a schedule breaks, in words; pure.

It shares no code with the solver, and reads the problem as it was stated: what the solver made and what a person
changed by hand stand before the same examiner.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from releases.scheduling.problem import Group, Kind, Placement, Problem


@dataclass(frozen=True)
class Breach:
    """One limit broken: by how many homes, and where it applies the party, region and day concerned."""

    words: str
    amount: int
    party: int | None = None
    region: str = ""
    day: date | None = None

    def __str__(self) -> str:
        return self.words


def check(problem: Problem, schedule: Sequence[Placement]) -> list[Breach]:
    """Return every breach of this schedule, none when it keeps every firm limit."""
    if odd := list(_odd(problem, schedule)):
        return odd
    found = [*_unplaced(problem, schedule), *_days(problem, schedule), *_blackouts(problem, schedule)]
    return [*found, *_capacity(problem, schedule), *_limits(problem, schedule)]


def _odd(problem: Problem, schedule: Sequence[Placement]) -> Iterator[Breach]:
    seen: set[tuple[int, date]] = set()
    for one in schedule:
        if not 0 <= one.group < len(problem.groups):
            yield Breach(f"There is no group {one.group} of homes in this exercise.", one.homes)
        elif one.homes < 1 or int(one.homes) != one.homes:
            yield Breach(f"{one.homes} is no number of homes.", 0, day=one.day)
        elif (one.group, one.day) in seen:
            yield Breach(f"{_about(problem, one.group)}: {_said(one.day)} is given twice.", one.homes, day=one.day)
        seen.add((one.group, one.day))


def _unplaced(problem: Problem, schedule: Sequence[Placement]) -> Iterator[Breach]:
    placed = Counter[int]()
    for one in schedule:
        placed[one.group] += one.homes
    for number, group in enumerate(problem.groups):
        lacking = group.homes - placed[number]
        if lacking:
            what = "without a night" if lacking > 0 else "more than there are"
            yield Breach(
                f"{_about(problem, number)}: {_homes(abs(lacking))} {what}.", abs(lacking), region=group.region
            )


def _days(problem: Problem, schedule: Sequence[Placement]) -> Iterator[Breach]:
    closed = set(problem.closed)
    for one in schedule:
        group = problem.groups[one.group]
        if reason := _closed(problem, group, one.day, closed):
            words = f"{_about(problem, one.group)}: {_homes(one.homes)} on {_said(one.day)}, {reason}."
            yield Breach(words, one.homes, region=group.region, day=one.day)


def _closed(problem: Problem, group: Group, day: date, closed: set[date]) -> str:
    if not problem.first <= day <= problem.last:
        return f"outside the exercise from {_said(problem.first)} to {_said(problem.last)}"
    if day in closed:
        return "when nothing is activated"
    if day < group.earliest:
        return f"before their first day, {_said(group.earliest)}"
    return f"after their last day, {_said(group.latest)}" if day > group.latest else ""


def _blackouts(problem: Problem, schedule: Sequence[Placement]) -> Iterator[Breach]:
    stated: dict[int, list[tuple[date, date, tuple[str, ...]]]] = {}
    for said in problem.statements:
        if said.kind == Kind.BLACKOUT:
            stated.setdefault(said.party, []).append((said.first, said.last, said.regions))
    for one in schedule:
        group = problem.groups[one.group]
        for party in group.parties:
            if any(_bars(period, one.day, group.region) for period in stated.get(party, ())):
                words = f"{_name(problem, party)} has a firm blackout in {_place(problem, group.region)} on "
                words += f"{_said(one.day)}, not {_homes(one.homes)}{_shared(problem, group, party)}."
                yield Breach(words, one.homes, party, group.region, one.day)


def _shared(problem: Problem, group: Group, party: int) -> str:
    """Why the blackout of one supplier binds another's homes."""
    others = " and ".join(_name(problem, one) for one in group.parties if one != party)
    return f" supplied jointly with {others}, which it binds too" if others else ""


def _bars(period: tuple[date, date, tuple[str, ...]], day: date, region: str) -> bool:
    first, last, regions = period
    return first <= day <= last and (not regions or region in regions)


def _capacity(problem: Problem, schedule: Sequence[Placement]) -> Iterator[Breach]:
    load = Counter[tuple[str, date]]()
    for one in schedule:
        load[problem.groups[one.group].region, one.day] += one.homes
    for region in problem.regions:
        other = dict(region.nights)
        for (key, day), homes in sorted(load.items()):
            most = other.get(day, region.capacity)
            if key == region.key and homes > most:
                words = f"{region.name} on {_said(day)}: {_homes(homes)}, {homes - most:,} more than the {most:,} "
                yield Breach(words + "its network takes that night.", homes - most, region=key, day=day)


def _limits(problem: Problem, schedule: Sequence[Placement]) -> Iterator[Breach]:
    load = Counter[tuple[int, str, date]]()
    for one in schedule:
        group = problem.groups[one.group]
        for party in group.parties:
            load[party, group.region, one.day] += one.homes
            load[party, "", one.day] += one.homes
    by_limit: dict[tuple[int, str], list[tuple[date, int]]] = {}
    for (party, region, day), homes in sorted(load.items()):
        by_limit.setdefault((party, region), []).append((day, homes))
    for limit in problem.limits:
        for day, homes in by_limit.get((limit.party, limit.region), ()):
            if homes > limit.homes:
                where = f" in {_place(problem, limit.region)}" if limit.region else ""
                words = f"{_name(problem, limit.party)}{where} on {_said(day)}: {_homes(homes)}, "
                words += f"{homes - limit.homes:,} more than the {limit.homes:,} a day it can take."
                yield Breach(words, homes - limit.homes, limit.party, limit.region, day)


def _about(problem: Problem, number: int) -> str:
    group = problem.groups[number]
    names = " and ".join(_name(problem, party) for party in group.parties)
    return f"{names} in {_place(problem, group.region)}"


def _name(problem: Problem, party: int) -> str:
    return next(one.name for one in problem.parties if one.key == party)


def _place(problem: Problem, region: str) -> str:
    return next(one.name for one in problem.regions if one.key == region)


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _homes(number: int) -> str:
    return f"{number:,} home{'' if number == 1 else 's'}"
