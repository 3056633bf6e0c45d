"""A timeline drawn on the server as SVG, with its dates as a table beneath. ``{% load timelines %}``.

Places are shares of the width, so that words keep their size on a phone. Only classes and presentation attributes
are used, so that the content policy needs no exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.text import slugify

from portal.working_days import last_day_before, london_day, start_of

register = template.Library()

ROW, BAR, HEAD, FOOT = 40, 12, 8, 26
MOST_TICKS = 4
AHEAD = timedelta(days=14)  # room after the last date


@dataclass(frozen=True, slots=True)
class Track:
    """One line of the drawing: a period, or a moment where ``end`` is None. ``kind``: "plain" or "deadline"."""

    name: str
    start: datetime
    end: datetime | None = None
    kind: str = "plain"

    @property
    def last_day(self) -> date | None:
        """The last day of a period; the day of a deadline, which ends with it; None for a moment."""
        if self.end is not None:
            return last_day_before(self.end)
        return last_day_before(self.start) if self.kind == "deadline" else None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A track at its place: ``x`` and ``width`` in hundredths of the width, ``y`` in pixels."""

    track: Track
    words: str
    x: str
    width: str
    y: int
    beyond: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A date on the foot line."""

    x: str
    words: str
    anchor: str


@register.inclusion_tag("charts/timeline.html")
def timeline_chart(title: str, tracks: Sequence[Track], at: datetime | None = None) -> dict[str, Any]:
    """Draw the tracks one below the other, time from left to right, with a line for ``at`` (today).

    A deadline long after everything else is named at the edge instead of stretching the drawing.
    """
    first, last = _reach(tracks, at)
    foot = HEAD + ROW * len(tracks)
    return {
        "title": title,
        "slug": slugify(title),
        "tracks": tracks,
        "rows": [_drawn(track, number, first, last) for number, track in enumerate(tracks)],
        "ticks": _ticks(first, last),
        "today": _share(at, first, last) if at is not None and first <= at <= last else None,
        "at": at,
        "foot": foot,
        "height": foot + FOOT,
    }


def _reach(tracks: Sequence[Track], at: datetime | None) -> tuple[datetime, datetime]:
    plain = [track for track in tracks if track.kind != "deadline"] or list(tracks)
    starts, ends = [track.start for track in plain], [track.end or track.start for track in plain]
    first, last = min(starts), max(ends)
    near = [track.start for track in tracks if track.start <= last + (last - first) / 2]
    if at is not None and at <= last:
        starts.append(at)
    return min([*starts, *near]), max([last, *near]) + AHEAD


def _share(moment: datetime, first: datetime, last: datetime) -> str:
    return f"{100 * ((moment - first) / (last - first)):.2f}"


def _drawn(track: Track, number: int, first: datetime, last: datetime) -> Drawn:
    beyond = track.start > last
    end = track.end or track.start
    return Drawn(
        track=track,
        words=f"{track.name}, {_said(track)}",
        x="100" if beyond else _share(track.start, first, last),
        width=f"{100 * ((end - track.start) / (last - first)):.2f}",
        y=HEAD + ROW * number,
        beyond=beyond,
    )


def _said(track: Track) -> str:
    if track.last_day is None:
        return _short(london_day(track.start))
    return f"to {_short(track.last_day)}" if track.end else _short(track.last_day)


def _short(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _ticks(first: datetime, last: datetime) -> list[Tick]:
    """Return the first days of months, or Mondays in a short drawing, at most so many that they stay apart."""
    days = _mondays(first, last) if last - first < timedelta(days=70) else _months(first, last)
    every = -(-len(days) // MOST_TICKS)
    return [_tick(day, first, last) for day in days[:: max(1, every)]]


def _mondays(first: datetime, last: datetime) -> list[date]:
    day = london_day(first)
    days = (day + timedelta(days=n) for n in range(1, (london_day(last) - day).days + 1))
    return [one for one in days if one.weekday() == 0]


def _months(first: datetime, last: datetime) -> list[date]:
    day, end = london_day(first), london_day(last)
    count = (end.year - day.year) * 12 + end.month - day.month
    places = [divmod(day.month + n, 12) for n in range(count)]
    return [date(day.year + years, month + 1, 1) for years, month in places]


def _tick(day: date, first: datetime, last: datetime) -> Tick:
    share = _share(start_of(day), first, last)
    place = float(share)
    anchor = "start" if place < 12 else "end" if place > 88 else "middle"
    return Tick(share, _short(day), anchor)
