"""How full an environment is at the fullest moment of a time, and whether a time is covered; pure."""

from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


def busiest(spans: Iterable[Span], start: datetime, end: datetime) -> int:
    """Return the most spans that run at one moment from `start` to before `end`; those that only touch do not meet."""
    inside = [(max(begins, start), min(ends, end)) for begins, ends in spans if begins < end and start < ends]
    steps = sorted([(begins, 1) for begins, _ in inside] + [(ends, -1) for _, ends in inside])
    most = running = 0
    for _, step in steps:
        running += step
        most = max(most, running)
    return most


def covers(spans: Iterable[Span], start: datetime, end: datetime) -> bool:
    """Return whether the spans together leave no moment from `start` to before `end` uncovered."""
    reached = start
    for begins, ends in sorted(spans):
        if begins > reached:
            break
        reached = max(reached, ends)
    return reached >= end
