"""A study is asked for, watched, read and downloaded, at both widths and by a reader of another organisation."""

import json

import pytest
from playwright.sync_api import Page, expect

from releases.publishing.defaults import ensure_defaults
from tests.factories.releases import make_catalogue
from tests.factories.rollouts import make_hubs, make_served
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look
from tests.journeys.road import until
from tests.journeys.test_findings import put_clock


@pytest.fixture
def release(world: World):
    ensure_defaults()
    catalogue = make_catalogue(world)
    make_hubs()
    put_clock(world.at)
    return make_served(world, catalogue)


def enter(visit: Visit, who: str, **options) -> Page:
    return visit(f"{who}@portal.example", PASSWORD, **options)


def test_a_study_is_configured_watched_read_and_downloaded(release, visit: Visit, background: None):
    page = enter(visit, "manager")
    page.goto("/rollouts/")
    page.get_by_role("button", name="Studies that compare approaches").click()
    look(page, "studies-none")
    page.get_by_role("button", name="New study").click()
    page.get_by_label("Title of the study").fill("Which approach for winter?")
    page.get_by_label("Release (optional)").select_option(label=str(release))
    page.get_by_label("Runs", exact=True).fill("1000000")
    page.get_by_role("button", name="Play the study").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page, "study-error")
    page.get_by_label("Runs", exact=True).fill("20")
    page.get_by_text("What is assumed: every figure can be changed").click()
    page.get_by_label("Releases with a fault that DCC’s own tests missed").fill("1")
    look(page, "study-new")
    page.get_by_role("button", name="Play the study").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Which approach for winter?")
    until(page, lambda page: expect(page.get_by_role("heading", name="What it says")).to_be_visible(timeout=100))
    look(page, "study")
    with page.expect_download() as download:
        page.get_by_role("link", name="Everything as JSON").click()
    assert len(json.loads(download.value.path().read_bytes())["runs"]["kinds"]) == 20


def test_a_reader_without_scripts_reads_it_from_the_release(release, visit: Visit, background: None):
    page = enter(visit, "secretary", scripts=False)
    page.goto(f"/studies/new/?release={release.reference}")
    page.get_by_label("Title of the study").fill("For the working group")
    page.get_by_label("Runs", exact=True).fill("5")
    page.get_by_role("button", name="Play the study").click()
    until(page, lambda page: expect(page.get_by_role("heading", name="What it says")).to_be_visible(timeout=100))
    reader = enter(visit, "supplier")
    reader.goto(f"/releases/{release.reference}/")
    reader.get_by_role("link", name="ST-").click()
    expect(reader.get_by_role("heading", level=1)).to_contain_text("For the working group")
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Results as CSV").click()
    assert "Homes harmed" in download.value.path().read_text(encoding="utf-8-sig")
