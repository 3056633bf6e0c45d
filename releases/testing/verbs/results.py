"""Reporting what was found in a test window."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move, note
from releases.products.models import DeviceCombination
from releases.publishing.models import Release
from releases.testing import can, may, messages
from releases.testing.models import TestCase, TestResult, TestWindow
from releases.testing.states import WindowState

VERSION = re.compile("[0-9A-F]{8}")


@dataclass(frozen=True)
class Found:
    """One result to report: what was found on a combination with a case, and the version the hub reported."""

    combination: DeviceCombination
    case: TestCase
    outcome: str
    version_read: str = ""
    remark: str = ""


@transaction.atomic
def report_results(
    window: TestWindow, found: Sequence[Found], *, by: Actor, at: datetime, seen: int | None = None
) -> list[TestResult]:
    """Add results to a window, all or none, and return them; a correction is a new result, the old one stays.

    Raises Invalid naming each line that is wrong: a combination that is not in the window, a retired case, a
    version that is none, or a pass on another version than the release's.
    """
    window = lock(window, seen=seen)
    may.report_results(window, by=by)
    can.report_results(window, at=at)
    _check_results(window, found)
    rows = TestResult.objects.bulk_create(
        TestResult(
            window=window,
            combination=one.combination,
            case=one.case,
            outcome=one.outcome,
            version_read=one.version_read.upper(),
            remark=one.remark.strip(),
            reported_by_name=by.name,
            reported_at=at,
        )
        for one in found
    )
    fails = [row for row in rows if row.outcome == TestResult.Outcome.FAIL]
    data = {"results": len(rows), "fails": len(fails)}
    if window.state == WindowState.BOOKED:
        move(window, to=WindowState.REPORTED, by=by, at=at, verb="report_results", data={**data})
    else:
        note(window, by=by, at=at, verb="report_results", data={**data})
    if fails:
        tell(messages.FailsReported(window, fails, at), at=at)
    return rows


def _check_results(window: TestWindow, found: Sequence[Found]) -> None:
    if not found:
        raise Invalid("Give at least one result.", {"results": ["Give at least one result."]})
    allowed = set(window.combinations.values_list("pk", flat=True))
    models = set(window.release.hub_models.values_list("pk", flat=True))
    wrong: dict[str, list[str]] = {}
    for number, one in enumerate(found, start=1):
        inside = one.combination.pk in allowed if allowed else one.combination.hub_model_id in models
        sentences = _mistakes(window.release, one, inside)
        if sentences:
            wrong[f"results.{number}"] = sentences
    if wrong:
        lines = (f"Line {name.split('.')[1]}: {' '.join(sentences)}" for name, sentences in wrong.items())
        raise Invalid(" ".join(lines), wrong)


def _mistakes(release: Release, one: Found, inside: bool) -> list[str]:
    sentences = []
    if not inside:
        sentences.append(f"{one.combination} is not in this window.")
    if one.case.retired_at is not None:
        sentences.append(f"Case {one.case.code} edition {one.case.edition} is retired.")
    if one.outcome not in TestResult.Outcome.values:
        sentences.append("The outcome is pass, fail or blocked.")
    version = one.version_read.upper()
    if version and not VERSION.fullmatch(version):
        sentences.append("The version read has eight hexadecimal digits.")
    elif one.outcome == TestResult.Outcome.PASS and version != release.firmware_version:
        sentences.append(f"A pass counts on version {release.firmware_version} only: give the version read.")
    return sentences
