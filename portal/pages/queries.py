"""The reads behind the shared pages: what waits, what is dated, what comes next."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.pages.contributions import Dated, Due, Waiting, collect
from portal.workflow.actor import Actor
from portal.working_days import LONDON

AGENDA_DAYS = 56
UPCOMING = 12


@dataclass(frozen=True)
class Group:
    """Things to do of one kind, most pressing first."""

    title: str
    items: list[Waiting]


@dataclass(frozen=True)
class Moment:
    """What falls due at one moment, in words."""

    at: datetime
    texts: list[str]


@dataclass(frozen=True)
class Day:
    """The calendar's entries of one day in Europe/London."""

    date: date
    entries: list[Dated]


def _pressing(item: Waiting) -> tuple[bool, datetime]:
    return (item.due is None, item.due or item.since)


def grouped(items: Iterable[Waiting]) -> list[Group]:
    """Return things to do in groups; within and between groups the earliest due date comes first."""
    groups: dict[str, list[Waiting]] = defaultdict(list)
    for item in sorted(items, key=_pressing):
        groups[item.group].append(item)
    return [Group(title, members) for title, members in groups.items()]


def waiting(actor: Actor, at: datetime) -> list[Group]:
    """Return what waits for this actor, in groups."""
    return grouped(collect("waiting", actor, at))


def moments(rows: Iterable[Due], at: datetime) -> list[Moment]:
    """Return the moments after ``at``, soonest first, each with what falls due then, said once."""
    found: dict[datetime, set[str]] = defaultdict(set)
    for due in rows:
        if due.at > at:
            found[due.at].add(due.text)
    return [Moment(moment, sorted(texts)) for moment, texts in sorted(found.items())]


def upcoming(actor: Actor, at: datetime) -> list[Moment]:
    """Return the next moments at which something that this actor may know of happens by the clock."""
    return moments(collect("due", actor, at), at)[:UPCOMING]


def coming(actor: Actor, at: datetime, days: int = 14) -> list[Dated]:
    """Return the dated entries of the next days that this actor may see, soonest first."""
    return sorted(collect("dates", actor, at, at + timedelta(days=days)), key=lambda entry: entry.at)


def by_day(entries: Iterable[Dated]) -> list[Day]:
    """Return dated entries under the days of Europe/London on which they fall, in order of time."""
    days: dict[date, list[Dated]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.at):
        days[entry.at.astimezone(LONDON).date()].append(entry)
    return [Day(day, members) for day, members in days.items()]


def agenda(actor: Actor, first: date) -> list[Day]:
    """Return the days from ``first`` that have entries this actor may see, over eight weeks."""
    start = datetime.combine(first, time(), tzinfo=LONDON)
    end = datetime.combine(first + timedelta(days=AGENDA_DAYS), time(), tzinfo=LONDON)
    return by_day(collect("dates", actor, start, end))
