"""Activation windows in local time, right over the change of clocks. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def is_open(at: datetime, opens: time | None, closes: time | None) -> bool:
    """Return whether a moment lies in the nightly window; no window is always open, 22:00-04:00 spans midnight."""
    if opens is None or closes is None or opens == closes:
        return True
    local = at.astimezone(LONDON).time()
    if opens < closes:
        return opens <= local < closes
    return local >= opens or local < closes


def next_opening(at: datetime, opens: time | None, closes: time | None) -> datetime:
    """Return `at` when the window is open, else the next moment at which it opens, in UTC."""
    if opens is None or is_open(at, opens, closes):
        return at
    day = at.astimezone(LONDON).date()
    today = datetime.combine(day, opens, LONDON)
    if today.astimezone(UTC) <= at:
        today = datetime.combine(day + timedelta(days=1), opens, LONDON)
    return today.astimezone(UTC)
