"""Every change to test windows and results."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import IntegrityError, transaction
from psycopg.types.range import TimestamptzRange

from portal.delivery.outbox import tell
from portal.pages.templatetags.words import uk_datetime
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, move, note
from releases.products.models import DeviceCombination
from releases.publishing.endings import why_set_aside
from releases.publishing.models import Release
from releases.testing import can, may, messages, queries
from releases.testing.models import Environment, TestCase, TestResult, TestWindow
from releases.testing.states import WindowState

ONE_BOOKING = "one_booking_a_place"  # the exclusion constraint that refuses overbooking whatever the code does
VERSION = re.compile("[0-9A-F]{8}")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """One result to report: what was found on a combination with a case, and the version the hub reported."""

    combination: DeviceCombination
    case: TestCase
    outcome: str
    version_read: str = ""
    remark: str = ""


@transaction.atomic
def book(
    release: Release,
    *,
    environment: Environment,
    organisation: Organisation,
    start: datetime,
    end: datetime,
    combinations: Iterable[DeviceCombination] = (),
    by: Actor,
    at: datetime,
) -> TestWindow:
    """Book the first free place of an environment for an organisation and return the window.

    Raises Invalid for a window outside the user-test period or that ends before it starts, NotNow when every place
    is taken. No combinations means any of the release's. The environment's row orders bookings; the database
    refuses an overlap in one place whatever happens.
    """
    environment, release = lock(environment), lock(release)
    may.book(organisation, by=by)
    can.book(release, at=at)
    chosen = list(combinations)
    _check_window(release, start, end, chosen, at)
    place = _free_place(environment, start, end)
    number = take_number(TestWindow)
    window = TestWindow(
        pk=number,
        reference=f"TW-{number:04d}",
        release=release,
        environment=environment,
        place=place,
        organisation=organisation,
        booked_by_organisation_id=cast(int, by.organisation_id),  # the rule has asked
        booked_by_name=by.name,
        booked_at=at,
        during=TimestamptzRange(start, end),
    )
    _insert(window)
    window.combinations.set(chosen)
    note(window, by=by, at=at, verb="book", data={"organisation": organisation.name, "environment": environment.name})
    tell(messages.WindowBooked(window, at), at=at)
    return window


def _check_window(
    release: Release, start: datetime, end: datetime, chosen: list[DeviceCombination], at: datetime
) -> None:
    wrong: dict[str, list[str]] = {}
    period = can.period(release)
    if end <= start:
        wrong["end"] = ["The window must end after it starts."]
    elif start < at:
        wrong["start"] = ["The window must start in the future."]
    elif period is not None and not period.contains(start, end):
        wrong["end"] = [f"The window must lie within the user-test period, which ends on {uk_datetime(period.end)}."]
    models = set(release.hub_models.values_list("pk", flat=True))
    if any(one.hub_model_id not in models for one in chosen):
        wrong["combinations"] = ["Choose combinations with a hub model of this release."]
    if wrong:
        raise Invalid(" ".join(sentence for sentences in wrong.values() for sentence in sentences), wrong)


def _free_place(environment: Environment, start: datetime, end: datetime) -> int | None:
    if not environment.is_shared:
        return None
    free = queries.free_places(environment, start, end)
    if not free:
        raise _full(environment)
    return free[0]


def _insert(window: TestWindow) -> None:
    try:
        with transaction.atomic():
            window.save(force_insert=True)
    except IntegrityError as error:
        if ONE_BOOKING not in str(error):
            raise
        raise _full(window.environment) from error


def _full(environment: Environment) -> NotNow:
    return NotNow(f"{environment} is full at that time: choose another time or another environment.")


@transaction.atomic
def cancel(window: TestWindow, *, by: Actor, at: datetime, why: str = "", seen: int | None = None) -> TestWindow:
    """Give the place back and return the window; DCC gives a reason when it cancels somebody else's."""
    window = lock(window, seen=seen)
    may.cancel(window, by=by)
    can.cancel(window, at=at)
    if window.organisation_id not in by.suppliers and not why.strip():
        raise Invalid("Say why it is cancelled.", {"why": ["Say why it is cancelled."]})
    move(window, to=WindowState.CANCELLED, by=by, at=at, verb="cancel", why=why)
    tell(messages.WindowCancelled(window, by.name, why, at), at=at)
    return window


def cancel_set_aside(*, by: Actor, at: datetime) -> int:
    """Cancel every window to come whose release ended or returned to draft, and tell its organisation; how many."""
    rows = list(queries.set_aside(at))
    for window in rows:
        try:
            cancel(window, by=by, at=at, why=why_set_aside(window.release))
        except NotNow as refusal:  # somebody cancelled it or reported meanwhile
            log.info("%s: %s", window, refusal.reason)
    return len(rows)


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
