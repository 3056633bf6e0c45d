"""Reads of the catalogue of test cases: editions, their history, and what hangs on them."""

from dataclasses import dataclass

from portal.journal.models import Entry
from releases.publishing.states import FINISHED
from releases.testing.models import TestCase, TestResult


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a case and what was done to it: who, when and why; nothing for what the portal began with."""

    row: TestCase
    acts: list[Entry]


@dataclass(frozen=True, slots=True)
class InUse:
    """How much an edition is used by releases that are not over: what a change would take out of coverage."""

    results: int
    releases: int


def retired() -> list[TestCase]:
    """Return the newest edition of each case that has none in force, by code."""
    in_force = TestCase.objects.filter(retired_at=None).values("code")
    newest = TestCase.objects.exclude(code__in=in_force).order_by("code", "-edition").distinct("code")
    return list(newest)


def history(case: TestCase) -> list[Edition]:
    """Return every edition of a case, the newest first, with its acts; two queries whatever their number."""
    rows = list(TestCase.objects.filter(code=case.code).order_by("-edition"))
    acts: dict[int, list[Entry]] = {row.pk: [] for row in rows}
    kind = TestCase._meta.label_lower
    for entry in Entry.objects.filter(subject_kind=kind, subject_id__in=acts).order_by("pk"):
        acts[entry.subject_id].append(entry)
    return [Edition(row, acts[row.pk]) for row in rows]


def in_use(case: TestCase) -> InUse:
    """Return how many results on how many unfinished releases an edition has."""
    rows = TestResult.objects.filter(case=case).exclude(window__release__state__in=FINISHED)
    return InUse(rows.count(), rows.values("window__release").distinct().count())
