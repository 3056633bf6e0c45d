"""When an environment is open: weekly hours by the clock on the wall in Europe/London; pure.

A week maps the ISO number of a weekday (Monday is 1) to when it opens and closes; midnight as closing time is the
end of the day, and a day that is missing is closed. An empty week is open at all hours. A window longer than a day
keeps its place overnight: it begins and ends within opening hours.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from portal.working_days import LONDON, london_day, start_of

Week = Mapping[int, tuple[time, time]]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)
_SPAN = re.compile(r"(\d{1,2})[:.](\d\d)\s*(?:to|-|–)\s*(\d{1,2})[:.](\d\d)")


def read(stored: Mapping[str, list[str]]) -> Week:
    """Return the week as it is kept: ``{"1": ["08:00", "18:00"]}``."""
    return {
        int(day): (time.fromisoformat(opens), time.fromisoformat(closes)) for day, (opens, closes) in stored.items()
    }


def written(week: Week) -> dict[str, list[str]]:
    """Return a week as it is kept; the opposite of `read`."""
    return {str(day): [f"{opens:%H:%M}", f"{closes:%H:%M}"] for day, (opens, closes) in sorted(week.items())}


def parse(text: str) -> tuple[time, time] | None:
    """Return the hours somebody wrote ("08:00 to 18:00"), None for an empty text.

    24:00 and 00:00 as closing time mean midnight. Raises ValueError with what to put right.
    """
    if not text.strip():
        return None
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError("Write hours like 08:00 to 18:00, or leave it empty where it is closed.")
    opens_at, opens_past, closes_at, closes_past = (int(part) for part in found.groups())
    try:
        opens = time(opens_at, opens_past)
        closes = MIDNIGHT if (closes_at, closes_past) == (24, 0) else time(closes_at, closes_past)
    except ValueError:
        raise ValueError("Write times from 00:00 to 24:00.") from None
    if closes != MIDNIGHT and closes <= opens:
        raise ValueError("It must close after it opens.")
    return opens, closes


def in_words(week: Week) -> list[tuple[str, str]]:
    """Return each weekday with its hours in words."""
    return [(name, _span(week.get(number))) for number, name in enumerate(WEEKDAYS, start=1)]


def _span(hours: tuple[time, time] | None) -> str:
    if hours is None:
        return "closed"
    closes = "24:00" if hours[1] == MIDNIGHT else f"{hours[1]:%H:%M}"
    return f"{hours[0]:%H:%M} to {closes}"


def open_on(week: Week, day: date) -> tuple[datetime, datetime] | None:
    """Return from when until when it is open on a day in Europe/London, None where it is closed.

    An hour that comes twice in October is open both times; one left out in March opens late and closes early.
    """
    if not week:
        return start_of(day), start_of(day + _ONE_DAY)
    hours = week.get(day.isoweekday())
    if hours is None:
        return None
    opens = datetime.combine(day, hours[0], tzinfo=LONDON).astimezone(UTC)
    if hours[1] == MIDNIGHT:
        return opens, start_of(day + _ONE_DAY)
    return opens, datetime.combine(day, hours[1].replace(fold=1), tzinfo=LONDON).astimezone(UTC)


def outside(name: str, week: Week, start: datetime, end: datetime) -> dict[str, str]:
    """Return what is wrong with a window in a place of this name, by field; nothing where it begins and ends open."""
    wrong = {}
    first = london_day(start)
    open_then = open_on(week, first)
    if open_then is None or not open_then[0] <= start < open_then[1]:
        wrong["start"] = _sentence(name, week, first, "begin")
    last = london_day(end - timedelta(microseconds=1))
    open_then = open_on(week, last)
    if open_then is None or not open_then[0] < end <= open_then[1]:
        wrong["end"] = _sentence(name, week, last, "end")
    return wrong


def _sentence(name: str, week: Week, day: date, verb: str) -> str:
    weekday, hours = WEEKDAYS[day.weekday()], week.get(day.isoweekday())
    if hours is None:
        return f"{name} is closed on {weekday}s: let the window {verb} on another day."
    return f"{name} is open from {_span(hours)} on {weekday}s: let the window {verb} within these hours."
