"""Reading: the public, a supplier and an outsider find what they may read, and nothing else, in a browser."""

import csv

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.workflow.models import ClockSetting
from releases.publishing import verbs
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Release
from tests.factories.releases import evidence_facts, make_announced, make_catalogue
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look


@pytest.fixture
def releases(world: World) -> dict[str, Release]:
    """A White, a Green and an Amber release; the Amber one is for two suppliers only."""
    ensure_defaults()
    catalogue = make_catalogue(world)
    ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": world.at})
    named = [world.organisation(name) for name in ("heron", "osprey")]
    made = {
        "white": make_announced(world, catalogue, title="Quieter restart", classification="white"),
        "green": make_announced(world, catalogue, title="Longer join list"),
        "amber": make_announced(world, catalogue, title="Wombat repair", classification="amber", readers=named),
    }
    report = ContentFile(b"All 214 cases passed.\n", "report.txt")
    facts = evidence_facts(title="Wombat report", region="north", file=report)
    verbs.attach_evidence(made["amber"], facts, by=world.actor("manager"), at=world.at)
    made["amber"].refresh_from_db()
    return made


def enter(visit: Visit, who: str, **options) -> Page:
    return visit(f"{who}@portal.example", PASSWORD, **options)


def seek(page: Page, words: str) -> None:
    page.get_by_label("Search the portal").fill(words)
    page.get_by_role("button", name="Search", exact=True).first.click()


def test_the_public_finds_what_is_white_from_the_front_page(releases, visit):
    plain = visit(scripts=False)
    plain.goto("/")
    seek(plain, "power")
    expect(plain.get_by_role("link", name=str(releases["green"]), exact=True)).to_have_count(0)
    expect(plain.get_by_text("1 result for “power”")).to_be_visible()
    page = visit()
    page.goto("/")
    look(page, "front")
    seek(page, "restart")
    expect(page.get_by_role("link", name=str(releases["white"]), exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=str(releases["green"]), exact=True)).to_have_count(0)
    look(page, "search")
    page.goto("/")
    page.get_by_role("link", name="Releases classified White").click()
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    look(page, "releases-public")
    page.get_by_role("link", name=releases["white"].reference).click()
    expect(page.get_by_text("Puts the joining defect right.")).to_be_visible()
    assert page.goto(f"/releases/{releases['green'].reference}/").status == 404


def test_a_supplier_filters_keeps_the_filter_and_takes_the_list_along(releases, visit):
    page = enter(visit, "supplier")
    page.goto("/releases/")
    expect(page.get_by_text("3 releases", exact=True)).to_be_visible()
    page.get_by_label("Amber: named organisations").check()
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    page.get_by_role("link", name="Save this filter").click()
    look(page, "keep-filter")
    page.get_by_role("button", name="Save the filter").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Name of the filter").fill("For us alone")
    page.get_by_role("button", name="Save the filter").click()
    expect(page.get_by_text("The filter “For us alone” is saved.")).to_be_visible()
    look(page, "releases-filtered")
    page.goto("/releases/")
    page.get_by_role("link", name="For us alone").click()
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download these as CSV").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        assert [row["Reference"] for row in csv.DictReader(file)] == [releases["amber"].reference]


def test_an_outsider_finds_nothing_of_an_amber_release(releases, visit):
    page = enter(visit, "small_supplier")
    page.goto("/releases/")
    expect(page.get_by_text("2 releases", exact=True)).to_be_visible()
    for words in ("wombat", releases["amber"].reference):
        seek(page, words)
        expect(page.get_by_text("Nothing found")).to_be_visible()
        page.goto("/")
    assert page.goto(f"/releases/{releases['amber'].reference}/").status == 404
    page.goto("/calendar/")
    expect(page.get_by_text(releases["amber"].reference)).to_have_count(0)


def test_dcc_states_who_gains_and_loses_sight_before_it_changes(releases, visit):
    page = enter(visit, "manager")
    page.goto(f"/releases/{releases['green'].reference}/")
    page.get_by_role("link", name="Change who may read it").click()
    look(page, "reclassify")
    page.get_by_label("Amber: named organisations").first.check()
    for name in ("Heron Power", "Osprey Gas"):
        page.get_by_label(name).check()
    page.get_by_label("Reason").fill("It names a tariff that is not announced.")
    page.get_by_role("button", name="Show who gains and loses sight").click()
    expect(page.get_by_text("would lose sight of it")).to_be_visible()
    look(page, "reclassify-effect")
    page.get_by_role("button", name="Change who may read it").click()
    expect(page.get_by_text(f"{releases['green'].reference} is now Amber")).to_be_visible()


def test_evidence_is_judged_by_its_content_and_replaced_in_the_open(releases, visit):
    page = enter(visit, "manager")
    page.goto(f"/releases/{releases['amber'].reference}/#evidence")
    page.get_by_role("link", name="Replace Wombat report").click()
    fill = {"Title": "Second report", "Environment": "UIT-A", "Signed by": "A. Tester", "What it shows": "All passed."}
    for label, text in fill.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("North", exact=True).check()
    for label, text in (("Day", "6"), ("Month", "1"), ("Year", "2017")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Document").set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"<script>alert(1)</script>"}
    )
    page.get_by_role("button", name="Attach the evidence").click()
    expect(page.get_by_text("By its content this file is none of these").first).to_be_visible()
    look(page, "attach-evidence-error")
    expect(page.get_by_label("Title", exact=True)).to_have_value("Second report")
    page.get_by_label("Document").set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nAll passed."}
    )
    page.get_by_role("button", name="Attach the evidence").click()
    expect(page.get_by_text("The evidence is attached.")).to_be_visible()
    expect(page.get_by_text("Replaced on 9 January 2017.")).to_be_visible()
    look(page, "evidence")
