"""A schedule changed by hand: homes of one group from one day to another, judged at once. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from releases.scheduling.checker import Breach, check
from releases.scheduling.problem import Placement, Problem, Schedule


@dataclass(frozen=True)
class Edit:
    """So many homes of a group, by its number from 0, from one day to another."""

    group: int
    whence: date
    to: date
    homes: int


def wrong_with(problem: Problem, schedule: Sequence[Placement], edit: Edit) -> dict[str, list[str]]:
    """Return by field why there is nothing to move; nothing where there is."""
    if not 0 <= edit.group < len(problem.groups):
        return {"group": ["There is no such group of homes in this exercise: choose one of the table."]}
    there = sum(one.homes for one in schedule if (one.group, one.day) == (edit.group, edit.whence))
    if not there:
        return {"whence": [f"No homes of this group are on {_said(edit.whence)}: choose a day on which there are."]}
    if not 1 <= edit.homes <= there:
        return {"homes": [f"Enter from 1 to {there:,} homes: so many are on {_said(edit.whence)}."]}
    if edit.to == edit.whence:
        return {"to": ["Choose another day than the one they are on."]}
    return {}


def moved(schedule: Sequence[Placement], edit: Edit) -> Schedule:
    """Return the schedule after the edit, in order of group and day."""
    homes = {(one.group, one.day): one.homes for one in schedule}
    homes[edit.group, edit.whence] -= edit.homes
    homes[edit.group, edit.to] = homes.get((edit.group, edit.to), 0) + edit.homes
    return tuple(Placement(group, day, count) for (group, day), count in sorted(homes.items()) if count)


def breaches(problem: Problem, schedule: Sequence[Placement], edit: Edit) -> list[Breach]:
    """Return every firm limit that the edit would break."""
    return check(problem, moved(schedule, edit))


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
