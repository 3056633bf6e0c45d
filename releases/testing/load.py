"""How full an environment is at the fullest moment of a time; pure."""

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
