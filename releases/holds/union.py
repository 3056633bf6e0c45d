"""Arithmetic of overlapping holds over sets of cell numbers; pure.

Rule: overlapping holds are a union, so lifting one leaves every cell of the others held.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    DEPLOYMENT = "deployment"
    ACTIVATION = "activation"


class Scope(StrEnum):
    DEPLOYMENT = "deployment"
    ACTIVATION = "activation"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Span:
    """One hold as a set: the cells it covers, what it stops, from when, until when (None: still held)."""

    hold: int
    cells: frozenset[int]
    scope: str
    start: datetime
    end: datetime | None = None


def stops(scope: str, stage: str) -> bool:
    """Whether a hold of this scope stops this stage."""
    return scope == Scope.BOTH or scope == stage


def in_force(span: Span, *, at: datetime) -> bool:
    """Whether the hold is in force at the moment: its start is included, its end is not."""
    return span.start <= at and (span.end is None or at < span.end)


def held(spans: Iterable[Span], *, stage: str, at: datetime) -> frozenset[int]:
    """Cells under at least one hold of this stage at this moment."""
    return frozenset().union(*(s.cells for s in spans if stops(s.scope, stage) and in_force(s, at=at)))


def added(spans: Iterable[Span], cells: Iterable[int], *, stage: str, at: datetime) -> frozenset[int]:
    """Cells that a new hold over `cells` would stop and that nothing stops yet."""
    return frozenset(cells) - held(spans, stage=stage, at=at)


def freed(spans: Iterable[Span], hold: int, *, stage: str, at: datetime) -> frozenset[int]:
    """Cells that lifting this one hold would free: its own, less those another hold still stops."""
    everything = list(spans)
    own = held((s for s in everything if s.hold == hold), stage=stage, at=at)
    return own - held((s for s in everything if s.hold != hold), stage=stage, at=at)
