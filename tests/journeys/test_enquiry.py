"""A supplier asks its hubs what they run, one, several and 10,000 by file; so do its agent and outsiders."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from devices.enquiries.models import FileEnquiry
from devices.fleet.models import Hub, eui64_text
from portal.people import verbs as people
from releases.products import cohorts
from releases.products.models import Cell
from releases.publishing.defaults import ensure_defaults
from tests.factories.releases import OLD, Catalogue, make_catalogue
from tests.factories.rollouts import Road, make_hubs, make_road, make_served
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look
from tests.journeys.road import until
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
    page.get_by_role("button", name="List the hubs").click()
    page.get_by_label("Deployed").check()
    page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("link", name=road.rollout.reference).first).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="First page")).to_be_visible()
    if scripts:
        look(page, "hubs-listed")
    page.get_by_role("button", name="Ask hubs what they run").click()
    page.get_by_label("Hubs to ask, by EUI-64").fill("my hub")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    if scripts:
        look(page, "hub-enquiry-error")
    page.get_by_label("Hubs to ask, by EUI-64").fill(hubs[0].lower().replace("-", ":"))
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Hub {hubs[0]}")
    expect(page.get_by_text(OLD).first).to_be_visible()
    if scripts:
        look(page, "hub")

    page.get_by_role("link", name="Ask about another hub").click()
    page.get_by_label("Hubs to ask, by EUI-64").fill("\n".join([*hubs, foreign, "nonsense"]))
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
        page.get_by_label("Hubs to ask, by EUI-64").fill(eui64_text(number))
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_text("No hub with this EUI-64 is known to you.")).to_be_visible()
    look(page, "hub-unknown")
    outsider = enter(visit, "observer")
    outsider.goto("/hubs/")
    expect(outsider.get_by_text("Only DCC Users")).to_be_visible()


ROWS = 10_000


@pytest.fixture
def sheet(world: World, catalogue: Catalogue, tmp_path: Path) -> Path:
    """A file of 10,000 rows: a heading, every hub there is, one again, one that is none, and unknown ones."""
    make_served(world, catalogue)
    put_clock(world.at)
    known = [eui64_text(number) for number in Hub.objects.order_by("pk").values_list("eui64", flat=True)]
    unknown = [eui64_text(2**40 + number) for number in range(ROWS - len(known) - 2)]
    file = tmp_path / "hubs.csv"
    file.write_text("\r\n".join(["CHF", *known, known[0], "my hub", *unknown]), encoding="utf-8-sig")
    return file


def send(page: Page, sheet: Path) -> None:
    page.goto("/hubs/")
    page.get_by_role("button", name="Ask by file").click()
    page.get_by_label("CSV file").set_input_files(sheet)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hub enquiry HE-")


def fetched(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as sent:
        page.get_by_role("button", name="Download the result as CSV").click()
    return list(csv.DictReader(sent.value.path().read_text(encoding="utf-8-sig").splitlines()))


def test_a_supplier_asks_about_10_000_hubs_by_file(sheet: Path, world: World, visit: Visit, background: None):
    page = enter(visit, "supplier")
    page.goto("/hubs/files/")
    look(page, "hub-files-none")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page, "hub-files-error")
    send(page, sheet)
    expect(page.get_by_role("button", name="Download the result as CSV")).to_be_visible(timeout=30_000)
    look(page, "hub-file-answered")
    rows = fetched(page)
    own = Hub.objects.filter(cell__in=cells_of(world, "heron")).count()
    assert len(rows) == ROWS
    assert sum(row["Result"] == "answered" for row in rows) == own
    assert [row["Asked"] for row in rows if row["Result"] == "no EUI-64"] == ["my hub"]
    assert sum(row["Result"].startswith("repeats line") for row in rows) == 1
    page.get_by_role("link", name="Files you sent").click()
    look(page, "hub-files")
    page.goto("/inbox/")
    expect(page.get_by_role("link", name="is answered")).to_be_visible()

    address = f"/hubs/files/{FileEnquiry.objects.get().reference}/"
    rival = enter(visit, "other_supplier")
    rival.goto(address)
    expect(rival.get_by_role("heading", level=1)).to_contain_text("not found", ignore_case=True)
    outsider = enter(visit, "observer")
    outsider.goto("/hubs/files/")
    expect(outsider.get_by_text("Only DCC Users")).to_be_visible()


def test_an_agent_without_scripts_asks_while_it_is_appointed(sheet: Path, world: World, visit: Visit, background: None):
    page = enter(visit, "rsa", scripts=False)
    send(page, sheet)
    until(page, lambda shown: expect(shown.get_by_role("button", name="Download the result as CSV")).to_be_visible())
    assert (
        sum(row["Result"] == "answered" for row in fetched(page))
        == Hub.objects.filter(cell__in=cells_of(world, "heron")).count()
    )
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    page.reload()
    expect(page.get_by_text("No supplier has appointed your organisation")).to_be_visible()


def cells_of(world: World, name: str) -> list[int]:
    supplied = cohorts.supplied_by(frozenset({world.organisation(name).pk}))
    return list(Cell.objects.filter(supplied).values_list("number", flat=True))
