"""A supplier asks its hubs what they run, an outsider asks about the same one, and DCC pastes a column of them."""

import pytest
from playwright.sync_api import Page, expect

from devices.fleet.models import Hub, eui64_text
from releases.publishing.defaults import ensure_defaults
from tests.factories.releases import OLD, Catalogue, make_catalogue
from tests.factories.rollouts import Road, make_hubs, make_road, make_served
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look
from tests.journeys.test_findings import put_clock


@pytest.fixture
def catalogue(world: World) -> Catalogue:
    ensure_defaults()
    made = make_catalogue(world)
    make_hubs()
    return made


@pytest.fixture
def road(world: World, catalogue: Catalogue) -> Road:
    """A rollout that has deployed, so that its hubs hold the new image and wait."""
    road = make_road(world, make_served(world, catalogue))
    road.deploy()
    put_clock(road.at)
    return road


def enter(visit: Visit, who: str, **options) -> Page:
    return visit(f"{who}@portal.example", PASSWORD, **options)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_supplier_asks_one_hub_and_then_several(road: Road, catalogue: Catalogue, visit: Visit, scripts: bool):
    hubs = [hub.chf for hub in Hub.objects.filter(cell=catalogue.cells["north"].number).order_by("pk")[:3]]
    foreign = Hub.objects.filter(cell=catalogue.cells["birch"].number).earliest("pk").chf
    page = enter(visit, "supplier", scripts=scripts)
    page.goto("/fleet/")
    page.get_by_role("button", name="Ask hubs what they run").click()
    page.get_by_label("EUI-64 of a hub, or several").fill("my hub")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    if scripts:
        look(page, "hub-enquiry-error")
    page.get_by_label("EUI-64 of a hub, or several").fill(hubs[0].lower().replace("-", ":"))
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Hub {hubs[0]}")
    expect(page.get_by_text(OLD).first).to_be_visible()
    if scripts:
        look(page, "hub")

    page.get_by_role("link", name="Ask about another hub").click()
    page.get_by_label("EUI-64 of a hub, or several").fill("\n".join([*hubs, foreign, "nonsense"]))
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="3 of 5 answered")).to_be_visible()
    expect(page.get_by_text("No hub with this EUI-64 is known to you.")).to_be_visible()
    if scripts:
        look(page, "hubs-answered")
    with page.expect_download() as sent:
        page.get_by_role("button", name="Ask again and download as CSV").click()
    assert sent.value.suggested_filename.startswith("hubs-")


def test_a_foreign_hub_reads_like_one_that_is_not_there(road: Road, catalogue: Catalogue, visit: Visit):
    foreign = Hub.objects.filter(cell=catalogue.cells["birch"].number).earliest("pk")
    page = enter(visit, "supplier")
    for number in (foreign.eui64, 2**40):
        page.goto("/hubs/")
        page.get_by_label("EUI-64 of a hub, or several").fill(eui64_text(number))
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_text("No hub with this EUI-64 is known to you.")).to_be_visible()
    look(page, "hub-unknown")
    outsider = enter(visit, "observer")
    outsider.goto("/hubs/")
    expect(outsider.get_by_text("Only DCC Users")).to_be_visible()
