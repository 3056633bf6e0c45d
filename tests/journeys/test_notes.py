"""Writing notes by sections with the keyboard alone, asking and answering, two editors at once, in a browser."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.workflow.models import ClockSetting
from releases.publishing import verbs
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import NotesDraft, Release
from releases.publishing.notes import parse
from tests.factories.releases import NOTES, make_announced, make_catalogue
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look
from tests.journeys.keyboard import Keyboard


@pytest.fixture
def release(world: World) -> Release:
    ensure_defaults()
    return make_announced(world, make_catalogue(world))


@pytest.fixture(autouse=True)
def it_is(world: World, release: Release) -> Callable[[datetime], None]:
    """Portal time is the moment of the announcement."""

    def put(at: datetime) -> None:
        ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": at})

    put(world.at)
    return put


def enter(visit: Visit, who: str, **options) -> Page:
    return visit(f"{who}@portal.example", PASSWORD, **options)


def test_dcc_writes_previews_and_publishes_with_the_keyboard_alone(world, release, visit):
    page = enter(visit, "manager")
    keys = Keyboard(page)
    page.goto(f"/releases/{release.reference}/notes/")
    look(page, "notes-desk")
    keys.type("Fixes", "- Joining after a power cut.\n- Late alerts, **all** of them.")
    expect(page.get_by_text("Draft saved 9 January 2017")).to_be_visible()
    assert "Late alerts" in NotesDraft.objects.get().written["Fixes"]
    page.goto("/releases/")
    page.goto(f"/releases/{release.reference}/notes/")
    expect(page.get_by_text("This is your draft, saved")).to_be_visible()
    keys.push("Preview")
    expect(page.locator(".app-preview strong")).to_have_text("all")
    look(page, "notes-preview")
    keys.push("Save as a new revision")
    expect(page.get_by_text("The notes are saved as revision 3.")).to_be_visible()
    keys.push("Publish revision 3")
    expect(page.get_by_text("Revision 3 of the notes is published.")).to_be_visible()
    page.get_by_role("link", name="Revisions and what changed").click()
    expect(page.locator(".app-diff ins", has_text="Late alerts")).to_be_visible()
    look(page, "notes-revisions")
    page.goto(f"/releases/{release.reference}/notes/read/")
    look(page, "notes-read")
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert download.value.suggested_filename.endswith("-notes-3.pdf")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_two_editors_collide_and_nothing_is_lost(world, release, visit, scripts):
    page = enter(visit, "manager", scripts=scripts)
    page.goto(f"/releases/{release.reference}/notes/")
    other = parse(NOTES) | {"Summary": "Puts the joining defect right for good.", "Contacts": "The night desk."}
    verbs.save_notes(release, other, by=world.actor("second_manager"), at=world.at)
    page.get_by_label("Summary").fill("Puts the joining defect right at last.")
    page.get_by_role("button", name="Save as a new revision").click()
    expect(page.get_by_role("heading", name="Not saved as a revision")).to_be_visible()
    expect(page.get_by_text("Second Manager wrote here too, in revision 3.")).to_be_visible()
    expect(page.get_by_label("Summary")).to_have_value("Puts the joining defect right at last.")
    expect(page.get_by_label("Contacts")).to_have_value("The night desk.")
    if scripts:
        look(page, "notes-collision")
    page.get_by_role("button", name="Save as a new revision").click()
    expect(page.get_by_text("The notes are saved as revision 4.")).to_be_visible()
    assert release.notes.first().written["Contacts"] == "The night desk."


def test_a_supplier_asks_and_dcc_turns_the_answer_into_a_revision_by_keyboard(world, release, visit):
    supplier = enter(visit, "supplier")
    keys = Keyboard(supplier)
    supplier.goto(f"/releases/{release.reference}/")
    keys.push("Ask a question")
    look(supplier, "ask")
    keys.push("Ask the question")
    expect(supplier.get_by_role("heading", name="There is a problem")).to_be_visible()
    keys.type("Your question", "Does a display need a new pairing?")
    keys.pick("About which section of the notes", "Effect on devices")
    keys.push("Ask the question")
    expect(supplier.get_by_text("is asked. DCC has been told")).to_be_visible()
    look(supplier, "question")
    page = enter(visit, "manager")
    keys = Keyboard(page)
    page.goto("/")
    keys.follow("Answer Q-")
    keys.type("Answer", "No: a display joins again **by itself**.")
    keys.push("Answer for all")
    expect(page.get_by_text("Answered for all who may read the release.")).to_be_visible()
    look(page, "question-answered")
    keys.push("Add the answer to the notes")
    expect(page.get_by_text("The answer is in the notes, as a new revision.")).to_be_visible()
    supplier.goto(f"/releases/{release.reference}/#notes")
    expect(supplier.get_by_text("a display joins again by itself")).to_be_visible()
    supplier.goto("/questions/")
    look(supplier, "questions")


def test_users_shape_the_template(world, release, visit):
    supplier = enter(visit, "supplier")
    supplier.goto("/questions/content/")
    supplier.get_by_role("button", name="Ask for content").click()
    look(supplier, "request-content")
    supplier.get_by_label("What the section would be called").fill("Meter swaps")
    supplier.get_by_label("What it should tell you, and what for").fill("What a fitter must know meanwhile.")
    supplier.get_by_role("button", name="Put it on the list").click()
    address = supplier.url
    other = enter(visit, "other_supplier")
    other.goto(address)
    look(other, "content-request")
    other.get_by_role("button", name="Support it for Osprey Gas").click()
    expect(other.get_by_text("has your support")).to_be_visible()
    page = enter(visit, "manager")
    page.goto(address)
    page.get_by_role("button", name="Accept into the template").click()
    page.get_by_label("Major").check()
    look(page, "accept-content")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("is part of the template from now on")).to_be_visible()
    page.goto(f"/releases/{release.reference}/notes/")
    expect(page.get_by_label("Meter swaps")).to_be_visible()
    page.goto("/questions/content/")
    look(page, "content-requests")
