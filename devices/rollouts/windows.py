"""Nights, and activation windows in local time, right over the change of clocks. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NOON = time(12)
_CHANGE = time(1, tzinfo=UTC)  # the clocks of Great Britain go forward and back at 01:00 UTC


def is_open(at: datetime, opens: time | None, closes: time | None) -> bool:
    """Return whether a moment lies in the nightly window; no window is always open, 22:00-04:00 spans midnight."""
    if opens is None or closes is None or opens == closes:
        return True
    local = at.astimezone(LONDON).time()
    if opens < closes:
        return opens <= local < closes
    return local >= opens or local < closes


def next_opening(at: datetime, opens: time | None, closes: time | None) -> datetime:
    """Return `at` when the window is open, else the next moment at which it opens, in UTC.

    A window that the clocks jump into opens as they jump; one that they pass twice opens twice.
    """
    if opens is None or is_open(at, opens, closes):
        return at
    day = at.astimezone(LONDON).date()
    return min(
        moment
        for days in range(3)
        for moment in _openings(day + timedelta(days=days), opens)
        if moment > at and is_open(moment, opens, closes)
    )


def _openings(day: date, opens: time) -> list[datetime]:
    """Return every moment of a day at which a window that opens then may open."""
    twice = [datetime.combine(day, opens.replace(fold=fold), LONDON).astimezone(UTC) for fold in (0, 1)]
    return [*twice, datetime.combine(day, _CHANGE)]


def closing(day: date, opens: time | None, closes: time | None) -> datetime:
    """Return when the window that opens on a day has closed, in UTC; without a window when the day is over.

    One that spans midnight closes on the day after; one that the clocks pass twice closes the second time, and one
    whose end they jump over closes as they jump.
    """
    if opens is None or closes is None or opens == closes:
        return datetime.combine(day + timedelta(days=1), time(0), LONDON).astimezone(UTC)
    last = day if opens < closes else day + timedelta(days=1)
    once, again = (datetime.combine(last, closes.replace(fold=fold), LONDON).astimezone(UTC) for fold in (0, 1))
    return again if once <= again else datetime.combine(last, _CHANGE)


def night_of(at: datetime) -> date:
    """Return the day on which the night of a moment began: a night runs from noon to noon, local time."""
    local = at.astimezone(LONDON)
    return local.date() if local.time() >= NOON else local.date() - timedelta(days=1)


def next_night(at: datetime) -> datetime:
    """Return when the night after that of a moment begins, in UTC."""
    return datetime.combine(night_of(at) + timedelta(days=1), NOON, LONDON).astimezone(UTC)
