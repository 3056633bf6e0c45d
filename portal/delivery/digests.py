"""When the daily digest is due, and what stands in it. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import TypeVar

from portal.working_days import LONDON, is_working_day, london_day

AT = time(7, 30)
NAMED = 20  # messages named in a digest; the others are counted
T = TypeVar("T")


def due(at: datetime) -> datetime | None:
    """Return the moment of today's digest where it has come: 07:30 in London on a Working Day (portal default)."""
    day = london_day(at)
    moment = datetime.combine(day, AT, tzinfo=LONDON).astimezone(UTC)
    return moment if is_working_day(day) and moment <= at else None


def grouped(rows: Sequence[tuple[str, T]]) -> tuple[list[tuple[str, list[T]]], int]:
    """Return the first rows under their titles, in order of first mention, and how many are left out."""
    groups: dict[str, list[T]] = {}
    for title, row in rows[:NAMED]:
        groups.setdefault(title, []).append(row)
    return list(groups.items()), max(len(rows) - NAMED, 0)
