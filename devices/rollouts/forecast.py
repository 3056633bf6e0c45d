"""When the waves of a plan would run: night by night, as capacity and windows let them. Pure.

It reckons with every hub answering or falling silent to the end: the dates are the latest at which a wave is judged,
as long as nothing stops it. Hubs asked again are not counted against a later night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from devices.rollouts.windows import LONDON, closing, next_night, next_opening, night_of

MOST_NIGHTS = 3_660  # ten years: what takes longer never ends

ByRegion = list[int]


@dataclass(frozen=True, slots=True)
class Pace:
    """How one programme runs: hubs a night by region (None: as many as come), waits in seconds, its window."""

    limits: Sequence[int | None]
    turns: int
    answer_seconds: int
    retry_seconds: int
    soak_seconds: int
    opens: time | None = None
    closes: time | None = None


@dataclass(slots=True)
class Run:
    """One wave in one programme: when it opens and is judged (None: never), whom it asks when, once a night, and whom
    a firm night has no room for, by region."""

    opens_at: datetime | None = None
    ends_at: datetime | None = None
    asked: list[tuple[datetime, ByRegion]] = field(default_factory=list)
    left: ByRegion = field(default_factory=list)


def programme(waves: Sequence[Sequence[int]], pace: Pace, start: datetime) -> list[Run]:
    """Return the run of each wave, given as hubs by region, one after the other from `start` on."""
    used: dict[date, ByRegion] = {}
    runs: list[Run] = []
    begin: datetime | None = start
    for wave in waves:
        run = Run()
        if begin is not None:
            _fill(run, wave, pace, begin, used)
        runs.append(run)
        begin = run.ends_at
    return runs


def dated(nights: Mapping[date, Sequence[int]], pace: Pace) -> list[Run]:
    """Return the run of each firm night, given by its day with its hubs by region: what it has no room for is left."""
    used: dict[date, ByRegion] = {}
    runs = []
    for night, wave in nights.items():
        run = Run()
        begin = datetime.combine(night, time(0), LONDON).astimezone(UTC)
        _fill(run, wave, pace, begin, used, closing(night, pace.opens, pace.closes))
        runs.append(run)
    return runs


def _fill(
    run: Run, wave: Sequence[int], pace: Pace, begin: datetime, used: dict[date, ByRegion], end: datetime | None = None
) -> None:
    at = run.opens_at = next_opening(begin, pace.opens, pace.closes)
    rest = list(wave)
    for _ in range(MOST_NIGHTS):
        if end is not None and at >= end:
            run.left = rest
            run.ends_at = _judged(run.asked[-1][0] if run.asked else run.opens_at, pace, end)
            return
        night = night_of(at)
        spent = used.setdefault(night, [0] * len(rest))
        asked = [_room(limit, gone, hubs) for limit, gone, hubs in zip(pace.limits, spent, rest, strict=True)]
        used[night] = [gone + hubs for gone, hubs in zip(spent, asked, strict=True)]
        rest = [hubs - gone for hubs, gone in zip(rest, asked, strict=True)]
        if any(asked):
            run.asked.append((at, asked))
        if not any(rest):
            run.ends_at = _judged(at, pace, end)
            return
        at = next_opening(next_night(at), pace.opens, pace.closes)


def _room(limit: int | None, gone: int, hubs: int) -> int:
    return hubs if limit is None else max(0, min(hubs, limit - gone))


def _judged(at: datetime, pace: Pace, end: datetime | None) -> datetime:
    """Return when a wave last asked at a moment is judged, if some of its hubs are silent to the last turn: of a firm
    night the last before it ends."""
    for _ in range(pace.turns - 1):
        later = at + timedelta(seconds=pace.answer_seconds + pace.retry_seconds)
        opening = next_opening(later, pace.opens, pace.closes)
        if end is not None and opening >= end:
            break
        at = opening
    return at + timedelta(seconds=pace.answer_seconds + pace.soak_seconds)


def nights(runs: Iterable[Run]) -> int:
    """Return in how many nights hubs are asked for the first time."""
    return len({night_of(at) for run in runs for at, _ in run.asked})


def after(runs: Sequence[Run], waves: Sequence[Sequence[int]], last: date) -> ByRegion:
    """Return how many hubs of each region are asked after a day, local time; those never asked are among them."""
    left = [sum(hubs) for hubs in zip(*waves, strict=True)]
    for at, asked in (one for run in runs for one in run.asked):
        if at.astimezone(LONDON).date() <= last:
            left = [hubs - gone for hubs, gone in zip(left, asked, strict=True)]
    return left
