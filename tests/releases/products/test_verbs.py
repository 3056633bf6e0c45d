import io
from datetime import date

import pytest

from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed
from releases.products import ota, queries
from releases.products.matching import mismatches
from releases.products.may import download_image
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

    def test_suppliers_keep_no_lists(self, world, catalogue):
        with pytest.raises(NotAllowed, match="Only DCC or an administrator"):
            keep_entry(self.entry(catalogue), by=world.actor("supplier"), at=world.at)


def test_lists_are_not_for_the_public(world, catalogue):
    ValidityPeriod.objects.create(specification="CHTS", version="1.1", installation_from=date(2016, 1, 1))
    reads = (queries.hub_models, queries.versions, queries.validity, queries.combinations)
    assert [read(world.actor("observer")).count() for read in reads] == [2, 4, 1, 3]
    stranger = world.actor("observer").__class__(name="Public")
    assert [read(stranger).count() for read in reads] == [0, 0, 0, 0]


def test_rows_say_what_they_are(catalogue):
    assert str(catalogue.combinations["dual"]) == "Alder 1 + Orchard ESME + Orchard GSME + Orchard PPMID"
    assert str(catalogue.cells["north"]) == "cell 1"
    assert str(catalogue.devices["ihd"]) == "Orchard IHD (IHD)"
