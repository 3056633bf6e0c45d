"""A supplier tests, finds a fault, and the homes at risk are held until DCC lifts the hold, in a browser."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from devices.rollouts.states import HubState
from devices.rollouts.tasks import catch_up
from portal.workflow.models import ClockSetting
from releases.holds.models import Hold
from releases.issues.models import Issue
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Release
from releases.testing import defaults
from releases.testing.models import TestWindow
from tests.factories.findings import make_issue
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.rollouts import DEPLOYMENT_DAY, hubs_by_state, make_hubs, make_road, make_served
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, axe, look, shot

DUAL = "Alder 1 + Orchard ESME + Orchard GSME + Orchard PPMID"


@pytest.fixture
def release(world: World) -> Release:
    ensure_defaults()
    defaults.ensure_defaults()
    return make_announced(world, make_catalogue(world))


@pytest.fixture
def it_is(world: World, release: Release) -> Callable[[datetime], None]:
    """Return a function that sets portal time; it is the moment of the announcement now."""
    put_clock(world.at)
    return put_clock


def put_clock(at: datetime) -> None:
    ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": at})


def enter(visit: Visit, who: str, **options) -> Page:
    return visit(f"{who}@portal.example", PASSWORD, **options)


def when(page: Page, legend: str, at: datetime) -> None:
    group = page.get_by_role("group", name=legend, exact=True)
    for label, value in (("Day", at.day), ("Month", at.month), ("Year", at.year), ("Time, 24-hour", f"{at:%H:%M}")):
        group.get_by_label(label).fill(str(value))


def test_a_supplier_books_what_to_test_next_and_coverage_rises_by_its_homes(world, release, it_is, visit):
    page = enter(visit, "supplier")
    page.goto(f"/releases/{release.reference}/")
    page.get_by_role("link", name="Coverage by case, gaps and test windows").click()
    look(page, "coverage-untested")
    expect(page.get_by_text("rises from 0.0 % to 100.0 %")).to_be_visible()
    page.get_by_role("button", name="Book a window for it").click()
    expect(page.get_by_label(f"{DUAL} – 350 homes")).to_be_checked()
    look(page, "book-window")
    page.get_by_role("button", name="Book the window").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page, "book-window-error")
    page.get_by_label("Environment").select_option("UIT-A")
    start = world.at + timedelta(days=1)
    when(page, "From", start)
    when(page, "To", start + timedelta(hours=4))
    page.get_by_role("button", name="Book the window").click()
    expect(page.get_by_text("is booked: UIT-A")).to_be_visible()

    it_is(start + timedelta(hours=1))
    window = TestWindow.objects.get()
    page.goto(f"/testing/{window.reference}/")
    page.get_by_role("button", name="Report results").click()
    look(page, "report-grid")
    page.get_by_label(f"JOIN on {DUAL}").select_option("Pass")
    page.get_by_role("button", name="Record the results").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page, "report-grid-error")
    page.get_by_label("Version the hub reported").fill("0A010200")
    page.get_by_label(f"DUAL on {DUAL}").select_option("Blocked")
    page.get_by_role("button", name="Record the results").click()
    expect(page.get_by_text("2 results recorded.")).to_be_visible()
    by_csv(page, window)
    look(page, "test-window")
    page.goto(f"/testing/on/{release.reference}/")
    for case in ("Join and rejoin", "Scheduled and on-demand reads"):
        expect(page.get_by_role("row", name=re.compile(case))).to_contain_text("350")
    expect(page.get_by_text("rises from 16.7 % to 100.0 %")).to_be_visible()  # 2 of 12 cases on all its homes
    look(page, "coverage")
    page.get_by_role("link", name="Coverage over time").click()
    look(page, "coverage-over-time")
    page.goto("/testing/")
    look(page, "test-windows")
    page.goto("/testing/cases/")
    look(page, "test-cases")


def by_csv(page: Page, window: TestWindow) -> None:
    """Fill the template of the window with one more pass, look at each row's fate and record it."""
    page.get_by_role("button", name="Report by CSV file").click()
    look(page, "check-sheet")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the template of this window").click()
    head, *rows = taken.value.path().read_text("utf-8-sig").splitlines()
    filled = [row.replace(",READ,,,", ",READ,pass,0A010200,") for row in rows]
    for lines, button in (([*filled, "7,,NONE,pass,,"], ""), (filled, "Record these results")):
        file = {"name": "results.csv", "mimeType": "text/csv", "buffer": "\n".join([head, *lines]).encode()}
        page.goto(f"/testing/{window.reference}/results/csv/")
        page.get_by_label("CSV file").set_input_files(file)
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The file as checked")
        axe(page)
        if button:
            shot(page, "sheet")
            page.get_by_role("button", name=button).click()
        else:
            expect(page.get_by_text("Nothing was recorded.")).to_be_visible()
    expect(page.get_by_text("1 result recorded.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_supplier_raises_an_issue_on_the_homes_it_concerns(world, release, it_is, visit, scripts):
    page = enter(visit, "supplier", scripts=scripts)
    page.goto(f"/issues/on/{release.reference}/raise/")
    if scripts:
        look(page, "raise-issue")
    page.get_by_label("What is wrong, in a few words").fill("Displays go dark")
    page.get_by_label("Description").fill("After the hub restarts, the display shows no tariff.")
    page.get_by_label("Category").select_option("IHD stranding")
    page.get_by_label("2: severe for many customers").check()
    page.get_by_label("North", exact=True).check()
    if not scripts:
        page.get_by_role("button", name=re.compile("Count the homes")).click()
    expect(page.locator("#reach")).to_contain_text("100")
    page.get_by_role("button", name="Raise the issue").click()
    expect(page.get_by_text("is raised. DCC has been told.")).to_be_visible()
    assert Issue.objects.get().regions == ["north"]


def test_dcc_accepts_an_issue_holds_its_homes_and_lifts_the_hold(world, release, it_is, visit):
    issue = make_issue(world, release)
    page = enter(visit, "manager")
    page.goto("/")
    page.get_by_role("link", name=f"Acknowledge {issue}, severity 2").click()
    look(page, "issue-raised")
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    page.get_by_role("button", name="Correct it").click()
    look(page, "correct-issue")
    page.get_by_label("3: a function fails").check()
    page.get_by_label("Reason").fill("There is a way round.")
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_text("Severity from 2 to 3. There is a way round.")).to_be_visible()
    page.get_by_label("What is known").fill("The display misses the restart.")
    page.get_by_role("button", name="Accept as a known issue").click()
    page.get_by_role("button", name="Hold this cohort").click()
    expect(page.get_by_text("100 homes").first).to_be_visible()
    look(page, "hold-cohort")
    page.get_by_label("Deployment and activation").check()
    page.get_by_role("button", name="Place the hold").click()
    look(page, "hold")
    page.get_by_label("What evidence allows it to end").fill("The retest passed.")
    page.get_by_role("button", name="Tell those behind it that it will end").click()
    expect(page.get_by_text("It cannot be lifted now")).to_be_visible()
    it_is(world.at + timedelta(days=4))
    page.reload()
    page.get_by_role("button", name="Lift this hold").click()
    look(page, "lift-hold")
    page.get_by_label("Passing evidence for its issue").check()
    page.get_by_label("Reason, with the evidence").fill("The retest passed.")
    page.get_by_role("button", name="Lift the hold").click()
    expect(page.get_by_text("is lifted.")).to_be_visible()
    assert not Hold.objects.get().in_force
    for address, name in (("/issues/", "issues"), (f"/issues/{issue.reference}/", "issue"), ("/holds/", "holds")):
        page.goto(address)
        look(page, name)


def test_a_finding_holds_its_homes_out_of_the_rollout_and_they_catch_up(world, visit):
    """From a supplier's issue to the catch-up wave of exactly the homes it concerned."""
    ensure_defaults()
    defaults.ensure_defaults()
    catalogue = make_catalogue(world)
    make_hubs()
    release = make_served(world, catalogue)
    put_clock(world.at)
    page = enter(visit, "supplier")
    page.goto(f"/issues/on/{release.reference}/raise/")
    page.get_by_label("What is wrong, in a few words").fill("Displays go dark")
    page.get_by_label("Description").fill("After the hub restarts, the display shows no tariff.")
    page.get_by_label("Category").select_option("IHD stranding")
    page.get_by_label("2: severe for many customers").check()
    page.get_by_label("North", exact=True).check()
    page.get_by_role("button", name="Raise the issue").click()
    expect(page.get_by_text("is raised. DCC has been told.")).to_be_visible()
    issue = Issue.objects.get()

    page = enter(visit, "manager")
    page.goto(f"/issues/{issue.reference}/")
    page.get_by_label("What is known").fill("The display misses the restart.")
    page.get_by_role("button", name="Accept as a known issue").click()
    page.get_by_role("button", name="Hold this cohort").click()
    page.get_by_label("Deployment and activation").check()
    page.get_by_role("button", name="Place the hold").click()
    expect(page.get_by_text("is in force.")).to_be_visible()
    hold = Hold.objects.get()

    put_clock(DEPLOYMENT_DAY)
    road = make_road(world, release)
    road.deploy()
    page = enter(visit, "second_manager")
    page.goto(f"/rollouts/{road.rollout.reference}/")
    expect(page.get_by_text("100 hubs wait behind a hold")).to_be_visible()
    assert hubs_by_state(road.rollout)[HubState.SCHEDULED] == 100

    page.goto(f"/holds/{hold.reference}/")
    page.get_by_label("What evidence allows it to end").fill("The retest passed.")
    page.get_by_role("button", name="Tell those behind it that it will end").click()
    put_clock(DEPLOYMENT_DAY + timedelta(days=5))
    page = enter(visit, "second_manager")
    page.goto(f"/holds/{hold.reference}/lift/")
    expect(page.get_by_text("100 hubs of waves gone by catch up")).to_be_visible()
    look(page, "lift-hold-of-a-rollout")
    page.get_by_label("Passing evidence for its issue").check()
    page.get_by_label("Reason, with the evidence").fill("The retest passed.")
    page.get_by_role("button", name="Lift the hold").click()
    expect(page.get_by_text("is lifted.")).to_be_visible()
    catch_up()  # what the lift has asked the workers for
    page.goto(f"/rollouts/{road.rollout.reference}/")
    row = page.get_by_role("row", name=re.compile(f"{road.rollout.reference}-C1"))
    expect(row).to_contain_text("100")
    look(page, "catch-up-wave")
