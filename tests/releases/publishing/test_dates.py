from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.working_days import LONDON, end_of, last_day_before, london_day, start_of
from releases.publishing.dates import (
    activation_notice_over,
    deployment_notice_over,
    hypercare_until,
    objections_end,
    period_over,
    review_ballot_by,
    timetable,
    user_test_end,
)
from releases.publishing.terms import (
    DEFAULT_CLASSES,
    EMERGENCY,
    MAJOR,
    ROUTINE,
    URGENT,
    Approach,
    ClassTerms,
    Period,
    Unit,
)
from releases.publishing.working import last_day_words, words

NOON = datetime(2017, 1, 9, 12, tzinfo=LONDON)
CONSULT = Approach.CONSULTATION
INSTANTS = st.datetimes(datetime(2016, 1, 1), datetime(2034, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))
CLASSES = st.sampled_from(DEFAULT_CLASSES)


def days(*when):
    return start_of(date(*when))


class TestWorkedExample:
    """Announced Monday 9 January 2017 at noon."""

    def test_urgent(self):
        found = timetable(URGENT, CONSULT, NOON)
        assert found.user_test_ends == end_of(date(2017, 1, 16))
        assert found.objections_end == end_of(date(2017, 1, 18))
        assert found.earliest_activation == days(2017, 1, 19)

    def test_routine(self):
        found = timetable(ROUTINE, CONSULT, NOON)
        assert found.user_test_ends == end_of(date(2017, 1, 30))
        assert found.earliest_deployment == days(2017, 2, 7)

    def test_major(self):
        found = timetable(MAJOR, CONSULT, NOON)
        assert found.user_test_ends == end_of(date(2017, 3, 6))
        assert found.earliest_deployment == days(2017, 4, 4)

    def test_emergency(self):
        found = timetable(EMERGENCY, CONSULT, NOON)
        assert found.earliest_deployment == NOON
        assert found.earliest_activation == days(2017, 1, 17)
        assert found.user_test_ends is None
        assert found.objections_end is None

    def test_its_working_in_words(self):
        lines = {line.about: line.because for line in timetable(URGENT, CONSULT, NOON).working}
        assert lines == {
            "Service": "Notice served on 9 January 2017 at 12:00 GMT counts on 9 January 2017.",
            "Earliest deployment": "5 clear Working Days, from 10 January 2017 to 16 January 2017: "
            "open from 17 January 2017.",
            "User testing": "5 Working Days after the day of service: to 16 January 2017.",
            "Objections": "2 Working Days after the user-test period: to 18 January 2017.",
            "Activation notice": "7 clear days, from 10 January 2017 to 16 January 2017: open from 17 January 2017.",
            "Earliest activation": "The objection window is over: from 19 January 2017.",
            "Bank holidays": "None is passed over; calendar days count them too.",
        }


def test_working_of_every_line_names_the_date_it_leads_to():
    found = timetable(MAJOR, CONSULT, datetime(2017, 3, 31, 17, 30, tzinfo=LONDON))
    lines = {line.about: line for line in found.working}
    assert lines["Service"].because.endswith("counts as the next Working Day.")
    assert "Good Friday (14 April 2017), Easter Monday (17 April 2017)" in lines["User testing"].because
    assert lines["Activation notice"].because.endswith("Never less than 7 clear days.")
    assert lines["Earliest activation"].because.startswith("The image must be deployed first: ")
    assert lines["Objections"].because.startswith("The later of 5 Working Days before the activation on ")


def test_objections_of_routine_and_major_follow_the_planned_activation():
    after_test = end_of(date(2017, 2, 2))
    assert objections_end(ROUTINE, CONSULT, NOON) == after_test
    assert objections_end(ROUTINE, CONSULT, NOON, days(2017, 2, 3)) == after_test
    assert objections_end(ROUTINE, CONSULT, NOON, days(2017, 3, 1)) == end_of(date(2017, 2, 27))
    assert objections_end(MAJOR, CONSULT, NOON, days(2017, 5, 10)) == end_of(date(2017, 5, 3))
    planned = timetable(ROUTINE, CONSULT, NOON, planned_activation=days(2017, 3, 1))
    assert planned.objections_end == end_of(date(2017, 2, 27))
    assert planned.earliest_activation == days(2017, 2, 7)


def test_objections_of_urgent_do_not_wait_for_the_planned_activation():
    assert objections_end(URGENT, CONSULT, NOON, days(2017, 6, 1)) == end_of(date(2017, 1, 18))


