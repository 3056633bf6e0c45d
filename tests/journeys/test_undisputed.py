"""A release nobody objects to: drafted, announced, tested, cleared, deployed, activated, watched and reported on."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from devices.demonstration import desk
from devices.demonstration.scripts import TARIFF_LABELS, notes
from portal.working_days import start_of
from releases.publishing.dates import timetable
from releases.publishing.models import Release, UrgencyClass
from releases.publishing.terms import Approach
from releases.testing.models import TestWindow
from tests.journeys.browser import look
from tests.journeys.road import START, Road, image, is_in, lay, move_clock, says, until, when
from tests.journeys.rolling import activate, deploy, plan

SCRIPT = TARIFF_LABELS


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit)


def test_a_release_travels_from_draft_to_its_report(road: Road):
    desk.list_version(road.stage, SCRIPT)
    dcc = road.who("release_manager")
    drafted(dcc)
    release = Release.objects.get(firmware_version=SCRIPT.version)
    page_of_release = f"/releases/{release.reference}/"
    announced(dcc, page_of_release)
    served_and_acknowledged(road, release)
    tried_out(road, release)

    release.refresh_from_db()
    move_clock(dcc, release.planned_activation_at + timedelta(minutes=1))
    dcc.goto(page_of_release)
    until(dcc, is_in("Cleared"))
    look(dcc, "release-cleared")
    dcc.goto(f"/gates/{release.reference}/")
    look(dcc, "gates-open")

    rollout = plan(road, release, canary=200, reports=100, limit=20, name="rollout")
    deploy(road, rollout, name="rollout")
    activate(road, rollout, until_it_is="Finished")
    dcc.goto(rollout)
    expect(dcc.get_by_text("Go on.").first).to_be_visible()
    look(dcc, "rollout-finished")
    dcc.goto(page_of_release)
    until(dcc, is_in("Hypercare"))
    look(dcc, "release-hypercare")

    release.refresh_from_db()
    move_clock(dcc, release.hypercare_until + timedelta(hours=10))
    reported(dcc, rollout)
    dcc.goto(page_of_release)
    expect(dcc.locator(".govuk-tag").nth(1)).to_have_text("Closed")
    look(dcc, "release-closed")


def drafted(dcc: Page) -> None:
    """DCC drafts the release, with its image, notes and evidence."""
    found = timetable(UrgencyClass.objects.get(name="urgent").terms, Approach.CONSULTATION, START)
    dcc.goto("/releases/")
    look(dcc, "releases")
    dcc.get_by_role("button", name="What-if of dates").click()
    look(dcc, "what-if")
    dcc.goto("/releases/")
    dcc.get_by_role("button", name="Draft a release").click()
    look(dcc, "draft-release")
    dcc.get_by_label("Title").fill(SCRIPT.title)
    dcc.get_by_label(SCRIPT.model, exact=True).check()
    dcc.get_by_label("Firmware version").fill(SCRIPT.version)
    for box in dcc.get_by_label(re.compile(f"^{SCRIPT.model} 0501")).all():
        box.check()
    dcc.get_by_label("CHTS version").fill("1.1")
    dcc.get_by_label("GBCS version").fill("3.2")
    dcc.get_by_label("Urgent", exact=True).check()
    when(dcc, "Planned deployment", found.earliest_deployment)
    when(dcc, "Planned activation", found.earliest_activation)
    dcc.get_by_role("button", name="Save the draft").click()
    expect(dcc.get_by_text("is drafted. Next: its image, notes and evidence.")).to_be_visible()
    look(dcc, "release-draft")

    dcc.get_by_role("button", name="Attach image").click()
    look(dcc, "attach-image")
    dcc.get_by_label("ZigBee OTA image").set_input_files(
        {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Not an image."}
    )
    dcc.get_by_role("button", name="Check and attach the image").click()
    expect(dcc.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(dcc.get_by_text("This is not a ZigBee OTA image").first).to_be_visible()
    look(dcc, "attach-image-error")
    dcc.get_by_label("ZigBee OTA image").set_input_files(image(SCRIPT))
    dcc.get_by_role("button", name="Check and attach the image").click()
    expect(dcc.get_by_text("The image is checked and attached")).to_be_visible()

    dcc.get_by_role("button", name="Edit notes").click()
    for section, text in notes(SCRIPT).items():
        dcc.get_by_role("textbox", name=section, exact=True).fill(text)
    dcc.get_by_role("button", name="Preview").click()
    look(dcc, "notes-preview")
    dcc.get_by_role("button", name="Save as a new revision").click()
    dcc.get_by_role("button", name="Attach evidence").click()
    dcc.get_by_label("Title").fill("Section T test report")
    dcc.get_by_label("Every region").check()
    dcc.get_by_label("Environment").fill("DCC test laboratory")
    dcc.get_by_label("Signed by").fill("E. Sutcliffe")
    signed = dcc.get_by_role("group", name="Signed on", exact=True)
    for label, value in (("Day", 26), ("Month", 2), ("Year", 2027)):
        signed.get_by_label(label).fill(str(value))
    dcc.get_by_label("What it shows").fill("214 of 214 cases passed.")
    look(dcc, "attach-evidence")
    dcc.get_by_role("button", name="Attach the evidence").click()
    expect(dcc.get_by_text("The evidence is attached.")).to_be_visible()


def announced(dcc: Page, release: str) -> None:
    dcc.goto(release)
    dcc.get_by_role("button", name="Announce").click()
    look(dcc, "announce")
    dcc.get_by_role("button", name="Serve notice").click()
    until(dcc, is_in("Notified"))


def served_and_acknowledged(road: Road, release: Release) -> None:
    """The worker mails the notice; who has no address is served by letter; a supplier acknowledges."""
    dcc, supplier = road.who("release_manager"), road.who("large_supplier")
    dcc.goto(f"/releases/{release.reference}/")
    until(dcc, says("15 of 16"))
    dcc.get_by_role("link", name="Served otherwise on Thistle and Gorse").click()
    dcc.get_by_label("Reason").fill("By courier, signed for at the reception.")
    look(dcc, "serve-by-other-means")
    dcc.get_by_role("button", name=re.compile("Record")).click()
    until(dcc, says("16 of 16"))

    supplier.goto("/")
    look(supplier, "home-supplier")
    supplier.get_by_role("link", name=re.compile(f"Acknowledge.*{release.reference}")).click()
    supplier.get_by_label("Days of testing you need").fill("2")
    look(supplier, "acknowledge")
    supplier.get_by_role("button", name="Acknowledge", exact=True).click()
    supplier.goto(f"/releases/{release.reference}/")
    look(supplier, "release-notified-supplier")


def tried_out(road: Road, release: Release) -> None:
    """A supplier books a window, and when it has come and gone reports what it found."""
    supplier = road.who("large_supplier")
    supplier.get_by_role("button", name="Book a test window").first.click()
    supplier.get_by_label("Environment").select_option("UIT-B")
    start = start_of(START.date() + timedelta(days=2)) + timedelta(hours=9)
    when(supplier, "From", start)
    when(supplier, "To", start + timedelta(hours=6))
    supplier.get_by_role("button", name="Book the window").click()
    expect(supplier.get_by_text("is booked: UIT-B")).to_be_visible()
    move_clock(supplier, start + timedelta(hours=7))
    look(supplier, "clock")
    window = TestWindow.objects.get()
    supplier.goto(f"/testing/{window.reference}/")
    supplier.get_by_role("button", name="Report results").click()
    supplier.get_by_label("Version the hub reported").fill(SCRIPT.version)
    for case in ("JOIN", "TARIFF"):
        supplier.get_by_label(re.compile(f"^{case} on ")).first.select_option("Pass")
    supplier.get_by_role("button", name="Record the results").click()
    expect(supplier.get_by_text("2 results recorded.")).to_be_visible()


def reported(dcc: Page, rollout: str) -> None:
    dcc.goto("/")
    dcc.get_by_role("link", name=re.compile("Publish the exit report")).click()
    dcc.get_by_label("Remarks").fill("No incident was traced to this version.")
    look(dcc, "exit-report-form")
    dcc.get_by_role("button", name="Publish the report and close the release").click()
    dcc.goto(f"{rollout}report/")
    expect(dcc.get_by_text("No incident was traced")).to_be_visible()
    look(dcc, "exit-report")
