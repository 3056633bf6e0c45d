"""From an empty draft to a served notice, and from the inbox to its acknowledgement, by keyboard alone."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.workflow.models import ClockSetting
from portal.working_days import start_of
from releases.publishing.classes import current_class
from releases.publishing.dates import timetable
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Acknowledgement, Release
from releases.publishing.notes import parse
from releases.publishing.terms import Approach
from tests.factories.releases import NOTES, image_bytes, make_catalogue
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look
from tests.journeys.keyboard import Keyboard
from tests.journeys.road import says, until

IMAGE = {"name": "hub.ota", "mimeType": "application/octet-stream", "buffer": image_bytes()}


@pytest.fixture
def portal(world: World) -> World:
    """Hub models and homes, the urgency classes, and the clock at the moment the world was made."""
    ensure_defaults()
    make_catalogue(world)
    ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": world.at})
    return world


def keys_of(visit: Visit, who: str) -> Keyboard:
    keys = Keyboard(visit())
    keys.sign_in(f"{who}@portal.example", PASSWORD)
    return keys


def test_from_empty_draft_to_served_and_acknowledged_notice(portal, background, visit):
    manager, supplier = keys_of(visit, "manager"), keys_of(visit, "supplier")
    drafted(manager, portal)
    release = Release.objects.get()
    asked_what_if(manager, release)
    prepared(manager)
    served(manager)
    acknowledged(supplier, release)
    answer = Acknowledgement.objects.get()
    assert (answer.organisation.slug, answer.test_days_needed) == ("heron-power", 3)
    certified(manager, release)
    warned(manager)


def drafted(keys: Keyboard, portal: World) -> None:
    keys.follow("Releases", exact=True)
    keys.push("Draft a release")
    found = timetable(current_class("urgent", portal.at).terms, Approach.CONSULTATION, portal.at)
    assert found.earliest_deployment is not None
    keys.type("Title", "Joining after a power cut")
    keys.tick("Alder 1")
    keys.type("Firmware version", "0A010200")
    keys.choose("Urgent")
    keys.date("Planned deployment", found.earliest_deployment)
    keys.date("Planned activation", start_of(date(2017, 1, 30)))
    keys.push("Save the draft")
    expect(keys.page.get_by_text("is drafted. Next: its image, notes and evidence.")).to_be_visible()
    look(keys.page, "notice-draft")


def asked_what_if(keys: Keyboard, release: Release) -> None:
    """Another class beside the present plan, and the classes it comes from."""
    keys.follow("What if the class, approach or day were another?")
    keys.to(keys.page.get_by_label("Urgency class"))
    keys.press("m")  # Major
    keys.push("Show the dates")
    expect(keys.page.get_by_text("77 days later").first).to_be_visible()
    look(keys.page, "what-if-beside")
    keys.follow("urgency classes")
    look(keys.page, "classes")
    keys.follow("Add a version of Urgent")
    keys.type("Why the class changes", "A sixth day of testing")
    keys.push("Add the version")
    expect(keys.page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(keys.page, "add-class-error")
    keys.follow("Releases", exact=True)
    keys.follow(release.reference)


def prepared(keys: Keyboard) -> None:
    """Image, notes and evidence."""
    keys.push("Attach image")
    keys.upload("ZigBee OTA image", IMAGE)
    keys.push("Check and attach the image")
    expect(keys.page.get_by_text("The image is checked and attached")).to_be_visible()
    keys.push("Edit notes")
    for section, text in parse(NOTES).items():
        keys.type(keys.page.get_by_role("textbox", name=section, exact=True), text)
    keys.push("Save as a new revision")
    keys.push("Attach evidence")
    keys.type("Title", "Section T test report")
    keys.type("Environment", "DCC test laboratory")
    keys.type("Signed by", "E. Sutcliffe")
    keys.date("Signed on", date(2017, 1, 6))
    keys.type("What it shows", "214 of 214 cases passed.")
    keys.push("Attach the evidence")
    expect(keys.page.get_by_text("The evidence is attached.")).to_be_visible()


def served(keys: Keyboard) -> None:
    keys.push("Announce")
    look(keys.page, "announce-notice")
    keys.push("Serve notice")
    expect(keys.page.get_by_text("is on its way to every recipient")).to_be_visible()
    until(keys.page, says("Every recipient is served."))


def acknowledged(keys: Keyboard, release: Release) -> None:
    keys.follow("Inbox")
    keys.follow(f"Notice of firmware release {release.reference}")
    keys.push("Open the message")
    expect(keys.page.get_by_text("Firmware version 0A010200 for Alder 1")).to_be_visible()
    expect(keys.page.get_by_text("It concerns 350 homes of yours")).to_be_visible()
    look(keys.page, "notice-in-the-inbox")
    keys.follow("See what this is about")
    expect(keys.page.get_by_text("Your homes by region and hub model").first).to_be_attached()
    look(keys.page, "release-of-a-supplier")
    keys.push("Acknowledge the notice")
    look(keys.page, "acknowledge")
    keys.type("Days of testing you need", "3")
    keys.type(keys.page.get_by_role("textbox", name="Remark"), "Two laboratories")
    keys.push("Acknowledge")
    expect(keys.page.get_by_text("has acknowledged the notice.")).to_be_visible()


def certified(keys: Keyboard, release: Release) -> None:
    """Who was served and who answered, then its certificate."""
    keys.follow("Every recipient, with dates, answers and reminders")
    expect(keys.page.get_by_text("Two laboratories")).to_be_visible()
    look(keys.page, "service")
    keys.tick("Acknowledged")
    keys.press("Enter")
    expect(keys.page.get_by_text("1 recipient", exact=True)).to_be_visible()
    keys.push("Certificate of service")
    expect(keys.page.get_by_text("4 of 4 recipients")).to_be_visible()
    look(keys.page, "certificate")
    keys.follow(f"Back to {release.reference}")


def warned(keys: Keyboard) -> None:
    """What an end or a return would do is said before anybody presses the button."""
    for act, name in (("Withdraw", "withdraw"), ("Return to draft", "return-to-draft")):
        keys.push(act)
        expect(keys.page.get_by_text("1 acknowledgement, with 3 test days asked for.")).to_be_visible()
        look(keys.page, f"{name}-notice")
        keys.follow("Cancel")
