from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rollouts.windows import LONDON, closing, is_open, next_night, next_opening, night_of

NIGHT = (time(22), time(4))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2017, 1, 9, 21, 59, tzinfo=UTC), False),
        (datetime(2017, 1, 9, 22, 0, tzinfo=UTC), True),
        (datetime(2017, 1, 10, 3, 59, tzinfo=UTC), True),
        (datetime(2017, 1, 10, 4, 0, tzinfo=UTC), False),
        (datetime(2017, 7, 9, 21, 0, tzinfo=UTC), True),  # 22:00 in summer time
    ],
)
def test_a_night_spans_midnight_in_local_time(at, expected):
    assert is_open(at, *NIGHT) is expected


def test_a_window_by_day():
    assert is_open(datetime(2017, 1, 9, 10, tzinfo=UTC), time(9), time(17))
    assert not is_open(datetime(2017, 1, 9, 18, tzinfo=UTC), time(9), time(17))


@pytest.mark.parametrize("window", [(None, None), (time(1), None), (time(3), time(3))])
def test_no_window_is_always_open(window):
    at = datetime(2017, 1, 9, 12, tzinfo=UTC)
    assert is_open(at, *window)
    assert next_opening(at, *window) == at


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (datetime(2017, 1, 9, 12, tzinfo=UTC), datetime(2017, 1, 9, 22, tzinfo=UTC)),
        (datetime(2017, 1, 9, 23, tzinfo=UTC), datetime(2017, 1, 9, 23, tzinfo=UTC)),
        (datetime(2017, 3, 26, 12, tzinfo=UTC), datetime(2017, 3, 26, 21, tzinfo=UTC)),  # the clocks went forward
        (datetime(2017, 10, 29, 12, tzinfo=UTC), datetime(2017, 10, 29, 22, tzinfo=UTC)),  # and back
    ],
)
def test_the_next_opening_is_right_over_the_change_of_clocks(at, opening):
    assert next_opening(at, *NIGHT) == opening


def test_a_window_that_has_closed_today_opens_tomorrow():
    at = datetime(2017, 1, 9, 18, tzinfo=UTC)
    assert next_opening(at, time(9), time(17)) == datetime(2017, 1, 10, 9, tzinfo=UTC)


changes = st.sampled_from([datetime(2017, 3, 26, tzinfo=UTC), datetime(2017, 10, 29, tzinfo=UTC)])
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


@given(changes, st.integers(-24 * 60, 24 * 60), minutes, minutes)
def test_a_window_opens_at_the_first_minute_at_which_it_is_open_also_when_clocks_change(day, minute, opens, closes):
    at = day + timedelta(minutes=minute)
    moment = at
    while not is_open(moment, opens, closes):
        moment += timedelta(minutes=1)
    assert next_opening(at, opens, closes) == moment


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (datetime(2017, 3, 26, 0, 45, tzinfo=UTC), datetime(2017, 3, 26, 1, 0, tzinfo=UTC)),  # 01:30 is jumped over
        (datetime(2017, 10, 29, 0, 50, tzinfo=UTC), datetime(2017, 10, 29, 1, 30, tzinfo=UTC)),  # 01:30 comes twice
    ],
)
def test_a_window_in_the_hour_of_the_change(at, opening):
    closes = time(4) if at.month == 3 else time(1, 45)
    assert next_opening(at, time(1, 30), closes) == opening


@pytest.mark.parametrize(
    ("day", "window", "closed"),
    [
        (date(2017, 1, 9), NIGHT, datetime(2017, 1, 10, 4, tzinfo=UTC)),
        (date(2017, 1, 9), (time(0), time(6)), datetime(2017, 1, 9, 6, tzinfo=UTC)),
        (date(2017, 7, 9), (None, None), datetime(2017, 7, 9, 23, tzinfo=UTC)),
        (date(2017, 7, 9), (time(1), None), datetime(2017, 7, 9, 23, tzinfo=UTC)),
        (date(2017, 7, 9), (time(3), time(3)), datetime(2017, 7, 9, 23, tzinfo=UTC)),
        (date(2017, 3, 25), (time(22), time(1, 30)), datetime(2017, 3, 26, 1, tzinfo=UTC)),  # 01:30 is jumped over
        (date(2017, 10, 29), (time(0), time(1, 30)), datetime(2017, 10, 29, 1, 30, tzinfo=UTC)),  # and comes twice
    ],
)
def test_the_window_of_a_day_closes_once_for_all(day, window, closed):
    assert closing(day, *window) == closed


@given(changes, st.integers(-2, 1), minutes, minutes)
def test_a_window_that_has_closed_is_open_no_more_also_when_clocks_change(change, days, opens, closes):
    day = change.date() + timedelta(days=days)
    closed = closing(day, opens, closes)
    assert opens == closes or not is_open(closed, opens, closes)
    assert datetime.combine(day, time(0), LONDON) < closed <= datetime.combine(day, time(0), LONDON) + timedelta(days=2)


@given(
    st.datetimes(datetime(2017, 1, 1), datetime(2019, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    st.times(),
    st.times(),
)
def test_an_opening_is_open_and_less_than_two_days_away(at, opens, closes):
    opening = next_opening(at, opens, closes)
    assert at <= opening <= at + timedelta(hours=50)
    assert is_open(opening, opens, closes)


@given(st.datetimes(datetime(2017, 1, 1), datetime(2019, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)))
def test_a_night_runs_from_noon_to_noon(at):
    begins = datetime.combine(night_of(at), time(12), LONDON).astimezone(UTC)
    assert begins <= at < next_night(at)
    assert night_of(next_night(at)) == night_of(at) + timedelta(days=1)
    assert night_of(next_night(at) - timedelta(seconds=1)) == night_of(at)
