"""The product lists in a browser: read by anybody, imported by DCC with the keyboard alone; a signed image."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.workflow.models import ClockSetting
from releases.products.columns import VERSIONS
from releases.products.models import FirmwareVersion, ListImport, ValidityPeriod
from releases.products.verbs import register_key
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Release
from tests.factories.releases import OLD, image_bytes, make_announced, make_catalogue, make_draft
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import look
from tests.journeys.keyboard import Keyboard
from tests.releases.products.test_signatures import PRIVATE, PUBLIC

HEAD = ",".join(VERSIONS.names)
NEW = "10F2,0000,0001,0A010300,1.1,3.2,,current,2017-01-09,"
REMOVED = f"10F2,0000,0001,{OLD},1.1,3.2,,removed,2016-06-01,2017-01-02"


@pytest.fixture
def release(world: World) -> Release:
    ensure_defaults()
    catalogue = make_catalogue(world)
    for specification, version, ends in (("CHTS", "1.1", None), ("GBCS", "3.2", date(2027, 12, 31))):
        ValidityPeriod.objects.create(
            specification=specification, version=version, installation_from=date(2016, 1, 1), maintenance_to=ends
        )
    ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": world.at})
    make_announced(world, catalogue, classification="white")
    return make_draft(world, catalogue, from_versions=[], firmware_version="0A010200")


def csv_file(*rows: str) -> dict[str, object]:
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": "\r\n".join((HEAD, *rows, "")).encode()}


def test_anybody_reads_the_lists_and_takes_them_away(release, visit):
    page = visit()
    page.goto("/")
    page.get_by_role("link", name="Central Products List").last.click()
    expect(page.get_by_text("4 entries")).to_be_visible()
    look(page, "products")
    page.goto("/products/?search=birch")
    expect(page.get_by_text("2 entries")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this list as CSV").click()
    assert download.value.path().read_text().count("10F2") == 2
    page.goto("/products/")
    page.get_by_role("link", name="Alder 1").first.click()
    expect(page.get_by_role("heading", name="Upgrade paths")).to_be_visible()
    look(page, "hub-model")
    page.get_by_role("link", name="Validity periods of the specification versions").click()
    expect(page.get_by_text("To 31 December 2027")).to_be_visible()
    look(page, "validity")


def test_dcc_imports_a_list_with_the_keyboard_alone(release, visit):
    page = visit("manager@portal.example", PASSWORD)
    keys = Keyboard(page)
    page.goto("/products/")
    keys.push("Import from CSV")
    look(page, "import-check")
    keys.upload("CSV file", csv_file(NEW, REMOVED, "10F2,0000"))
    keys.push("Check the file")
    expect(page.get_by_text("1 row is refused")).to_be_visible()
    look(page, "import-refused")
    keys.follow("Check the corrected file", exact=True)
    keys.upload("CSV file", {"name": "list.xlsx", "mimeType": "", "buffer": b"PK\x03\x04"})
    keys.push("Check the file")
    expect(page.get_by_text("This is an Excel workbook").first).to_be_visible()
    look(page, "import-wrong-file")
    keys.upload("CSV file", csv_file(NEW, REMOVED))
    keys.push("Check the file")
    expect(page.get_by_text("status: current → removed")).to_be_visible()
    look(page, "import-shown")
    keys.push("Write these rows")
    expect(page.get_by_text("Written as shown: 1 added, 1 changed.")).to_be_visible()
    assert ListImport.objects.latest("pk").state == "written"
    assert FirmwareVersion.objects.get(version="0A010300").status == "current"
    page.goto("/products/")
    keys.follow("Alder 1", exact=True)
    expect(page.get_by_text("Status: current → removed")).to_be_visible()
    look(page, "hub-model-history")


def test_dcc_attaches_a_signed_image_and_sees_all_that_is_known_of_it(release, world, visit):
    register_key(
        manufacturer="10F2",
        name="Signing key",
        public_key=PUBLIC.hex(),
        valid_from=date(2017, 1, 1),
        by=world.actor("manager"),
        at=world.at,
    )
    page = visit("manager@portal.example", PASSWORD)
    page.goto(f"/releases/{release.reference}/image/")
    wrong = {"name": "hub.ota", "mimeType": "", "buffer": image_bytes(manufacturer_code=1, image_type=9) + b"!"}
    page.get_by_label("ZigBee OTA image").set_input_files(wrong)
    page.get_by_role("button", name="Check and attach the image").click()
    expect(page.get_by_text("The image is of manufacturer 0001; Alder 1 is of 10F2.").first).to_be_visible()
    expect(page.get_by_text("The file is longer than its header states").first).to_be_visible()
    look(page, "image-refused")
    good = image_bytes()
    page.get_by_label("ZigBee OTA image").set_input_files({"name": "hub.ota", "mimeType": "", "buffer": good})
    signature = {"name": "hub.sig", "mimeType": "", "buffer": PRIVATE.sign(good)}
    page.get_by_label("Detached signature").set_input_files(signature)
    page.get_by_role("button", name="Check and attach the image").click()
    expect(page.get_by_text("Verified with Signing key (10F2) on 9 January 2017.")).to_be_visible()
    page.get_by_text("Every field of the image’s header").click()
    look(page, "release-image")
    page.goto("/products/keys/")
    look(page, "keys")
    page.goto("/products/keys/register/")
    look(page, "register-key")
    page.goto("/products/versions/add/")
    look(page, "list-version")
