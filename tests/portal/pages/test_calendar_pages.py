"""The calendar's pages, public feed and API."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from portal.pages import queries
from portal.pages.contributions import KINDS
from releases.publishing.models import Release
from tests.factories.queries import same_queries
from tests.factories.releases import make_announced, make_catalogue
from tests.html import mistakes

MONTH = reverse("pages:calendar_month")


@pytest.fixture(autouse=True)
def still(time_machine_at, world):
    time_machine_at(world.at)


@pytest.fixture
def announced(world, defaults):
    return make_announced(world, make_catalogue(world))


def page(client, **chosen):
    answer = client.get(MONTH, chosen)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert mistakes(text) == []
    return text


def test_a_month_is_a_table_of_weeks_with_words_for_states(sign_in, announced):
    text = page(sign_in("supplier"))
    assert "January 2017" in text
    assert f"{announced.reference}: objections end" in text
    assert "Confirmed" in text
    assert 'datetime="2016-12-26"' in text
    assert "Boxing Day (bank holiday)" in text
    assert '<th scope="col">Monday</th>' in text
    assert "<strong>Today</strong>" in text


def test_an_agent_of_nobody_and_the_public_see_only_white(client, announced):
    assert f"{announced.reference}:" not in page(client)
    Release.objects.update(classification="white")
    assert f"{announced.reference}:" in page(client)


@pytest.mark.parametrize("month", ["2017-13", "x", "1999-12", "2101-01", "2017-1", ""])
def test_a_month_that_is_none_means_this_one(client, world, month):
    assert "January 2017" in page(client, month=month)


@pytest.mark.parametrize("month", ["2000-01", "2100-12", "2017-10", "2017-03"])
def test_every_month_within_the_years_is_there(client, world, month):
    page(client, month=month)


def test_filters_stand_in_the_address_and_stay_with_the_month(sign_in, announced):
    client = sign_in("supplier")
    assert announced.reference in page(
        client, kind=["release", "ballot"], release=announced.reference.lower(), own="on"
    )
    assert f"{announced.reference}:" not in page(client, kind="ballot")
    assert f"{announced.reference}:" not in page(client, release="FW-1999-001")
    text = page(client, kind="ballot", month="2017-02")
    assert '<input type="hidden" name="month" value="2017-02"' in text
    assert "?kind=ballot&amp;month=2017-01" in text
    assert "?kind=ballot&amp;month=2017-03" in text
    assert f"{announced.reference}:" in page(client, kind="no such kind")


def test_what_is_not_told_to_ones_organisation_is_not_its_own(sign_in, announced):
    assert f"{announced.reference}:" in page(sign_in("supplier"), own="on")
    assert f"{announced.reference}:" not in page(sign_in("observer"), own="on")
    assert f"{announced.reference}:" in page(sign_in("observer"))


def test_a_full_day_leads_to_its_agenda(sign_in, world, announced):
    for number in range(5):
        again = Release.objects.get(pk=announced.pk)
        again.pk, again.reference = None, f"FW-2017-{50 + number:03d}"
        again.save(force_insert=True)
    text = page(sign_in("supplier"))
    assert "and 3 more" in text
    assert "/calendar/?from=2017-01-" in text


def test_what_is_withdrawn_is_cancelled_and_not_among_the_next_dates(sign_in, world, announced):
    Release.objects.update(state="withdrawn")
    text = page(sign_in("supplier"))
    assert "app-cancelled" in text
    assert "Cancelled" in text
    assert queries.coming(world.actor("supplier"), world.at) == []


def test_the_next_dates_come_by_the_day_on_which_they_stand(world, announced):
    found = [entry.day for entry in queries.coming(world.actor("supplier"), world.at, 60)]
    assert len(set(found)) > 2
    assert found == sorted(found)


def test_what_is_over_is_done(sign_in, world, announced, time_machine_at):
    time_machine_at(world.at + timedelta(days=14))
    assert "Done" in page(sign_in("supplier"), month="2017-01")


@pytest.mark.parametrize("name", ["pages:calendar_month", "pages:calendar", "pages:home", "calendar-list"])
def test_it_costs_the_same_for_one_release_and_three(sign_in, world, announced, name):
    client = sign_in("supplier")
    with same_queries() as cost:
        cost.of(lambda: client.get(reverse(name)))
        for number in range(2):
            again = Release.objects.get(pk=announced.pk)
            again.pk, again.reference = None, f"FW-2017-{50 + number:03d}"
            again.save(force_insert=True)
        cost.of(lambda: client.get(reverse(name)))


def test_the_public_feed_holds_white_releases_only(client, world, announced):
    address = reverse("pages:calendar_feed")
    first = client.get(address)
    assert list(Calendar.from_ical(first.content).walk("VEVENT")) == []
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert first["Cache-Control"] == "public, max-age=60"
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_the_public_feed_of_a_white_release(client, world, announced):
    Release.objects.update(classification="white")
    found = Calendar.from_ical(client.get(reverse("pages:calendar_feed")).content).walk("VEVENT")
    assert {str(event["summary"]) for event in found} >= {f"{announced.reference}: objections end"}
    assert len({str(event["uid"]) for event in found}) == len(found)


class TestApi:
    def get(self, client, **asked):
        return client.get(reverse("calendar-list"), asked)

    def test_entries_are_those_of_the_pages(self, sign_in, client, announced):
        found = self.get(sign_in("supplier"), kind="release", release=announced.reference, own="true").json()
        assert found["count"] == 4
        entry = next(row for row in found["results"] if row["text"].endswith("objections end"))
        assert (entry["kind"], entry["status"], entry["whole_day"]) == ("release", "confirmed", True)
        assert date.fromisoformat(entry["day"]) == announced.objections_last_day
        client.logout()
        assert self.get(client).json()["count"] == 0

    @pytest.mark.parametrize(
        "asked",
        [
            {"first": "2017-02-31"},
            {"kind": "weather"},
            {"first": "2017-01-02", "last": "2017-01-01"},
            {"first": "2017-01-01", "last": "2018-01-02"},
            {"first": "1999-12-31"},
            {"first": "2017-01-01", "last": "2101-01-01"},
        ],
    )
    def test_what_cannot_be_asked_is_said(self, client, world, asked):
        answer = self.get(client, **asked)
        assert answer.status_code == 400
        assert answer.json()["fields"]


def test_every_entry_names_a_kind_that_can_be_chosen(world, announced):
    found = queries.entries(world.actor("manager"), date(2017, 1, 1), date(2017, 12, 31), world.at)
    assert found
    assert {entry.kind for entry in found} <= set(KINDS)
    assert all(entry.key for entry in found)
