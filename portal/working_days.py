"""Working Days and clear days, as notice counts them.

Days are those of Europe/London; instants go in and come out aware, results in UTC. A *Working Day* is Monday
to Friday except bank holidays in England and Wales. *Clear days* leave out the day of service, so what waits
for N of them opens at 00:00 London time on the day after the last. Service after 17:00 or on a day that is
not a Working Day counts as service on the next Working Day.

A deadline "by the end of a day" is returned as the instant it is over: 00:00 London time of the day after.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
SERVICE_CLOSES = time(17, 0)
_ONE_DAY = timedelta(days=1)


@cache
def bank_holidays(year: int) -> dict[date, str]:
    """Return the bank holidays in England and Wales of `year` with their names."""
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Return whether `day` is a Working Day."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def why_not_working(day: date) -> str | None:
    """Return in words why `day` is no Working Day ("Saturday", "Good Friday"), or None where it is one."""
    if day.weekday() >= 5:
        return day.strftime("%A")
    return bank_holidays(day.year).get(day)


def next_working_day(day: date) -> date:
    """Return the first Working Day after `day`."""
    return add_working_days(day, 1)


def previous_working_day(day: date) -> date:
    """Return the last Working Day before `day`."""
    return add_working_days(day, -1)


def add_working_days(day: date, count: int) -> date:
    """Return the `count`-th Working Day after `day` (before it when negative), `day` itself not counted.

    With 0, `day` itself, or the next Working Day where it is none.
    """
    if count == 0:
        return day if is_working_day(day) else next_working_day(day)
    step = _ONE_DAY if count > 0 else -_ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Return how many Working Days follow `start` up to and with `end`; negative if `end` is first."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(day) for day in _days_after(start, end))


def non_working_days_between(start: date, end: date) -> list[tuple[date, str]]:
    """Return the bank holidays on weekdays after `start` up to and including `end`, with their names."""
    return [
        (day, bank_holidays(day.year)[day])
        for day in _days_after(start, end)
        if day.weekday() < 5 and not is_working_day(day)
    ]


def _days_after(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=n) for n in range(1, (end - start).days + 1))


def london_day(at: datetime) -> date:
    """Return the calendar day in London at the instant `at`. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("an aware time is needed")
    return at.astimezone(LONDON).date()


def start_of(day: date) -> datetime:
    """Return 00:00 London time of `day`, as an instant in UTC."""
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the instant at which `day` is over: 00:00 London time of the next day."""
    return start_of(day + _ONE_DAY)


def last_day_before(end: datetime) -> date:
    """Return the last day that is wholly over at `end`; the inverse of `end_of`."""
    return london_day(end) - _ONE_DAY


def last_moment_before(end: datetime) -> datetime:
    """Return the last second that is still in time: what ends at midnight is shown under the day before."""
    return end - timedelta(seconds=1)


def service_day(served_at: datetime) -> date:
    """Return the day on which something served at `served_at` counts as served.

    Rule: service after 17:00 or on a day that is not a Working Day counts as the next Working Day (Time).
    """
    local = served_at.astimezone(LONDON)
    day = london_day(served_at)
    late = local.time() > SERVICE_CLOSES
    return day if is_working_day(day) and not late else next_working_day(day)


def clear_days_after(served_at: datetime, days: int) -> datetime:
    """Return the instant when `days` clear calendar days have passed since service at `served_at`."""
    return end_of(service_day(served_at) + timedelta(days=days))


def clear_working_days_after(served_at: datetime, days: int) -> datetime:
    """Return the instant when `days` clear Working Days have passed since service at `served_at`."""
    return end_of(add_working_days(service_day(served_at), days))


def working_days_before(at: datetime, days: int) -> datetime:
    """Return the end of the `days`-th Working Day before the day of `at`: the last moment to act."""
    return end_of(add_working_days(london_day(at), -days))


def clear_days_before(at: datetime, days: int) -> date:
    """Return the last day on which service still leaves `days` clear days before the instant `at`.

    It is a Working Day, so that service on it before 17:00 counts on it.
    """
    day = london_day(at) - timedelta(days=days + 1)
    return day if is_working_day(day) else previous_working_day(day)
