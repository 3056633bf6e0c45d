"""Where users test, a place that is waited for, and a window that is moved and made longer, in a browser."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.workflow.actor import system
from portal.workflow.models import ClockSetting
from releases.publishing.models import Release
from releases.testing import verbs
from releases.testing.models import TestWindow
from tests.factories.findings import environment, make_window
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import look

DAY = timedelta(days=1)


@pytest.fixture
def release(world: World, defaults: None) -> Release:
    catalogue = make_catalogue(world)
    rig = verbs.RigFacts("Rig 1", list(catalogue.models.values()))
    verbs.add_rig(environment("uit-a"), rig, by=world.actor("manager"), at=world.at)
    ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": world.at})
    return make_announced(world, catalogue)


@pytest.fixture
def enter(visit: Callable[..., Page]) -> Callable[..., Page]:
    return lambda who, **options: visit(f"{who}@portal.example", PASSWORD, **options)


def when(page: Page, legend: str, at: datetime) -> None:
    group = page.get_by_role("group", name=legend, exact=True)
    for label, value in (("Day", at.day), ("Month", at.month), ("Year", at.year), ("Time, 24-hour", f"{at:%H:%M}")):
        group.get_by_label(label).fill(str(value))


def test_who_finds_no_room_waits_and_accepts_what_is_offered(world, release, enter):
    taken = [make_window(world, release, where="dcc-lab", start=world.at + 2 * DAY) for _ in range(2)]
    page = enter("small_supplier")
    page.goto(f"/testing/on/{release.reference}/book/")
    page.get_by_label("Environment").select_option("DCC test lab")
    when(page, "From", world.at + 2 * DAY)
    when(page, "To", world.at + 2 * DAY + timedelta(hours=4))
    page.get_by_role("button", name="Book the window").click()
    look(page, "book-window-full")
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text("next in line")).to_be_visible()
    look(page, "waiting-list")
    verbs.cancel(taken[0], by=world.actor("supplier"), at=world.at)
    verbs.offer_places(by=system("User testing"), at=world.at)
    page.reload()
    look(page, "waiting-list-offer")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("is booked: DCC test lab")).to_be_visible()


def test_a_supplier_moves_a_window_and_dcc_makes_it_longer(world, release, enter):
    window = make_window(world, release)
    page = enter("supplier")
    page.goto(f"/testing/{window.reference}/move/")
    look(page, "window-move")
    page.get_by_label("Environment").select_option("UIT-A")
    page.get_by_label("UIT-A: Rig 1").check()
    page.get_by_role("button", name="Move the window").click()
    page.get_by_role("button", name="Ask for longer").click()
    look(page, "window-extend")
    when(page, "Until", window.ends_at + timedelta(hours=2))
    page.get_by_label("Why").fill("Our meters are slow.")
    page.get_by_role("button", name="Ask DCC").click()
    expect(page.get_by_text("DCC has been asked")).to_be_visible()

    dcc = enter("manager")
    dcc.goto("/")
    dcc.get_by_role("link", name=f"Answer Heron Power: {window} for longer").click()
    look(dcc, "window-extension")
    dcc.get_by_role("button", name="Grant it").click()
    expect(dcc.get_by_text("lasts longer now")).to_be_visible()
    assert TestWindow.objects.get().ends_at == window.ends_at + timedelta(hours=2)


def test_dcc_closes_the_lab_and_looks_at_the_load(world, release, enter):
    make_window(world, release, where="dcc-lab", start=world.at + 2 * DAY)
    page = enter("manager")
    for path, name in (("environments/", "environments"), ("load/", "load"), ("environments/add/", "environment-add")):
        page.goto(f"/testing/{path}")
        look(page, f"testing-{name}")
    page.goto("/testing/environments/dcc-lab/close/")
    page.get_by_role("button", name="Enter the closure").click()
    look(page, "testing-close-error")
    when(page, "From", world.at + DAY)
    when(page, "To", world.at + 3 * DAY)
    page.get_by_label("Why").fill("New racks")
    page.get_by_role("button", name="Enter the closure").click()
    expect(page.get_by_text("Move or cancel them.")).to_be_visible()
    look(page, "testing-environment")
