"""The reads behind the shared pages: what waits, what is dated, what comes next."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.pages.calendars import ALL, Choice, Day, as_of, days, grid
from portal.pages.calendars import month as weeks_of
from portal.pages.contributions import Dated, Due, Waiting, collect
from portal.workflow.actor import Actor
from portal.working_days import end_of, london_day, start_of

AGENDA_DAYS = 56
FEED_BACK, FEED_AHEAD = 92, 400
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
    """Return what is dated in the next days and not cancelled, among what this actor may see, soonest first."""
    found = collect("dates", actor, at, at + timedelta(days=days))
    return sorted((entry for entry in found if entry.status != "cancelled"), key=lambda entry: (entry.day, entry.at))


def entries(actor: Actor, first: date, last: date, at: datetime, choice: Choice = ALL) -> list[Dated]:
    """Return the wanted entries of the days from ``first`` to ``last`` that this actor may see, as they stand."""
    reach = end_of(last) + timedelta(days=1)  # what ends at midnight stands on the day before
    found = collect("dates", actor, start_of(first), reach)
    wanted = (entry for entry in found if choice.fits(entry) and entry.day <= last and entry.last_day >= first)
    return [as_of(entry, at) for entry in wanted]


def agenda(actor: Actor, first: date, at: datetime, choice: Choice = ALL) -> list[Day]:
    """Return the days from ``first`` that have entries this actor may see, over eight weeks."""
    last = first + timedelta(days=AGENDA_DAYS - 1)
    return days(entries(actor, first, last, at, choice), first, last)


def month(actor: Actor, first: date, at: datetime, choice: Choice = ALL) -> list[list[Day]]:
    """Return the weeks of the month that begins on ``first``, with the entries this actor may see."""
    weeks = grid(first.year, first.month)
    found = entries(actor, weeks[0][0], weeks[-1][-1], at, choice)
    return weeks_of(found, first.year, first.month)


def subscribed(actor: Actor, at: datetime) -> list[Dated]:
    """Return what a feed holds for this actor: a quarter of a year back and a little more than a year ahead."""
    today = london_day(at)
    return entries(actor, today - timedelta(days=FEED_BACK), today + timedelta(days=FEED_AHEAD), at)
