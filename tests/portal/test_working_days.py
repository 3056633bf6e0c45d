from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.working_days import (
    LONDON,
    add_working_days,
    bank_holidays,
    clear_days_after,
    clear_days_before,
    clear_working_days_after,
    end_of,
    is_working_day,
    last_day_before,
    london_day,
    next_working_day,
    non_working_days_between,
    previous_working_day,
    service_day,
    start_of,
    why_not_working,
    working_days_before,
    working_days_between,
)

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))


def london(year, month, day, hour=0, minute=0, second=0):
    return datetime(year, month, day, hour, minute, second, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2017, 1, 9), None),
        (date(2017, 1, 7), "Saturday"),
        (date(2017, 1, 8), "Sunday"),
        (date(2017, 4, 14), "Good Friday"),
        (date(2017, 1, 2), "New Year's Day (observed)"),
        (date(2022, 9, 19), "State Funeral of Queen Elizabeth II"),
    ],
)
def test_bank_holidays_and_week_ends_are_no_working_days(day, why):
    assert why_not_working(day) == why
    assert is_working_day(day) == (why is None)


def test_scottish_and_irish_holidays_are_working_days():
    assert is_working_day(date(2024, 1, 2))
    assert is_working_day(date(2026, 3, 17))


def test_counting_skips_the_week_end_and_the_holiday():
    thursday = date(2017, 4, 13)
    assert next_working_day(thursday) == date(2017, 4, 18)
    assert previous_working_day(date(2017, 4, 18)) == thursday
    assert add_working_days(thursday, 2) == date(2017, 4, 19)
    assert add_working_days(date(2017, 4, 15), 0) == date(2017, 4, 18)
    assert add_working_days(thursday, 0) == thursday


def test_only_bank_holidays_on_weekdays_are_named():
    assert non_working_days_between(date(2017, 4, 13), date(2017, 4, 18)) == [
        (date(2017, 4, 14), "Good Friday"),
        (date(2017, 4, 17), "Easter Monday"),
    ]


@pytest.mark.parametrize(
    ("served", "counts_as"),
    [
        (london(2017, 1, 9, 12), date(2017, 1, 9)),
        (london(2017, 1, 9, 17), date(2017, 1, 9)),
        (london(2017, 1, 9, 17, 0, 1), date(2017, 1, 10)),
        (london(2017, 1, 13, 18), date(2017, 1, 16)),
        (london(2017, 1, 14, 9), date(2017, 1, 16)),
        (london(2017, 4, 13, 17, 30), date(2017, 4, 18)),
        (datetime(2017, 6, 5, 16, 30, tzinfo=UTC), date(2017, 6, 6)),
        (datetime(2017, 12, 5, 16, 30, tzinfo=UTC), date(2017, 12, 5)),
    ],
)
def test_late_service_counts_as_the_next_working_day(served, counts_as):
    assert service_day(served) == counts_as


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        london_day(datetime(2017, 1, 9))


def test_the_day_of_service_is_not_counted():
    assert clear_days_after(london(2017, 1, 9, 12), 7) == london(2017, 1, 17)
    assert clear_working_days_after(london(2017, 1, 9, 12), 5) == london(2017, 1, 17)


@pytest.mark.parametrize(
    ("served", "opens_utc"),
    [
        (london(2026, 3, 25, 12), datetime(2026, 4, 1, 23, tzinfo=UTC)),
        (london(2026, 10, 21, 12), datetime(2026, 10, 29, 0, tzinfo=UTC)),
    ],
    ids=["into summer time", "out of summer time"],
)
def test_gates_open_at_midnight_in_london_on_both_sides_of_a_clock_change(served, opens_utc):
    assert clear_days_after(served, 7) == opens_utc


def test_year_end():
    assert clear_working_days_after(london(2026, 12, 23, 12), 5) == london(2027, 1, 5)


@given(DAYS, st.integers(-80, 80).filter(bool))
def test_adding_working_days_lands_on_one_and_counts_back(day, count):
    landed = add_working_days(day, count)
    assert is_working_day(landed)
    if count > 0:
        assert working_days_between(day, landed) == count
    else:
        assert sum(is_working_day(landed + timedelta(n)) for n in range((day - landed).days)) == -count


@given(DAYS, DAYS)
def test_counting_between_days_changes_sign_with_the_order(one, other):
    assert working_days_between(one, other) == -working_days_between(other, one)


@given(DAYS)
def test_days_begin_and_end_at_midnight_in_london(day):
    assert start_of(day).astimezone(LONDON).time() == time()
    assert london_day(start_of(day)) == day
    assert last_day_before(end_of(day)) == day
    assert end_of(day) - start_of(day) in {timedelta(hours=h) for h in (23, 24, 25)}


@given(INSTANTS, st.integers(0, 60))
def test_clear_days_are_whole_days_after_the_day_of_service(served, days):
    opens = clear_days_after(served, days)
    assert (london_day(opens) - service_day(served)).days == days + 1
    assert opens.astimezone(LONDON).time() == time()
    assert clear_working_days_after(served, days) >= opens


@given(INSTANTS, INSTANTS, st.integers(0, 60))
def test_later_service_never_opens_earlier(one, other, days):
    first, second = sorted((one, other))
    assert clear_days_after(first, days) <= clear_days_after(second, days)
    assert clear_working_days_after(first, days) <= clear_working_days_after(second, days)


@given(DAYS, st.integers(1, 30))
def test_the_last_day_to_serve_is_in_time_and_the_next_working_day_is_not(day, days):
    at = start_of(day)
    last = clear_days_before(at, days)
    noon = timedelta(hours=12)
    assert clear_days_after(start_of(last) + noon, days) <= at
    assert clear_days_after(start_of(next_working_day(last)) + noon, days) > at


@given(DAYS, st.integers(1, 30))
def test_working_days_before_leave_that_many_working_days(day, days):
    end = working_days_before(start_of(day), days)
    assert working_days_between(last_day_before(end), day) == days - (not is_working_day(day))
    assert is_working_day(last_day_before(end))


def test_bank_holidays_are_known_for_any_year():
    assert date(2031, 12, 25) in bank_holidays(2031)
