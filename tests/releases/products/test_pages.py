import csv
import io
from datetime import date

import pytest
from django.test import Client

from releases.products.columns import VALIDITY, VERSIONS
from releases.products.fingerprints import fingerprint
from releases.products.models import FirmwareVersion, HubModel, ValidityPeriod
from tests.factories.queries import same_queries
from tests.factories.releases import OLD, TARGET, make_announced, make_draft

pytestmark = pytest.mark.django_db
LIST = "/products/"


def text(answer) -> str:
    return answer.content.decode()


def table(answer) -> list[dict]:
    lines = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(lines)))


@pytest.fixture
def periods(db) -> list[ValidityPeriod]:
    rows = (("CHTS", "1.1", None, None), ("GBCS", "3.2", date(2017, 1, 8), date(2020, 1, 1)))
    return [
        ValidityPeriod.objects.create(
            specification=spec,
            version=version,
            installation_from=date(2016, 1, 1),
            installation_to=closed,
            maintenance_to=end,
            applicability_to=end,
        )
        for spec, version, closed, end in rows
    ]


@pytest.fixture
def public(client, set_clock, world) -> Client:
    set_clock(world.at)
    return client


@pytest.fixture
def dcc(sign_in_then):
    return sign_in_then("manager")


def address(row, act="") -> str:
    kind = {HubModel: "models", FirmwareVersion: "versions", ValidityPeriod: "validity"}[type(row)]
    return f"/products/{kind}/{row.pk}/{act}"


class TestTheList:
    def test_everybody_reads_it(self, public, catalogue, periods):
        page = text(public.get(LIST))
        assert "4 entries" in page
        assert "Orchard Networks" in page and "10F2" in page and "0A010200" in page
        assert "closed to installation" in page
        assert "List a version" not in page

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"search": "0a0102"}, 2),
            ({"search": "birch"}, 2),
            ({"search": "9f86"}, 1),
            ({"manufacturer": "10F2"}, 4),
            ({"status": "removed"}, 1),
            ({"chts": "1.1", "gbcs": "9.9"}, 0),
            ({"hub_model": "nonsense"}, 4),
        ],
    )
    def test_filters_are_in_the_address(self, public, catalogue, query, count):
        FirmwareVersion.objects.filter(pk=catalogue.versions[f"birch {OLD}"].pk).update(
            image_hash="9f86" + "0" * 60, status="removed", removed_on=date(2017, 1, 2)
        )
        page = text(public.get(LIST, query))
        assert ("No entries here" in page) if not count else (f"{count} entr" in page)
        assert len(table(public.get("/products/export/", query))) == count

    def test_sorting_is_in_the_address(self, public, catalogue):
        pages = [text(public.get(LIST, {"sort": sort})) for sort in ("version", "-version", "nonsense")]
        before = [page.index(f">{OLD}<") < page.index(f">{TARGET}<") for page in pages]
        assert before == [True, False, False]

    def test_it_costs_the_same_for_one_row_and_for_many(self, public, catalogue, periods):
        with same_queries() as cost:
            cost.of(lambda: public.get(LIST, {"search": "birch", "chts": "1.1", "sort": "version"}))
            cost.of(lambda: public.get(LIST))

    def test_it_is_exported_in_the_columns_of_the_import(self, public, catalogue):
        found = table(public.get("/products/export/"))
        assert list(found[0]) == VERSIONS.names
        assert found[0] == {
            "manufacturer": "10F2",
            "model": "0000",
            "hardware_version": "0001",
            "firmware_version": "0A010200",
            "chts": "1.1",
            "gbcs": "3.2",
            "image_hash": "",
            "status": "current",
            "listed_on": "2016-06-01",
            "removed_on": "",
        }

    def test_no_spreadsheet_executes_what_is_exported(self, public, catalogue):
        FirmwareVersion.objects.update(chts="=1+1")
        assert {row["chts"] for row in table(public.get("/products/export/"))} == {"'=1+1"}


class TestValidity:
    def test_everybody_reads_how_it_stands_today(self, public, periods):
        page = text(public.get("/products/validity/"))
        assert "Ended 8 January 2017" in page and "To 1 January 2020" in page and "of GBCS only" in page
        assert table(public.get("/products/validity/export/"))[1] == dict(
            zip(VALIDITY.names, ("GBCS", "3.2", "2016-01-01", "2017-01-08", "2020-01-01", "2020-01-01"), strict=True)
        )

    def test_it_says_when_there_are_none(self, public):
        assert "No validity rows yet" in text(public.get("/products/validity/"))

    def test_it_costs_the_same_for_one_row_and_for_many(self, public, periods):
        with same_queries() as cost:
            cost.of(lambda: public.get("/products/validity/"))
            periods[0].delete()
            cost.of(lambda: public.get("/products/validity/"))