class TestApproaches:
    def test_notice_only_waits_for_the_activation_notice_alone(self):
        found = timetable(ROUTINE, Approach.NOTICE_ONLY, NOON)
        assert found.earliest_deployment == NOON
        assert found.user_test_ends is None
        assert found.objections_end is None
        assert found.earliest_activation == days(2017, 1, 17)
        assert found.working[1].because == "Under notice only, deployment needs no notice."
        assert found.working[2].because == "This approach has no user-test period."
        assert found.working[3].because == "There are no objections before activation."
        assert found.working[5].because == "The last of the conditions above is met: from 17 January 2017."

    def test_scheduling_waits_for_the_exercise(self):
        found = timetable(MAJOR, Approach.SCHEDULING, NOON)
        assert found.earliest_deployment is None
        assert found.earliest_activation is None
        assert found.working[1].because == "The scheduling exercise has not confirmed a date yet."
        assert found.working[5].because == "The scheduling exercise has not confirmed a date yet."

    def test_scheduling_needs_both_dates(self):
        found = timetable(MAJOR, Approach.SCHEDULING, NOON, confirmed_deployment=days(2017, 2, 1))
        assert found.earliest_deployment == days(2017, 2, 1)
        assert found.earliest_activation is None
        assert found.working[1].because == "The scheduling exercise confirmed 1 February 2017."

    def test_confirmed_dates_stand_but_never_before_the_notice(self):
        early, late = days(2017, 1, 12), days(2017, 3, 1)
        dates = {"confirmed_deployment": early, "confirmed_activation": early}
        assert timetable(ROUTINE, Approach.SCHEDULING, NOON, **dates).earliest_activation == days(2017, 1, 17)
        dates["confirmed_activation"] = late
        assert timetable(ROUTINE, Approach.SCHEDULING, NOON, **dates).earliest_activation == late

    def test_a_date_confirmed_before_service_waits_for_service(self):
        assert deployment_notice_over(ROUTINE, Approach.SCHEDULING, NOON, days(2017, 1, 1)) == NOON

    def test_confirmed_dates_mean_nothing_to_consultation(self):
        found = timetable(URGENT, CONSULT, NOON, confirmed_activation=days(2018, 1, 1))
        assert found.earliest_activation == days(2017, 1, 19)


class TestEmergency:
    def test_a_waiver_leaves_four_hours(self):
        found = timetable(EMERGENCY, CONSULT, NOON, waived=True)
        assert found.earliest_activation == NOON + timedelta(hours=4)
        assert found.working[4].because == "Waived by ballot to 4 hours after service: 9 January 2017 at 16:00."
        assert found.working[1].because == "The class Emergency has no notice before deployment."
        assert found.working[2].because == "The class Emergency has no user-test period."

    def test_review_ballot_within_ten_working_days_of_the_first_activation(self):
        assert review_ballot_by(EMERGENCY, datetime(2017, 4, 7, 1, tzinfo=LONDON)) == end_of(date(2017, 4, 25))
        assert review_ballot_by(MAJOR, NOON) is None


@pytest.mark.parametrize(
    ("terms", "first", "last_day"),
    [
        (ROUTINE, date(2017, 2, 7), date(2017, 8, 7)),
        (MAJOR, date(2017, 8, 31), date(2018, 2, 28)),
        (URGENT, date(2017, 12, 31), date(2018, 1, 31)),
        (EMERGENCY, date(2024, 1, 30), date(2024, 2, 29)),
        (ROUTINE, date(2017, 6, 30), date(2017, 12, 30)),
    ],
)
def test_hypercare_is_counted_in_calendar_months(terms, first, last_day):
    assert hypercare_until(terms, start_of(first)) == end_of(last_day)


def test_seven_clear_days_are_the_least_for_any_class():
    short = replace(URGENT, activation_notice=Period(2))
    assert activation_notice_over(short, NOON) == days(2017, 1, 17)
    line = timetable(short, CONSULT, NOON).working[4]
    assert line.because.startswith("7 clear days, from 10 January 2017")


def test_periods_in_words():
    assert Period(0).words() == "none"
    assert Period(1).words() == "1 Working Day"
    assert Period(7, Unit.CLEAR_DAYS).words() == "7 clear days"
    assert words(NOON) == "9 January 2017 at 12:00"
    assert last_day_words(days(2017, 1, 19)) == "18 January 2017"
    assert period_over(NOON, Period(0)) == NOON


@pytest.mark.parametrize("terms", DEFAULT_CLASSES, ids=lambda terms: terms.code)
def test_a_snapshot_gives_the_same_terms_back(terms):
    assert ClassTerms.from_snapshot(terms.as_snapshot()) == terms


def test_a_snapshot_without_its_periods_is_refused():
    with pytest.raises(KeyError):
        ClassTerms.from_snapshot({"code": "urgent"})


