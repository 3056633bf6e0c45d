"""When a release may be deployed and activated, and until when it may be tested and objected to.

Pure: terms of a class, an approach and instants go in; instants in UTC come out, with the working that
explains each of them. A gate date is 00:00 London time of the first day on which the act is allowed; an end
is the instant after the last day ("until 18 January" is 00:00 on 19 January).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from portal.working_days import (
    add_working_days,
    clear_days_after,
    clear_working_days_after,
    end_of,
    last_day_before,
    london_day,
    service_day,
    start_of,
    working_days_before,
)
from releases.publishing.terms import LEAST_CLEAR_DAYS, Approach, ClassTerms, Period, Unit
from releases.publishing.working import Timetable, explain

WAIVED_NOTICE = timedelta(hours=4)


def period_over(served_at: datetime, period: Period) -> datetime:
    """Return the instant when `period` has passed since service at `served_at`; `served_at` for no period."""
    if not period:
        return served_at
    if period.unit == Unit.CLEAR_DAYS:
        return clear_days_after(served_at, period.count)
    return clear_working_days_after(served_at, period.count)


def deployment_notice_over(
    terms: ClassTerms, approach: Approach, served_at: datetime, confirmed: datetime | None = None
) -> datetime | None:
    """Return when deployment notice served at `served_at` is over, None while a schedule is not confirmed.

    Rule: Consultation waits the class's deployment notice; Scheduling for the dates the exercise confirmed;
    Notice only has no deployment condition (Approaches).
    """
    if approach == Approach.SCHEDULING:
        return None if confirmed is None else max(confirmed, served_at)
    if approach == Approach.NOTICE_ONLY:
        return served_at
    return period_over(served_at, terms.deployment_notice)


def activation_notice_over(terms: ClassTerms, served_at: datetime, *, waived: bool = False) -> datetime:
    """Return when activation notice served at `served_at` is over.

    Rule: the class's activation notice and at least 7 clear days for every class; the one exception is an
    Emergency waiver with 4 hours' notice (Urgency classes).
    """
    if waived:
        return served_at + WAIVED_NOTICE
    return period_over(served_at, activation_period(terms, served_at))


def activation_period(terms: ClassTerms, served_at: datetime) -> Period:
    """Return the period behind the activation notice: the class's, or 7 clear days where that is longer."""
    least = Period(LEAST_CLEAR_DAYS, Unit.CLEAR_DAYS)
    return max(terms.activation_notice, least, key=lambda period: period_over(served_at, period))


def user_test_end(terms: ClassTerms, approach: Approach, announced_at: datetime) -> datetime | None:
    """Return when the user-test period is over, None where there is none (other approaches, Emergency)."""
    if approach != Approach.CONSULTATION or not terms.user_test_days:
        return None
    return end_of(add_working_days(service_day(announced_at), terms.user_test_days))


def objections_end(
    terms: ClassTerms,
    approach: Approach,
    announced_at: datetime,
    planned_activation: datetime | None = None,
) -> datetime | None:
    """Return when the objection window is over, None where there is none before activation.

    Rule: some Working Days after the user-test period, or before the first planned activation, whichever is
    later (Urgency classes).
    """
    test_ends = user_test_end(terms, approach, announced_at)
    if test_ends is None or terms.objections_after_test is None:
        return None
    after_test = end_of(add_working_days(last_day_before(test_ends), terms.objections_after_test))
    if planned_activation is None or terms.objections_before_activation is None:
        return after_test
    return max(after_test, working_days_before(planned_activation, terms.objections_before_activation))


def review_ballot_by(terms: ClassTerms, first_activation: datetime) -> datetime | None:
    """Return by when an Emergency's review ballot must be held, None for classes without one."""
    if terms.review_ballot_days is None:
        return None
    return end_of(add_working_days(london_day(first_activation), terms.review_ballot_days))


def hypercare_until(terms: ClassTerms, first_activation: datetime) -> datetime:
    """Return when the watch period that begins with the first activation is over.

    Calendar months in London; the 31st becomes the last day of a shorter month.
    """
    start = london_day(first_activation)
    months = start.month - 1 + terms.hypercare_months
    year, month = start.year + months // 12, months % 12 + 1
    first_of_next = start.replace(year=year + month // 12, month=month % 12 + 1, day=1)
    last_of_month = first_of_next - timedelta(days=1)
    return end_of(last_of_month.replace(day=min(start.day, last_of_month.day)))


def timetable(
    terms: ClassTerms,
    approach: Approach,
    announced_at: datetime,
    *,
    planned_activation: datetime | None = None,
    confirmed_deployment: datetime | None = None,
    confirmed_activation: datetime | None = None,
    waived: bool = False,
) -> Timetable:
    """Return all dates of a release announced at `announced_at`, with their working.

    Without `planned_activation` the objection window is the one of the earliest activation.
    """
    deployment = deployment_notice_over(terms, approach, announced_at, confirmed_deployment)
    tests = user_test_end(terms, approach, announced_at)
    window = objections_end(terms, approach, announced_at)
    notice = activation_notice_over(terms, announced_at, waived=waived)
    found = Timetable(start_of(service_day(announced_at)), deployment, tests, window, None)
    activation = _earliest_activation(approach, deployment, notice, window, confirmed_activation)
    planned = planned_activation or activation
    if planned is not None:
        found = replace(found, objections_end=objections_end(terms, approach, announced_at, planned))
    found = replace(found, earliest_activation=activation)
    lines = explain(
        terms,
        approach,
        found,
        announced_at=announced_at,
        planned=planned,
        notice=notice,
        counted=None if waived else activation_period(terms, announced_at),
    )
    return replace(found, working=lines)


def _earliest_activation(
    approach: Approach,
    deployment: datetime | None,
    notice: datetime,
    window: datetime | None,
    confirmed: datetime | None,
) -> datetime | None:
    if approach != Approach.SCHEDULING:
        return max(at for at in (deployment, notice, window) if at is not None)
    return None if confirmed is None or deployment is None else max(deployment, notice, confirmed)
