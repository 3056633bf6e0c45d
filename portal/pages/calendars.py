"""The calendar's grid and choice of entries: dates in, days out; no database, no request."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from portal.pages.contributions import Dated
from portal.working_days import bank_holidays

MONDAY_FIRST = Calendar(firstweekday=0)
SHOWN_A_DAY = 4  # entries in one cell of the month; the rest is behind a link to that day
EARLIEST, LATEST = 2000, 2100  # years that can be shown
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A day in Europe/London with its entries and, where it is one, the name of the bank holiday."""

    date: date
    entries: list[Dated] = field(default_factory=list)
    holiday: str = ""
    in_month: bool = True

    @property
    def shown(self) -> list[Dated]:
        """The entries there is room for in a cell of the month."""
        return self.entries if len(self.entries) <= SHOWN_A_DAY else self.entries[: SHOWN_A_DAY - 1]

    @property
    def more(self) -> int:
        """How many entries there is no room for."""
        return len(self.entries) - len(self.shown)


@dataclass(frozen=True)
class Choice:
    """Which entries are wanted: kinds (none: all), one release, only those of the own organisation."""

    kinds: frozenset[str] = frozenset()
    release: str = ""
    own: bool = False

    def fits(self, entry: Dated) -> bool:
        """Whether an entry is wanted."""
        if self.kinds and entry.kind not in self.kinds:
            return False
        if self.release and entry.release.lower() != self.release.lower():
            return False
        return entry.own or not self.own


ALL = Choice()


def as_of(entry: Dated, at: datetime) -> Dated:
    """Return the entry as it stands at ``at``: a period that is over is done."""
    over = (entry.until or entry.at) <= at and (entry.ends or entry.until is not None)
    return replace(entry, status="done") if over and entry.status == "confirmed" else entry


def days(entries: Iterable[Dated], first: date, last: date, *, every: bool = False) -> list[Day]:
    """Return the days from ``first`` to ``last`` with entries, and the bank holidays between them (or every day).

    An entry of several days stands on each of them when every day is asked for, else on the first that is shown.
    """
    found: dict[date, list[Dated]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (not entry.whole_day, entry.at, entry.text)):
        begins, ends = max(entry.day, first), min(entry.last_day, last)
        for number in range((ends - begins).days + 1):
            found[begins + number * ONE_DAY].append(entry)
            if not every:
                break
    some = bool(found)
    wanted = (first + number * ONE_DAY for number in range((last - first).days + 1))
    return [
        Day(day, found[day], bank_holidays(day.year).get(day, ""))
        for day in wanted
        if every or found[day] or (some and day in bank_holidays(day.year))
    ]


def grid(year: int, month: int) -> list[list[date]]:
    """Return the weeks of a month, each from Monday to Sunday."""
    return MONDAY_FIRST.monthdatescalendar(year, month)


def month(entries: Iterable[Dated], year: int, number: int) -> list[list[Day]]:
    """Return the weeks of a month with the entries on their days; days of its neighbours are marked."""
    weeks = grid(year, number)
    flat = days(entries, weeks[0][0], weeks[-1][-1], every=True)
    marked = [replace(day, in_month=day.date.month == number) for day in flat]
    return [marked[place : place + 7] for place in range(0, len(marked), 7)]


def shifted(year: int, number: int, by: int) -> date:
    """Return the first day of the month so many months later (earlier when negative)."""
    months = year * 12 + number - 1 + by
    return date(months // 12, months % 12 + 1, 1)