@given(INSTANTS, CLASSES, st.sampled_from(Approach))
def test_no_class_and_no_approach_activates_before_seven_clear_days(at, terms, approach):
    confirmed = {"confirmed_deployment": at, "confirmed_activation": at}
    found = timetable(terms, approach, at, **confirmed)
    assert (london_day(found.earliest_activation) - london_day(found.service_day)).days > 7


@given(INSTANTS, CLASSES)
def test_dates_follow_one_another(at, terms):
    found = timetable(terms, CONSULT, at)
    assert found.earliest_deployment >= at
    assert found.earliest_activation >= found.earliest_deployment
    if found.objections_end is not None:
        assert found.user_test_ends < found.objections_end <= found.earliest_activation
        assert found.user_test_ends == user_test_end(terms, CONSULT, at)


@given(INSTANTS, INSTANTS, CLASSES)
def test_later_service_never_brings_an_earlier_date(one, other, terms):
    first, second = sorted((one, other))
    early, late = timetable(terms, CONSULT, first), timetable(terms, CONSULT, second)
    assert early.earliest_deployment <= late.earliest_deployment
    assert early.earliest_activation <= late.earliest_activation
    assert activation_notice_over(terms, first) <= activation_notice_over(terms, second)


@given(INSTANTS, st.sampled_from((ROUTINE, MAJOR)), st.integers(0, 400))
def test_objections_are_over_before_any_permitted_activation(at, terms, later):
    earliest = timetable(terms, CONSULT, at).earliest_activation
    planned = start_of(london_day(earliest) + timedelta(days=later))
    assert objections_end(terms, CONSULT, at, planned) <= planned


@given(INSTANTS, CLASSES)
def test_hypercare_lasts_its_months_and_not_a_day_less(at, terms):
    until = hypercare_until(terms, at)
    first, last = london_day(at), last_day_before(until)
    assert (last.year - first.year) * 12 + last.month - first.month == terms.hypercare_months
    assert last.day == first.day or (last + timedelta(days=1)).day == 1


@given(INSTANTS)
def test_a_graver_class_is_never_later(at):
    found = [timetable(terms, CONSULT, at) for terms in (EMERGENCY, URGENT, ROUTINE, MAJOR)]
    for graver, lighter in pairwise(found):
        assert graver.earliest_deployment <= lighter.earliest_deployment
        assert graver.earliest_activation <= lighter.earliest_activation


@given(INSTANTS, st.integers(0, 6), st.integers(0, 4))
def test_no_figures_of_a_class_bring_it_below_seven_clear_days(at, clear, working):
    notice = Period(working, Unit.WORKING_DAYS) or Period(clear, Unit.CLEAR_DAYS)
    found = timetable(replace(URGENT, activation_notice=notice), CONSULT, at)
    assert (london_day(found.earliest_activation) - london_day(found.service_day)).days > 7


class TestCalendar:
    """Dates over both clock changes, bank holidays and the end of the year."""

    @pytest.mark.parametrize(
        ("announced", "deployment", "activation"),
        [
            # the clocks go forward on 26 March 2017: 00:00 on 31 March is 23:00 UTC the day before
            (datetime(2017, 3, 22, 12, tzinfo=LONDON), (2017, 3, 30), (2017, 4, 1)),
            # and back on 29 October 2017
            (datetime(2017, 10, 25, 12, tzinfo=LONDON), (2017, 11, 2), (2017, 11, 4)),
            # Good Friday and Easter Monday 2017
            (datetime(2017, 4, 12, 12, tzinfo=LONDON), (2017, 4, 22), (2017, 4, 26)),
            # Christmas, Boxing Day and New Year's Day
            (datetime(2017, 12, 21, 12, tzinfo=LONDON), (2018, 1, 3), (2018, 1, 5)),
        ],
    )
    def test_urgent(self, announced, deployment, activation):
        found = timetable(URGENT, CONSULT, announced)
        assert (found.earliest_deployment, found.earliest_activation) == (days(*deployment), days(*activation))

    def test_the_bank_holidays_that_mattered_are_named(self):
        line = timetable(URGENT, CONSULT, datetime(2017, 4, 12, 12, tzinfo=LONDON)).working[-1]
        assert line.about == "Bank holidays"
        assert line.because == "Passed over: Good Friday (14 April 2017), Easter Monday (17 April 2017)."

    def test_those_before_a_planned_activation_matter_too(self):
        planned = days(2017, 4, 19)
        line = timetable(ROUTINE, CONSULT, NOON, planned_activation=planned).working[-1]
        assert "Easter Monday (17 April 2017)" in line.because

    def test_service_on_a_bank_holiday_says_which(self):
        found = timetable(URGENT, CONSULT, datetime(2017, 4, 14, 9, tzinfo=LONDON))
        assert "14 April 2017 was Good Friday." in found.working[0].because
