"""Feeds read back with a calendar library, over both changes of the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from portal.pages.contributions import Dated
from portal.pages.ical import document
from portal.working_days import LONDON, start_of

AT = datetime(2017, 1, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = "https://portal.example:8443"


def dated(at, **facts):
    return Dated(
        at, "Text; with, marks\nand lines", "/releases/FW-2017-001/", **{"key": "k-1", "kind": "release", **facts}
    )


def read(*entries):
    return list(Calendar.from_ical(document(entries, name="Name", site=SITE, at=AT)).walk("VEVENT"))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2017, 3, 26, 0, 59, 59, tzinfo=UTC),
        datetime(2017, 3, 26, 1, 0, tzinfo=UTC),
        datetime(2017, 10, 29, 0, 30, tzinfo=UTC),  # the first half past one of that night
        datetime(2017, 10, 29, 1, 30, tzinfo=UTC),  # the second
        datetime(2017, 10, 29, 2, 0, tzinfo=UTC),
    ],
)
def test_moments_come_back_over_both_clock_changes(moment):
    (event,) = read(dated(moment.astimezone(LONDON), until=(moment + 3 * HOUR).astimezone(LONDON)))
    assert event["dtstart"].dt == moment
    assert event["dtend"].dt == moment + 3 * HOUR


@pytest.mark.parametrize("day", [date(2017, 3, 26), date(2017, 3, 27), date(2017, 10, 29), date(2017, 10, 30)])
def test_days_come_back_over_both_clock_changes(day):
    (begins,) = read(dated(start_of(day)))
    assert (begins["dtstart"].dt, begins["dtend"].dt) == (day, day + timedelta(days=1))
    (ends,) = read(dated(start_of(day), ends=True))
    assert ends["dtstart"].dt == day - timedelta(days=1)


def test_what_an_entry_says():
    changed = datetime(2017, 1, 4, 8, tzinfo=UTC)
    (event,) = read(dated(AT, status="cancelled", sequence=4, changed_at=changed))
    assert event["uid"] == "k-1@portal.example"
    assert event["summary"] == "Text; with, marks\nand lines"
    assert event["url"] == f"{SITE}/releases/FW-2017-001/"
    assert event["sequence"] == 4
    assert event["dtstamp"].dt == event["last-modified"].dt == changed
    assert event["status"] == "CANCELLED"
    assert [str(one) for one in event["categories"].cats] == ["Releases"]
    assert "dtend" not in event


@pytest.mark.parametrize(
    ("status", "said"), [("planned", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("done", "CONFIRMED")]
)
def test_how_firm_it_is(status, said):
    assert read(dated(AT, status=status))[0]["status"] == said


def test_the_same_calendar_is_the_same_to_the_byte():
    rows = [dated(AT, key=f"k-{n}", sequence=1, changed_at=AT) for n in range(3)]
    first = document(rows, name="Name", site=SITE, at=AT)
    assert document(reversed(rows), name="Name", site=SITE, at=AT + HOUR) == first
    assert max(map(len, first.splitlines())) <= 75


def test_an_empty_calendar_is_one():
    calendar = Calendar.from_ical(document([], name="Name", site=SITE, at=AT))
    assert (calendar["version"], str(calendar["x-wr-calname"])) == ("2.0", "Name")
