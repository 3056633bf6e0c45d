"""The calendar by month and agenda, feeds for calendar programs, the inbox and what is mailed, in a browser."""

import pytest
from django.conf import settings
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from portal.workflow.models import ClockSetting
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Release
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look


@pytest.fixture
def announced(world: World) -> Release:
    ensure_defaults()
    ClockSetting.objects.create(real_base=timezone.now(), portal_base=world.at)
    return make_announced(world, make_catalogue(world))


def supplier(visit: Visit, **how: object) -> Page:
    return visit("supplier@portal.example", PASSWORD, **how)


def test_the_months_and_weeks_to_come(world: World, announced: Release, visit: Visit):
    page = supplier(visit)
    page.goto("/calendar/")
    expect(page.get_by_role("heading", name="18 January 2017")).to_be_visible()
    look(page, "calendar-agenda")
    page.get_by_role("link", name="Month", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("January 2017")
    expect(page.get_by_role("columnheader").first).to_have_text("Monday")
    cell = page.get_by_role("cell").filter(has=page.locator("time[datetime='2017-01-18']"))
    expect(cell).to_contain_text(f"{announced.reference}: objections end")
    expect(cell).to_contain_text("Confirmed")
    look(page, "calendar-month")
    page.get_by_role("button", name="February 2017").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("February 2017")
    page.get_by_role("button", name="January 2017").click()
    page.get_by_label("Ballots").check()
    page.get_by_role("button", name="Show results").click()
    expect(page.get_by_text(f"{announced.reference}: objections end")).to_have_count(0)
    assert "kind=ballot" in page.url


def test_the_month_is_a_list_on_a_phone_and_needs_no_scripts(world: World, announced: Release, visit: Visit):
    page = supplier(visit, width=390, scripts=False)
    page.goto("/calendar/month/")
    expect(page.locator("time[datetime='2017-01-18']")).to_contain_text("Wednesday 18 January 2017")
    expect(page.locator("time[datetime='2017-01-21']")).to_be_hidden()


def test_a_feed_is_made_read_and_revoked(world: World, announced: Release, visit: Visit):
    page = supplier(visit)
    page.goto("/calendar/")
    page.get_by_role("link", name="Subscribe to the calendar").click()
    look(page, "calendar-feeds")
    page.get_by_role("button", name="Make a feed").click()
    if "/reauthenticate/" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Make the feed").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("What is the feed for?").fill("Screen in the office")
    page.get_by_role("button", name="Make the feed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Screen in the office")
    address = page.get_by_text("/calendar/feeds/").first.inner_text().removeprefix(settings.PORTAL_URL)

    program = visit()  # another visitor, who knows the address and nothing else
    answer = program.request.get(address)
    summaries = [str(event["summary"]) for event in Calendar.from_ical(answer.body()).walk("VEVENT")]
    assert f"{announced.reference}: objections end" in summaries

    page.get_by_role("link", name="Your feeds").click()
    row = page.get_by_role("row").filter(has_text="Screen in the office")
    expect(row).to_contain_text("January 2017")
    look(page, "calendar-feeds-own")
    row.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("is revoked")).to_be_visible()
    assert program.request.get(address).status == 410


def test_the_inbox_and_what_is_mailed(world: World, announced: Release, visit: Visit):
    page = supplier(visit)
    page.goto("/inbox/")
    expect(page.get_by_text("Statutory messages are opened one by one")).to_be_visible()
    look(page, "inbox-filtered")
    page.get_by_role("button", name="Mark ").click()
    expect(page.get_by_text("marked as read")).to_be_visible()
    page.get_by_label("Show").select_option("unread")
    page.get_by_label("Release").fill(announced.reference)
    page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("row").filter(has_text="Statutory")).to_have_count(1)

    page.get_by_role("link", name="Choose what is mailed to you").click()
    look(page, "mail-preferences")
    seat = page.get_by_role("group", name="A test window of mine was booked")
    seat.get_by_label("Daily digest").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    expect(seat.get_by_label("Daily digest")).to_be_checked()
