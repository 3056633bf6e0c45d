"""What a gate's condition is, and how conditions add up. Pure."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


class Standing(enum.StrEnum):
    """MET and NOT_NEEDED let pass; NOT_YET opens by the clock; UNMET waits for somebody; NOTE never blocks."""

    MET = "met"
    NOT_NEEDED = "not_needed"
    NOTE = "warning"
    NOT_YET = "waiting"
    UNMET = "not_met"

    @property
    def blocks(self) -> bool:
        """Whether a condition in this standing keeps the gate shut."""
        return self in (Standing.NOT_YET, Standing.UNMET)


@dataclass(frozen=True)
class Condition:
    """One named condition of a gate: how it stands, why in a sentence, and from or since when."""

    title: str
    standing: Standing
    reason: str
    on: datetime | None = None

    @property
    def row(self) -> dict[str, object]:
        """Return what the list of conditions on a page shows."""
        return {"name": self.title, "state": self.standing, "reason": self.reason, "date": self.on}


@dataclass(frozen=True)
class Gate:
    """A gate's answer for a release at one moment: conditions for every cell, then those asked cell by cell."""

    release_wide: tuple[Condition, ...]
    by_cell: tuple[Condition, ...]
    open_homes: int
    all_homes: int

    @property
    def is_open(self) -> bool:
        """Whether every release-wide condition holds and at least one home's cell is open."""
        return holds(self.release_wide) and self.open_homes > 0

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return all conditions in the order of the page."""
        return self.release_wide + self.by_cell

    @property
    def rows(self) -> list[dict[str, object]]:
        """Return all conditions as rows of a page."""
        return [condition.row for condition in self.conditions]

    @property
    def release_wide_rows(self) -> list[dict[str, object]]:
        """Return the release-wide conditions as rows of a page."""
        return [condition.row for condition in self.release_wide]

    @property
    def by_cell_rows(self) -> list[dict[str, object]]:
        """Return the conditions asked cell by cell as rows of a page."""
        return [condition.row for condition in self.by_cell]


def holds(conditions: Iterable[Condition]) -> bool:
    """Whether none of the conditions blocks."""
    return not any(condition.standing.blocks for condition in conditions)


def passed(title: str, opens_at: datetime | None, at: datetime, *, still: str, done: str) -> Condition:
    """Return a condition that the clock decides: met from ``opens_at`` on; not needed where there is no date."""
    if opens_at is None:
        return Condition(title, Standing.NOT_NEEDED, "Does not apply to this approach or class.")
    if at < opens_at:
        return Condition(title, Standing.NOT_YET, still, opens_at)
    return Condition(title, Standing.MET, done, opens_at)


def fact(title: str, holds_now: bool, *, met: str, unmet: str) -> Condition:
    """Return a condition that somebody's work decides."""
    return Condition(title, Standing.MET if holds_now else Standing.UNMET, met if holds_now else unmet)
