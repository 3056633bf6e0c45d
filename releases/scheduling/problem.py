"""What a scheduling exercise asks: homes to be activated, on nights that many parties may use; pure.

A *group* is the homes of one region that the same parties are responsible for, with the first and the last day on which
they may be activated (notice served; validity). Firm limits must hold. Wishes cost: the *conflict* of a party is the
weight of its nights, averaged over its homes, from 0 (all as it asked) to 1 (every home in a week to be spared).

A problem is kept as JSON with the draft it led to, so that a draft can be played again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

MOST_PARTIES, MOST_DAYS, MOST_REGIONS, MOST_GROUPS, MOST_STATEMENTS = 400, 366, 12, 4_000, 20_000
MOST_HOMES = 100_000_000

Json = dict[str, Any]


class Kind(StrEnum):
    """What a party says of some days: never, rather not, or best."""

    BLACKOUT = "blackout"
    AVOID = "avoid"
    PREFER = "prefer"


class Placement(NamedTuple):
    """So many homes of a group on one day."""

    group: int
    day: date
    homes: int


Schedule = tuple[Placement, ...]


@dataclass(frozen=True)
class Party:
    """Who states limits and wishes. `answered` is its place in the order of answers, None before it answered."""

    key: int
    name: str
    answered: int | None = None


@dataclass(frozen=True)
class Region:
    """A CSP's network: how many homes it activates a night; `nights` has the nights on which it is another number."""

    key: str
    name: str
    capacity: int
    nights: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True)
class Group:
    """Homes that are scheduled together: parties by key, first and last day on which they may be activated."""

    region: str
    parties: tuple[int, ...]
    homes: int
    earliest: date
    latest: date


@dataclass(frozen=True)
class Statement:
    """What a party says of the days from `first` to `last`, in these regions or, when none is named, in all."""

    party: int
    kind: Kind
    first: date
    last: date
    regions: tuple[str, ...] = ()
    why: str = ""

    def covers(self, region: str) -> bool:
        """Whether it is about this region."""
        return not self.regions or region in self.regions


@dataclass(frozen=True)
class Limit:
    """Homes a day at most of a party: in one region, or in all together when none is named."""

    party: int
    homes: int
    region: str = ""


