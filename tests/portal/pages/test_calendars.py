"""The calendar's grid, what stands on which day, and what is chosen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.pages.calendars import Choice, as_of, days, grid, month, shifted
from portal.pages.contributions import Dated
from portal.working_days import LONDON, start_of

NOON = datetime(2017, 1, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def texts(found):
    return {day.date: [entry.text for entry in day.entries] for day in found if day.entries}


def test_a_deadline_at_midnight_stands_on_the_day_that_is_over():
    midnight = start_of(date(2017, 1, 19))
    assert Dated(midnight, "objections end", ends=True).day == date(2017, 1, 18)
    assert Dated(midnight, "activation planned").day == date(2017, 1, 19)
    assert Dated(NOON, "a meeting ends", ends=True).day == date(2017, 1, 9)
    assert not Dated(midnight, "window", until=midnight + DAY).whole_day


def test_entries_fall_on_days_of_london():
    late_evening = datetime(2017, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight of 1 July in London
    found = days(
        [Dated(late_evening, "after midnight"), Dated(late_evening - timedelta(hours=1), "before midnight")],
        date(2017, 6, 1),
        date(2017, 7, 31),
    )
    assert texts(found) == {date(2017, 6, 30): ["before midnight"], date(2017, 7, 1): ["after midnight"]}


@pytest.mark.parametrize(("every", "count"), [(True, 3), (False, 1)])
def test_what_lasts_days_stands_on_each_or_on_the_first_that_is_shown(every, count):
    begins = datetime(2017, 1, 7, 9, tzinfo=UTC)
    window = Dated(begins, "window", until=start_of(date(2017, 1, 12)))
    found = texts(days([window], date(2017, 1, 9), date(2017, 1, 31), every=every))
    assert list(found) == [date(2017, 1, 9) + number * DAY for number in range(count)]


def test_bank_holidays_are_shown_and_empty_days_are_not():
    easter = date(2017, 4, 10), date(2017, 4, 30)
    assert days([], *easter) == []
    found = days([Dated(start_of(easter[0]), "x")], *easter)
    assert [(day.date, day.holiday) for day in found] == [
        (date(2017, 4, 10), ""),
        (date(2017, 4, 14), "Good Friday"),
        (date(2017, 4, 17), "Easter Monday"),
    ]


def test_weeks_run_from_monday_to_sunday():
    for number in range(1, 13):
        for week in grid(2017, number):
            assert [day.weekday() for day in week] == list(range(7))
    weeks = month([Dated(NOON, "noon")], 2017, 1)
    assert weeks[0][0].date == date(2016, 12, 26)
    assert [day.in_month for day in weeks[0]] == [False] * 6 + [True]
    assert weeks[0][0].holiday
    assert texts(day for week in weeks for day in week) == {date(2017, 1, 9): ["noon"]}


def test_a_full_day_keeps_room_for_the_way_to_the_rest():
    (day,) = days([Dated(NOON, str(n)) for n in range(4)], NOON.date(), NOON.date(), every=True)
    assert (len(day.shown), day.more) == (4, 0)
    (day,) = days([Dated(NOON, str(n)) for n in range(9)], NOON.date(), NOON.date(), every=True)
    assert (len(day.shown), day.more) == (3, 6)


@pytest.mark.parametrize(
    ("year", "number", "by", "found"),
    [(2017, 1, -1, date(2016, 12, 1)), (2017, 12, 1, date(2018, 1, 1)), (2017, 5, 0, date(2017, 5, 1))],
)
def test_months_go_on_over_the_year(year, number, by, found):
    assert shifted(year, number, by) == found


def test_only_what_is_over_is_done():
    ended = Dated(NOON, "objections end", status="confirmed", ends=True)
    assert as_of(ended, NOON).status == "done"
    assert as_of(ended, NOON - DAY).status == "confirmed"
    running = Dated(NOON, "window", status="confirmed", until=NOON + DAY)
    assert as_of(running, NOON).status == "confirmed"
    assert as_of(running, NOON + DAY).status == "done"
    assert as_of(Dated(NOON, "deployment planned", status="confirmed"), NOON + DAY).status == "confirmed"
    assert as_of(Dated(NOON, "given up", status="cancelled", ends=True), NOON + DAY).status == "cancelled"


def test_a_choice_of_kind_release_and_organisation():
    entry = Dated(NOON, "x", kind="testing", release="FW-2017-001", own=False)
    assert Choice().fits(entry)
    assert Choice(kinds=frozenset({"testing"}), release="fw-2017-001").fits(entry)
    assert not Choice(kinds=frozenset({"ballot"})).fits(entry)
    assert not Choice(release="FW-2017-002").fits(entry)
    assert not Choice(own=True).fits(entry)


def test_days_of_a_clock_change_are_whole():
    for day in (date(2017, 3, 26), date(2017, 10, 29)):
        for hour in (0, 12, 23):
            moment = datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)
            assert texts(days([Dated(moment, "x")], day, day)) == {day: ["x"]}
