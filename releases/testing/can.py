"""When windows are booked and cancelled and results reported."""

from datetime import datetime

from portal.pages.templatetags.words import uk_datetime
from portal.workflow.rules import when
from releases.publishing.models import Release
from releases.publishing.states import FINISHED, ReleaseState
from releases.testing.models import Closure, Environment, Extension, TestCase, TestWindow, WaitingPlace
from releases.testing.period import Period, results_until, test_period
from releases.testing.states import HOLDING, STANDING, ExtensionState, WaitingState, WindowState

NOBODY_CAME = "DCC has recorded that nobody came to this window: book another one."


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
    if window.state == WindowState.MISSED:
        return NOBODY_CAME
    return None if at < window.ends_at else "This window is over."


@when
def reschedule(window: TestWindow, *, at: datetime) -> str | None:
    if window.state != WindowState.BOOKED:
        return f"This window is no longer booked ({window.get_state_display().lower()}): book another one."
    if window.starts_at <= at:
        return f"This window began on {uk_datetime(window.starts_at)}: ask for an extension, or book another one."
    return book.why_not(window.release, at=at)


@when
def record_no_show(window: TestWindow, *, at: datetime) -> str | None:
    if window.state != WindowState.BOOKED:
        return f"This window is no longer booked ({window.get_state_display().lower()})."
    if at < window.starts_at:
        return f"This window begins on {uk_datetime(window.starts_at)}: nobody can have missed it before."
    return None


@when
def ask_extension(window: TestWindow, *, at: datetime) -> str | None:
    if window.state not in HOLDING:
        return f"This window has no place any more ({window.get_state_display().lower()}): book another one."
    if window.ends_at <= at:
        return "This window is over: book another one."
    if window.extensions.filter(state=ExtensionState.ASKED).exists():
        return "An extension has been asked for: DCC answers it first."
    return book.why_not(window.release, at=at)


@when
def answer_extension(row: Extension, window: TestWindow, *, at: datetime) -> str | None:
    if row.state != ExtensionState.ASKED:
        return f"This was answered on {uk_datetime(row.answered_at)}."
    if window.state not in HOLDING or window.ends_at <= at:
        return "The window is over or has been given back: there is nothing to answer any more."
    return None


@when
def keep_case(case: TestCase) -> str | None:
    if case.retired_at is None:
        return None
    return f"Edition {case.edition} of {case.code} is retired: look for the edition in force in the catalogue."


@when
def join_waiting_list(environment: Environment) -> str | None:
    return None if environment.is_shared else f"{environment} has no limit: choose another time for what is taken."


@when
def leave_waiting_list(entry: WaitingPlace) -> str | None:
    return None if entry.state in STANDING else f"This entry waits no longer ({entry.get_state_display().lower()})."


@when
def accept_offer(entry: WaitingPlace, *, at: datetime) -> str | None:
    if entry.state != WaitingState.OFFERED or entry.offered_until is None:
        return f"No place is offered ({entry.get_state_display().lower()})."
    if entry.offered_until <= at:
        return f"This offer ran out on {uk_datetime(entry.offered_until)}: the place goes to the next in line."
    return None


@when
def wait_on(entry: WaitingPlace, *, at: datetime) -> str | None:
    """Why it is no use to wait any longer: the time has come, or the release can no longer be tested then."""
    if entry.starts_at <= at:
        return "No place became free in time."
    closed, found = book.why_not(entry.release, at=at), period(entry.release)
    if closed or found is None or found.contains(entry.starts_at, entry.ends_at):
        return closed
    return f"The user-test period ends on {uk_datetime(found.end)} now."


@when
def report_results(window: TestWindow, *, at: datetime) -> str | None:
    if window.state == WindowState.CANCELLED:
        return "This window was cancelled: results are reported for windows that took place."
    if window.state == WindowState.MISSED:
        return NOBODY_CAME
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