@dataclass(frozen=True)
class Problem:
    """Everything a schedule is made from. Weights are from 0 to 1: of a night to be avoided, and of one outside the
    weeks a party prefers. Raises ValueError with a sentence for what makes no sense or is too large."""

    first: date
    last: date
    regions: tuple[Region, ...]
    parties: tuple[Party, ...]
    groups: tuple[Group, ...]
    statements: tuple[Statement, ...] = ()
    limits: tuple[Limit, ...] = ()
    closed: tuple[date, ...] = ()
    avoid: float = 1.0
    outside: float = 0.25

    def __post_init__(self) -> None:
        if wrong := next(_mistakes(self), None):
            raise ValueError(wrong)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every day of the horizon, the closed ones too."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    @cached_property
    def party(self) -> dict[int, Party]:
        """Parties by key."""
        return {one.key: one for one in self.parties}

    @cached_property
    def region(self) -> dict[str, Region]:
        """Regions by key."""
        return {one.key: one for one in self.regions}

    @property
    def homes(self) -> int:
        """How many homes are to be placed."""
        return sum(one.homes for one in self.groups)

    def as_json(self) -> Json:
        """Return it as it is kept; dates as text."""
        return {key: _plain(value) for key, value in asdict(self).items()}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Problem:
        """Return what `as_json` wrote; raise ValueError for anything else."""
        try:
            return cls(
                first=date.fromisoformat(kept["first"]),
                last=date.fromisoformat(kept["last"]),
                regions=tuple(_region(one) for one in kept["regions"]),
                parties=tuple(Party(**one) for one in kept["parties"]),
                groups=tuple(_group(one) for one in kept["groups"]),
                statements=tuple(_statement(one) for one in kept["statements"]),
                limits=tuple(Limit(**one) for one in kept["limits"]),
                closed=tuple(date.fromisoformat(one) for one in kept["closed"]),
                avoid=kept["avoid"],
                outside=kept["outside"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"This is no scheduling problem as the portal keeps it: {error}.") from error


def as_rows(schedule: Schedule) -> list[list[Any]]:
    """A schedule as it is kept."""
    return [[one.group, one.day.isoformat(), one.homes] for one in schedule]


def read_rows(rows: Iterable[Sequence[Any]]) -> Schedule:
    """Return the schedule that `as_rows` wrote."""
    return tuple(Placement(int(group), date.fromisoformat(day), int(homes)) for group, day, homes in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _region(kept: Json) -> Region:
    nights = tuple((date.fromisoformat(day), homes) for day, homes in kept["nights"])
    return Region(kept["key"], kept["name"], kept["capacity"], nights)


def _group(kept: Json) -> Group:
    earliest, latest = (date.fromisoformat(kept[name]) for name in ("earliest", "latest"))
    return Group(kept["region"], tuple(kept["parties"]), kept["homes"], earliest, latest)


def _statement(kept: Json) -> Statement:
    first, last = (date.fromisoformat(kept[name]) for name in ("first", "last"))
    return Statement(kept["party"], Kind(kept["kind"]), first, last, tuple(kept["regions"]), kept["why"])


def _mistakes(problem: Problem) -> Iterator[str]:
    days = (problem.last - problem.first).days + 1
    if days < 1:
        yield f"The horizon ends on {_said(problem.last)}, before it begins on {_said(problem.first)}."
    for count, most, what in (
        (days, MOST_DAYS, "days"),
        (len(problem.parties), MOST_PARTIES, "parties"),
        (len(problem.regions), MOST_REGIONS, "regions"),
        (len(problem.groups), MOST_GROUPS, "groups of homes"),
        (len(problem.statements) + len(problem.limits), MOST_STATEMENTS, "statements"),
        (problem.homes, MOST_HOMES, "homes"),
    ):
        if count > most:
            yield f"A schedule is made for {most:,} {what} at most, not for {count:,}."
    if not problem.groups:
        yield "There are no homes to schedule."
    if not (0 <= problem.avoid <= 1 and 0 <= problem.outside <= 1):
        yield "A weight is a number from 0 to 1."
    yield from _unknown(problem)
    yield from _absurd(problem)


def _unknown(problem: Problem) -> Iterator[str]:
    parties, regions = {one.key for one in problem.parties}, {one.key for one in problem.regions}
    if len(parties) < len(problem.parties) or len(regions) < len(problem.regions):
        yield "A party or a region is named twice."
    spoken = {one.party for one in problem.statements} | {one.party for one in problem.limits}
    named = {one.region for one in problem.groups} | {one.region for one in problem.limits if one.region}
    named |= {region for one in problem.statements for region in one.regions}
    spoken |= {party for one in problem.groups for party in one.parties}
    if strangers := sorted(spoken - parties):
        yield f"There is no party {strangers[0]} in this exercise."
    if elsewhere := sorted(named - regions):
        yield f"There is no region {elsewhere[0]} in this exercise."


def _absurd(problem: Problem) -> Iterator[str]:
    for group in problem.groups:
        if group.homes < 1 or not 0 < len(set(group.parties)) == len(group.parties):
            yield "A group has at least one home, and at least one party, each named once."
    for statement in problem.statements:
        if statement.last < statement.first:
            yield f"{problem.party[statement.party].name}: {_said(statement.first)} is after {_said(statement.last)}."
    amounts = [one.homes for one in problem.limits]
    amounts += [homes for one in problem.regions for homes in (one.capacity, *(amount for _, amount in one.nights))]
    if any(amount < 0 for amount in amounts):
        yield "A capacity or a limit is not below nothing."


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
