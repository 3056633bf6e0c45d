"""What may be reported in a window: one result as people, files and the API give it, and what is wrong with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from releases.products.models import DeviceCombination
from releases.publishing.models import Release
from releases.testing import queries
from releases.testing.models import TestCase, TestResult, TestWindow

VERSION = re.compile("[0-9A-F]{8}")


@dataclass(frozen=True)
class Found:
    """One result to report: what was found on a combination with a case, and the version the hub reported.

    `evidence` is the number of a file attached to the window before.
    """

    combination: DeviceCombination
    case: TestCase
    outcome: str
    version_read: str = ""
    remark: str = ""
    evidence: int | None = None

    @property
    def pair(self) -> tuple[int, int]:
        """The combination and the case it is about."""
        return self.combination.pk, self.case.pk


def says_the_same(found: Found, last: TestResult | None) -> bool:
    """Return whether a result repeats the last one of its window, so that it would be no correction."""
    if last is None or found.evidence not in (None, last.evidence_id):
        return False
    said = (found.outcome, found.version_read.upper(), _words(found.remark))
    return said == (last.outcome, last.version_read, _words(last.remark))


def _words(remark: str) -> list[str]:
    return remark.split()  # a file or a form may end its lines otherwise


def mistakes(window: TestWindow, found: Sequence[Found], *, seen_until: int | None = None) -> dict[int, list[str]]:
    """Return what is wrong with each result, by its place in the list from 0; four queries at most whatever its length.

    With `seen_until`, the number of the last result of the window that whoever reports has seen, nothing is said on a
    pair on which somebody reported since: a pass would take back a fail that was never looked at.
    """
    newer = {} if seen_until is None else _newer_than(window, seen_until)
    allowed = set(window.combinations.values_list("pk", flat=True))
    models = set(queries.hub_models_of(window))
    files = set(window.evidence.values_list("pk", flat=True))
    wrong = {}
    for place, one in enumerate(found):
        inside = one.combination.pk in allowed if allowed else one.combination.hub_model_id in models
        sentences = [] if inside else [f"{one.combination} is not in this window."]
        sentences += _mistakes(window.release, one)
        sentences += newer.get((one.combination.pk, one.case.pk), [])
        if one.evidence is not None and one.evidence not in files:
            sentences.append(f"File {one.evidence} is not of this window: attach it first.")
        if sentences:
            wrong[place] = sentences
    return wrong


def _newer_than(window: TestWindow, seen_until: int) -> dict[tuple[int, int], list[str]]:
    """Return what was reported since, in words, by combination and case."""
    rows = window.results.filter(pk__gt=seen_until).order_by("pk")
    return {
        (row.combination_id, row.case_id): [
            f"Meanwhile {row.reported_by_name} reported: {row.get_outcome_display()}. Look at it and choose again."
        ]
        for row in rows
    }


def _mistakes(release: Release, one: Found) -> list[str]:
    sentences = []
    if one.case.retired_at is not None:
        sentences.append(f"Case {one.case.code} edition {one.case.edition} is retired.")
    if one.outcome not in TestResult.Outcome.values:
        sentences.append("The outcome is pass, fail or blocked.")
    version = one.version_read.upper()
    if version and not VERSION.fullmatch(version):
        sentences.append("The version read has eight hexadecimal digits.")
    elif one.outcome == TestResult.Outcome.PASS and version != release.firmware_version:
        sentences.append(f"A pass counts on version {release.firmware_version} only: give the version read.")
    if one.outcome == TestResult.Outcome.FAIL and not one.remark.strip():
        sentences.append("A fail needs a note: say what happens and how to see it.")
    return sentences
