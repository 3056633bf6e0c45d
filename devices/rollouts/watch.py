"""Hypercare: how each device combination did in a rollout, beside what is known of it from before.

Before is the rollout before, of another release, that last reached the combination; for issues it is a period as long
as the one watched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from devices.gateway import Numbers
from devices.rollouts import queries
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState
from releases.issues.models import Category, Issue
from releases.products.cohorts import Cohort, covers
from releases.products.models import Cell
from releases.publishing.models import Classification

EARLIER = 5  # rollouts looked back on
_DEVICES = ("hub_model", "esme", "gsme", "display")


@dataclass(frozen=True, slots=True)
class Period:
    """What is watched: from the first activation, as far as it has come; and a period as long before it."""

    before: datetime
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """One device combination: its hubs, what became of them, and the issues that name homes of it."""

    name: str
    hubs: int
    activated: int
    failed: int
    failed_before: float | None
    issues: int
    issues_before: int

    @property
    def share(self) -> float:
        """The share of its hubs that failed or fell silent to the end."""
        return self.failed / self.hubs


def period(rollout: Rollout, at: datetime) -> Period | None:
    """Return what is watched at a moment; None before the first activation."""
    start = rollout.activation_started_at
    if start is None:
        return None
    until = rollout.release.hypercare_until
    end = max(start, min(at, until) if until else at)
    return Period(start - (end - start), start, end)


def issues_in(rollout: Rollout, watched: Period | None) -> list[Issue]:
    """Return the issues raised on the release while it was watched, oldest first; none that only some may know of."""
    if watched is None:
        return []
    raised = Issue.objects.filter(release=rollout.release, raised_at__gte=watched.start, raised_at__lte=watched.end)
    return list(raised.exclude(category=Category.SECURITY).order_by("raised_at", "pk"))


def raised_in(issue: Issue, seen: QuerySet[Rollout]) -> list[Rollout]:
    """Return those of the rollouts seen in whose watch period, of its own release, an issue was raised; oldest first.

    None for what only some may know of.
    """
    if issue.category == Category.SECURITY:
        return []
    began = seen.filter(release=issue.release_id, catches_up=None, activation_started_at__lte=issue.raised_at)
    open_ones = Q(release__hypercare_until=None) | Q(release__hypercare_until__gte=issue.raised_at)
    return list(began.filter(open_ones).order_by("pk"))


def by_combination(rollout: Rollout, at: datetime) -> list[Watched]:
    """Return every combination of a rollout, the largest share of failures first; the same queries for any size."""
    numbers, table = queries.tally(rollout)
    cells = list(_cells(numbers))
    watched = period(rollout, at)
    now, past = issues_in(rollout, watched), _issues_before(watched)
    earlier = _failures_before(rollout)
    found = []
    for combination, group in _grouped(cells).items():
        totals = table[np.isin(numbers, [cell.number for cell in group])].sum(axis=0)
        found.append(
            Watched(
                name=str(group[0].combination),
                hubs=int(totals.sum()),
                activated=int(totals[HubState.ACTIVATED]),
                failed=_failed(totals),
                failed_before=earlier.get(combination),
                issues=_naming(now, group),
                issues_before=_naming(past, group),
            )
        )
    return sorted(found, key=lambda one: (-one.share, one.name))


def _cells(numbers: Numbers) -> Iterable[Cell]:
    rows = Cell.objects.filter(number__in=numbers.tolist()).order_by("number")
    return rows.select_related(*(f"combination__{name}" for name in _DEVICES))


def _grouped(cells: Sequence[Cell]) -> dict[int, list[Cell]]:
    found: dict[int, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.combination_id, []).append(cell)
    return found


def _failed(totals: NDArray[np.int64]) -> int:
    return int(totals[HubState.FAILED] + totals[HubState.EXPIRED])


def _issues_before(watched: Period | None) -> list[Issue]:
    """Return the issues of any open release raised in the period before."""
    if watched is None:
        return []
    open_ones = Q(release__classification__in=(Classification.WHITE, Classification.GREEN))
    raised = Issue.objects.filter(open_ones, raised_at__gte=watched.before, raised_at__lt=watched.start)
    return list(raised.exclude(category=Category.SECURITY).order_by("pk"))


def _naming(issues: Sequence[Issue], cells: Sequence[Cell]) -> int:
    return sum(any(covers(cohort, cell) for cell in cells) for cohort in map(Cohort.of, issues))


def _failures_before(rollout: Rollout) -> dict[int, float]:
    """Return the share of failures of each combination in the last rollout, of an open release, that reached it."""
    rows = Rollout.objects.filter(finished_at__lt=rollout.planned_at, catches_up=None).exclude(
        release=rollout.release_id
    )
    open_ones = rows.filter(release__classification__in=(Classification.WHITE, Classification.GREEN))
    shares: dict[int, float] = {}
    tallies = [queries.tally(row) for row in open_ones.order_by("-finished_at", "-pk")[:EARLIER]]
    numbers = {int(number) for found, _ in tallies for number in found}
    combination = dict(Cell.objects.filter(number__in=numbers).values_list("number", "combination"))
    for found, table in tallies:
        of_cell = np.array([combination.get(int(number), 0) for number in found], np.int64)
        for pk in np.unique(of_cell).tolist():
            totals = table[of_cell == pk].sum(axis=0)
            shares.setdefault(pk, _failed(totals) / int(totals.sum()))
    return shares
