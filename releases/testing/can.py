"""When windows are booked and cancelled and results reported."""

from datetime import datetime

from portal.pages.templatetags.words import uk_datetime
from portal.workflow.rules import when
from releases.publishing.models import Release
from releases.publishing.states import FINISHED, ReleaseState
from releases.testing.models import Closure, TestCase, TestWindow
from releases.testing.period import Period, results_until, test_period
from releases.testing.states import WindowState


def period(release: Release) -> Period | None:
    """Return when the release may be tested by users, None where it may not."""
    return test_period(release.announced_at, release.tests_until, release.planned_activation_at)


@when
def book(release: Release, *, at: datetime) -> str | None:
    if release.state == ReleaseState.DRAFT:
        return "This release is a draft: test windows can be booked once it is announced."
    if release.state in FINISHED:
        return f"This release is {release.state}: there is nothing to test any more."
    found = period(release)
    if found is None:
        return "This release has no user-test period and no planned activation yet."
    if found.end <= at:
        return f"The user-test period ended on {uk_datetime(found.end)}."
    return None


@when
def cancel(window: TestWindow, *, at: datetime) -> str | None:
    if window.state == WindowState.CANCELLED:
        return "This window is cancelled already."
    if window.state == WindowState.REPORTED:
        return "Results of this window have been reported: it stays on record."
    return None if at < window.ends_at else "This window is over."


@when
def keep_case(case: TestCase) -> str | None:
    if case.retired_at is None:
        return None
    return f"Edition {case.edition} of {case.code} is retired: look for the edition in force in the catalogue."


@when
def report_results(window: TestWindow, *, at: datetime) -> str | None:
    if window.state == WindowState.CANCELLED:
        return "This window was cancelled: results are reported for windows that took place."
    if at < window.starts_at:
        return f"This window begins on {uk_datetime(window.starts_at)}: results can be reported from then on."
    until = results_until(window.ends_at)
    if until <= at:
        return f"Results of this window were taken until {uk_datetime(until)}: book another window to correct them."
    return None


@when
def lift_closure(closure: Closure, *, at: datetime) -> str | None:
    if closure.lifted_at is not None:
        return f"This closure was lifted on {uk_datetime(closure.lifted_at)}."
    return None if at < closure.ends_at else "This closure is over."
