"""Reporting what was found in a test window."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move, note
from releases.publishing import documents
from releases.testing import can, may, messages
from releases.testing.findings import Found, mistakes
from releases.testing.models import ResultEvidence, TestResult, TestWindow
from releases.testing.states import WindowState


@transaction.atomic
def report_results(
    window: TestWindow,
    found: Sequence[Found],
    *,
    by: Actor,
    at: datetime,
    file: "File[Any] | None" = None,
    seen: int | None = None,
    seen_until: int | None = None,
) -> list[TestResult]:
    """Add results to a window, all or none, and return them; a correction is a new result, the old one stays.

    A file is kept as evidence of each of them that names none. Raises Invalid naming each line that is wrong: a
    combination that is not in the window, a retired case, a version that is none, or a pass on another version
    than the release's; and where the file is none of the kinds allowed. With `seen_until`, the number of the window's
    last result that `by` has seen, a pair on which somebody reported since is refused too.
    """
    window = lock(window, seen=seen)
    if window.release.terms.least_coverage:
        barrier.shut()  # a fail, or a pass taken back, may shut the activation gate
    may.report_results(window, by=by)
    can.report_results(window, at=at)
    _check(window, found, seen_until)
    kept = None if file is None else _keep(window, file, by=by, at=at).pk
    rows = TestResult.objects.bulk_create(
        TestResult(
            window=window,
            combination=one.combination,
            case=one.case,
            outcome=one.outcome,
            version_read=one.version_read.upper(),
            remark=one.remark.strip(),
            evidence_id=one.evidence or kept,
            reported_by_name=by.name,
            reported_at=at,
        )
        for one in found
    )
    fails = [row for row in rows if row.outcome == TestResult.Outcome.FAIL]
    data: dict[str, Jsonable] = {"results": len(rows), "fails": len(fails)}
    if window.state == WindowState.BOOKED:
        move(window, to=WindowState.REPORTED, by=by, at=at, verb="report_results", data=data)
    else:
        note(window, by=by, at=at, verb="report_results", data=data)
    if fails:
        tell(messages.FailsReported(window, fails, at), at=at)
    return rows


@transaction.atomic
def attach_result_evidence(window: TestWindow, file: "File[Any]", *, by: Actor, at: datetime) -> ResultEvidence:
    """Keep a file with a window, for results to name, and return it. Raises Invalid for a kind not allowed."""
    window = lock(window)
    may.report_results(window, by=by)
    can.report_results(window, at=at)
    kept = _keep(window, file, by=by, at=at)
    note(window, by=by, at=at, verb="attach_result_evidence", data={"evidence": kept.pk, "sha256": kept.sha256})
    return kept


def _check(window: TestWindow, found: Sequence[Found], seen_until: int | None) -> None:
    if not found:
        raise Invalid("Give at least one result.", {"results": ["Give at least one result."]})
    wrong = {place + 1: sentences for place, sentences in mistakes(window, found, seen_until=seen_until).items()}
    if wrong:
        said = " ".join(f"Line {line}: {' '.join(sentences)}" for line, sentences in wrong.items())
        raise Invalid(said, {f"results.{line}": sentences for line, sentences in wrong.items()})


def _keep(window: TestWindow, file: "File[Any]", *, by: Actor, at: datetime) -> ResultEvidence:
    """Store a file under the digest of its content. What it is, its content says and not its name."""
    kind = documents.kind_of(file)
    wrong = documents.why_refused(file, kind)
    if wrong or kind is None:
        raise Invalid(str(wrong), {"file": [str(wrong)]})
    kept = ResultEvidence(window=window, file_kind=kind.name, file_size=file.size, added_by_name=by.name, added_at=at)
    kept.sha256 = documents.digest(file)
    kept.file.save(f"{kept.sha256}.bin", file, save=False)
    kept.save()
    return kept