class TestHubModel:
    def test_its_firmware_is_shown_with_the_validity_of_what_it_meets(self, public, catalogue, periods):
        ValidityPeriod.objects.filter(specification="CHTS").update(maintenance_to=date(2016, 12, 31))
        page = text(public.get(address(catalogue.models["alder"])))
        assert "Expired" in page and "Installation closed" in page
        assert "History" not in page

    def test_a_specification_without_row_and_one_to_come_are_named(self, public, catalogue, periods):
        periods[0].delete()
        ValidityPeriod.objects.update(installation_from=date(2017, 1, 10), installation_to=None)
        page = text(public.get(address(catalogue.models["alder"])))
        assert "No validity row" in page and "Not yet valid" in page

    def test_upgrade_paths_are_drawn_and_told_in_a_table(self, dcc, world, catalogue):
        first = make_announced(world, catalogue)
        second = make_draft(world, catalogue, from_versions=[], firmware_version="0A010300")
        page = text(dcc.get(address(catalogue.models["alder"])))
        assert "<polygon" in page
        assert "any other version: " in page
        assert first.reference in page and second.reference in page

    def test_nobody_learns_of_a_release_from_it_that_they_may_not_see(self, public, world, catalogue):
        draft = make_draft(world, catalogue)
        page = text(public.get(address(catalogue.models["alder"])))
        assert draft.reference not in page
        assert "No release that you may read" in page

    def test_it_costs_the_same_with_one_release_and_with_three(self, dcc, world, catalogue):
        make_draft(world, catalogue)
        with same_queries() as cost:
            cost.of(lambda: dcc.get(address(catalogue.models["alder"])))
            make_draft(world, catalogue)
            make_draft(world, catalogue, from_versions=[])
            cost.of(lambda: dcc.get(address(catalogue.models["alder"])))

    def test_a_model_without_firmware_says_so(self, dcc, catalogue):
        bare = HubModel.objects.create(name="Cedar 1", manufacturer_name="C", manufacturer="11A7", model="00000009")
        page = text(dcc.get(address(bare)))
        assert "No firmware is listed" in page and "not compared" in page


class TestKeeping:
    def test_dcc_lists_a_version(self, dcc, catalogue):
        alder = catalogue.models["alder"]
        assert dcc.get(f"/products/versions/add/?hub_model={alder.pk}").status_code == 200
        facts = {
            "hub_model": alder.pk,
            "version": "0a010300",
            "chts": "1.2",
            "gbcs": "4.0",
            "status": "current",
            "image_hash": "AB" * 32,
            "listed_on": "2017-01-09",
        }
        page = dcc.post("/products/versions/add/", facts, follow=True)
        assert "Alder 1 0A010300 is saved." in text(page)
        assert alder.versions.get(version="0A010300").image_hash == "ab" * 32

    def test_a_change_shows_in_the_history_with_what_it_was(self, dcc, catalogue):
        row = catalogue.versions[f"alder {OLD}"]
        answers = {
            "seen": fingerprint(row),
            "hub_model": row.hub_model_id,
            "version": OLD,
            "chts": "1.1",
            "gbcs": "3.2",
            "status": "removed",
            "listed_on": "2016-06-01",
            "removed_on": "2017-01-09",
        }
        assert row.version in text(dcc.get(address(row, "edit/")))
        page = text(dcc.post(address(row, "edit/"), answers, follow=True))
        assert "Status: current → removed" in page and "Removed on: nothing → 2017-01-09" in page
        assert "Manager" in page
        assert dcc.post(address(row, "edit/"), answers).status_code == 409

    def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(self, dcc, catalogue):
        model = catalogue.models["alder"]
        wrong = {
            "name": "Alder 9",
            "manufacturer_name": "X",
            "manufacturer": "10F2",
            "model": "zz",
            "image_type": "xyz",
        }
        answer = dcc.post(address(model, "edit/"), wrong | {"hardware_min": "0001", "hardware_max": "0002"})
        assert answer.status_code == 400
        assert "Give four hexadecimal digits" in text(answer) and "Alder 9" in text(answer)
        answer = dcc.post(
            address(model, "edit/"), wrong | {"image_type": "1", "hardware_min": "2", "hardware_max": "1"}
        )
        assert "Give eight hexadecimal digits" in text(answer)

    def test_dcc_adds_a_hub_model_and_a_validity_row(self, dcc, catalogue):
        assert dcc.get("/products/models/add/").status_code == 200
        model = {"name": "Cedar 1", "manufacturer_name": "C", "manufacturer": "11a7", "model": "0c010002"}
        numbers = {"image_type": "0x0201", "hardware_min": "0000", "hardware_max": "FFFF"}
        assert dcc.post("/products/models/add/", model | numbers).status_code == 302
        assert HubModel.objects.get(name="Cedar 1").image_type == 0x201
        assert dcc.get("/products/validity/add/").status_code == 200
        row = {"specification": "GBCS", "version": "4.0", "installation_from": "2017-01-09"}
        assert "GBCS 4.0" in text(dcc.post("/products/validity/add/", row, follow=True))

    def test_a_second_row_of_one_specification_is_refused_in_words(self, dcc, periods):
        row = periods[0]
        assert dcc.get(address(row, "edit/")).status_code == 200
        again = {"specification": "CHTS", "version": "1.1", "installation_from": "2017-01-09"}
        assert "already exists" in text(dcc.post("/products/validity/add/", again))
