"""Opening hours by the clock on the wall, also on the days on which the clocks change."""

from datetime import UTC, date, datetime, time

import pytest

from portal.working_days import LONDON
from releases.testing import opening

OFFICE = {day: (time(8), time(18)) for day in range(1, 6)}
NIGHTS = {7: (time(1, 30), time(3))}  # Sundays, on which the clocks change
LATE = {7: (time(20), time(0))}


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", None),
        (" 08:00 to 18:00 ", (time(8), time(18))),
        ("8.30-17.00", (time(8, 30), time(17))),
        ("00:00 – 24:00", (time(0), time(0))),
        ("20:00 to 00:00", (time(20), time(0))),
    ],
)
def test_hours_are_read_as_people_write_them(text, hours):
    assert opening.parse(text) == hours


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("all day", "Write hours like 08:00 to 18:00"),
        ("08:00 to 25:00", "times from 00:00 to 24:00"),
        ("08:00 to 24:30", "times from 00:00 to 24:00"),
        ("08:61 to 09:00", "times from 00:00 to 24:00"),
        ("18:00 to 08:00", "must close after it opens"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        opening.parse(text)


def test_a_week_is_kept_and_said_in_words():
    assert opening.read(opening.written(OFFICE)) == OFFICE
    assert opening.in_words(LATE)[5:] == [("Saturday", "closed"), ("Sunday", "20:00 to 24:00")]


def test_without_hours_it_is_always_open():
    assert opening.outside("UIT-A", {}, london(2017, 1, 14, 3), london(2017, 1, 15, 4)) == {}


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        (london(2017, 1, 9, 8), london(2017, 1, 9, 18), set()),
        (london(2017, 1, 13, 17), london(2017, 1, 16, 9), set()),  # over the weekend the place is kept
        (london(2017, 1, 9, 7, 59), london(2017, 1, 9, 9), {"start"}),
        (london(2017, 1, 9, 18), london(2017, 1, 10, 9), {"start"}),
        (london(2017, 1, 9, 9), london(2017, 1, 9, 18, 1), {"end"}),
        (london(2017, 1, 9, 9), london(2017, 1, 10, 8), {"end"}),
        (london(2017, 1, 14, 9), london(2017, 1, 14, 10), {"start", "end"}),
    ],
)
def test_a_window_begins_and_ends_while_it_is_open(start, end, wrong):
    assert set(opening.outside("The lab", OFFICE, start, end)) == wrong


def test_the_sentence_says_when_it_is_open():
    said = opening.outside("The lab", OFFICE, london(2017, 1, 13, 19), london(2017, 1, 14, 9))
    assert said == {
        "start": "The lab is open from 08:00 to 18:00 on Fridays: let the window begin within these hours.",
        "end": "The lab is closed on Saturdays: let the window end on another day.",
    }


def test_midnight_is_the_end_of_the_day():
    assert opening.outside("The lab", LATE, london(2017, 1, 15, 20), london(2017, 1, 16, 0)) == {}
    assert set(opening.outside("The lab", LATE, london(2017, 1, 15, 20), london(2017, 1, 16, 0, 1))) == {"end"}


def test_hours_follow_the_clock_on_the_wall_when_it_goes_forward():
    """On 26 March 2017 01:30 does not exist: what opens then opens at 02:30 by the new time."""
    opens, closes = opening.open_on(NIGHTS, date(2017, 3, 26))
    assert (opens, closes) == (datetime(2017, 3, 26, 1, 30, tzinfo=UTC), datetime(2017, 3, 26, 2, tzinfo=UTC))
    monday = opening.open_on(OFFICE, date(2017, 3, 27))
    assert monday[0] == datetime(2017, 3, 27, 7, tzinfo=UTC)
    assert opening.outside("The lab", OFFICE, london(2017, 3, 24, 17), london(2017, 3, 27, 18)) == {}


def test_an_hour_that_comes_twice_is_open_both_times():
    """On 29 October 2017 the hour from 01:00 comes twice."""
    opens, closes = opening.open_on(NIGHTS, date(2017, 10, 29))
    assert (opens, closes) == (datetime(2017, 10, 29, 0, 30, tzinfo=UTC), datetime(2017, 10, 29, 3, tzinfo=UTC))
    until_half_past = {7: (time(0), time(1, 30))}
    assert opening.open_on(until_half_past, date(2017, 10, 29))[1] == datetime(2017, 10, 29, 1, 30, tzinfo=UTC)
