import io
from datetime import date

import pytest

from portal.journal.models import Entry
from portal.workflow.actor import ANONYMOUS
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.products import ota, queries
from releases.products.fingerprints import fingerprint
from releases.products.matching import mismatches
from releases.products.may import download_image, read_history
from releases.products.models import FirmwareVersion, HubModel, ValidityPeriod
from releases.products.verbs import keep_entry, store_image
from tests.factories.releases import image_bytes, image_file

pytestmark = pytest.mark.django_db


def header(**changes):
    return ota.parse(io.BytesIO(image_bytes(**changes)))


def test_an_image_without_hardware_range_fits_every_hardware(catalogue):
    assert mismatches(header(hardware=None), [catalogue.models["alder"]], "0A010200") == []


def test_a_model_without_hardware_range_takes_every_image(catalogue):
    model = HubModel(name="Cedar", manufacturer="10F2", image_type=1, hardware_min=0, hardware_max=0xFFFF)
    assert mismatches(header(hardware=(7, 7)), [model], "0A010200") == []


def test_each_hub_model_is_compared(catalogue):
    found = mismatches(header(), list(catalogue.models.values()), "0A010200")
    assert found == ["The image has type 0001; Birch 2 takes type 0002."]


def test_the_header_survives_its_json():
    assert ota.OtaHeader.from_json(header().as_json()) == header()


@pytest.mark.parametrize("who", ["supplier", "csp_north", "administrator", "secretary"])
def test_only_dcc_stores_images(world, catalogue, who):
    with pytest.raises(NotAllowed, match="Only a DCC release manager stores"):
        store_image(image_file(), hub_models=[], version="0A010200", by=world.actor(who), at=world.at)


def test_who_downloads_images(world):
    refused = {
        who for who in ("manager", "csp_north", "supplier", "rsa") if download_image.why_not(by=world.actor(who))
    }
    assert refused == {"supplier", "rsa"}


class TestEntries:
    def entry(self, catalogue, **changes):
        facts = {"version": "0A010300", "chts": "1.2", "gbcs": "4.0", "listed_on": date(2017, 1, 9)}
        return FirmwareVersion(hub_model=catalogue.models["alder"], **facts | changes)

    @pytest.mark.parametrize("who", ["manager", "administrator"])
    def test_entries_are_added_and_changed_on_the_record(self, world, catalogue, who):
        row = keep_entry(self.entry(catalogue), by=world.actor(who), at=world.at)
        row.status = "removed"
        keep_entry(row, by=world.actor(who), at=world.at)
        entries = Entry.objects.filter(subject_kind="products.firmwareversion", subject_id=row.pk)
        assert list(entries.order_by("id").values_list("verb", flat=True)) == ["add_product", "edit_product"]

    def test_wrong_values_are_named(self, world, catalogue):
        with pytest.raises(Invalid) as caught:
            keep_entry(self.entry(catalogue, version="1.2"), by=world.actor("manager"), at=world.at)
        assert caught.value.fields == {"version": ["Give eight hexadecimal digits, such as 0A010200."]}

    def test_dates_that_contradict_one_another_are_named(self, world, catalogue):
        removed = self.entry(catalogue, status="removed", removed_on=date(2017, 1, 8))
        with pytest.raises(Invalid) as caught:
            keep_entry(removed, by=world.actor("manager"), at=world.at)
        assert caught.value.fields == {"removed_on": ["8 January 2017 is before it was listed on 9 January 2017."]}
        with pytest.raises(Invalid) as caught:
            keep_entry(self.entry(catalogue, removed_on=date(2017, 1, 9)), by=world.actor("manager"), at=world.at)
        assert caught.value.fields == {"removed_on": ["A current entry has no date of removal."]}

    def test_a_version_is_listed_once(self, world, catalogue):
        with pytest.raises(Invalid, match="already exists"):
            keep_entry(self.entry(catalogue, version="0A010100"), by=world.actor("manager"), at=world.at)

    def test_a_change_is_journalled_with_what_it_was_and_a_page_that_grew_old_is_refused(self, world, catalogue):
        row, by = catalogue.versions["alder 0A010100"], world.actor("manager")
        seen = fingerprint(row)
        row.gbcs = "4.0"
        keep_entry(row, by=by, at=world.at, seen=seen)
        assert Entry.objects.latest("id").data == {"changes": {"gbcs": ["3.2", "4.0"]}}
        assert row.history.latest("history_id").history_date == world.at
        with pytest.raises(NotNow, match="Somebody else changed this entry"):
            keep_entry(row, by=by, at=world.at, seen=seen)

    def test_an_entry_saved_as_it_was_leaves_no_trace(self, world, catalogue):
        row, before = catalogue.versions["alder 0A010100"], Entry.objects.count()
        keep_entry(row, by=world.actor("manager"), at=world.at)
        assert (Entry.objects.count(), row.history.count()) == (before, 1)

    def test_periods_of_validity_do_not_end_before_they_begin(self, world):
        row = ValidityPeriod(
            specification="GBCS",
            version="4.0",
            installation_from=date(2017, 1, 9),
            installation_to=date(2018, 1, 9),
            maintenance_to=date(2017, 6, 1),
            applicability_to=date(2016, 1, 1),
        )
        with pytest.raises(Invalid) as caught:
            keep_entry(row, by=world.actor("manager"), at=world.at)
        assert caught.value.fields == {
            "maintenance_to": ["The maintenance period cannot end before the installation period."],
            "applicability_to": ["1 January 2016 is before the installation period begins on 9 January 2017."],
        }

    def test_suppliers_keep_no_lists(self, world, catalogue):
        with pytest.raises(NotAllowed, match="Only DCC or an administrator"):
            keep_entry(self.entry(catalogue), by=world.actor("supplier"), at=world.at)


def test_the_product_lists_are_public_and_what_is_in_homes_is_not(world, catalogue):
    ValidityPeriod.objects.create(specification="CHTS", version="1.1", installation_from=date(2016, 1, 1))
    public = (queries.hub_models(), queries.versions(), queries.validity())
    assert [rows.count() for rows in public] == [2, 4, 1]
    assert queries.combinations(world.actor("observer")).count() == 3
    assert queries.combinations(ANONYMOUS).count() == 0
    assert read_history.why_not(by=world.actor("observer")) is None
    assert read_history.why_not(by=ANONYMOUS) == "Past changes are shown to signed-in readers."


def test_rows_say_what_they_are(catalogue):
    assert str(catalogue.combinations["dual"]) == "Alder 1 + Orchard ESME + Orchard GSME + Orchard PPMID"
    assert str(catalogue.cells["north"]) == "cell 1"
    assert str(catalogue.devices["ihd"]) == "Orchard IHD (IHD)"
