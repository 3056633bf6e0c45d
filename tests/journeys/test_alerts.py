"""A supplier reads the alerts of an activation, takes a day away as a file, and has them sent to its own system."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from devices.alerts import tasks
from devices.alerts.models import Webhook
from releases.publishing.defaults import ensure_defaults
from tests.factories.hook_server import hook_server
from tests.factories.releases import make_catalogue
from tests.factories.rollouts import Road, make_hubs, make_road, make_served
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look
from tests.journeys.test_findings import put_clock


@pytest.fixture
def road(world: World) -> Road:
    """A rollout whose first wave runs the new version; the second goes on when it is turned."""
    ensure_defaults()
    catalogue = make_catalogue(world)
    make_hubs()
    road = make_road(world, make_served(world, catalogue))
    road.deploy()
    road.activate()
    for _ in range(3):
        road.turn()
    tasks.number()
    put_clock(road.at)
    return road


def enter(visit: Visit, who: str) -> Page:
    return visit(f"{who}@portal.example", PASSWORD)


def shown(page: Page) -> int:
    """The alerts that a page counts for the newest day."""
    return int(page.get_by_role("table").first.locator("tbody tr").first.locator("td").nth(1).inner_text())


def test_a_supplier_reads_its_alerts_and_has_them_sent(road: Road, visit: Visit, tmp_path: Path):
    page = enter(visit, "supplier")
    page.goto("/fleet/")
    page.get_by_role("link", name="Activation alerts").or_(
        page.get_by_role("button", name="Activation alerts")
    ).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Activation alerts")
    alerts = shown(page)
    assert 40 < alerts <= 60
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    kept = tmp_path / "day.csv"
    download.value.save_as(kept)
    with kept.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == alerts == len({row["Hub (CHF)"] for row in rows})
    assert {row["Supplier"] for row in rows} == {"Heron Power"}
    look(page, "alerts")

    page.get_by_role("button", name="Webhook").click()
    page.get_by_label("Address of your system").fill("ftp://alerts.example.org/hubs")
    page.get_by_role("button", name="Set the address").click()
    expect(page.get_by_label("Address of your system")).to_have_value("ftp://alerts.example.org/hubs")
    look(page, "webhook-refused")
    with hook_server() as system:
        page.get_by_label("Address of your system").fill(system.url)
        page.get_by_role("button", name="Set the address").click()
        expect(page.get_by_text("Alerts are sent there from now on.")).to_be_visible()
        page.get_by_text("Secret and signature").click()
        look(page, "webhook-set")
        road.run()
        tasks.number()
        Webhook.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        tasks.send_webhooks()
        page.goto("/fleet/alerts/")
        assert len(system.alerts) == shown(page) - alerts > 200
    page.goto("/fleet/alerts/webhook/")
    expect(page.get_by_text("none yet")).to_have_count(0)


def test_a_foreign_supplier_sees_none_of_it(road: Road, visit: Visit):
    page = enter(visit, "small_supplier")
    page.goto("/fleet/alerts/")
    expect(page.get_by_text("No alerts yet")).to_be_visible()
    expect(page.get_by_text(road.rollout.reference)).to_have_count(0)
    look(page, "alerts-none")
