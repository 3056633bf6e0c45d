import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum
from django.urls import reverse

from devices.fleet import catalogue, contributes, queries, verbs
from devices.fleet.models import Hub, SmiStatus, World
from portal.people.models import Organisation
from portal.workflow.errors import Invalid
from releases.products.models import Cell, DeviceCombination, HubModel
from tests.factories.releases import make_catalogue
from tests.factories.world import SEED
from tests.html import mistakes


def fingerprint():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(concat_ws(',', id, eui64, cell, smi_status), ';' ORDER BY id)) FROM fleet_hub"
        )
        return cursor.fetchone()[0]


def test_an_empty_portal_gets_a_country(db, capsys):
    call_command("seed_fleet", "--hubs", "3000", "--seed", "7")
    assert capsys.readouterr().out.startswith("3,000 hubs from seed 7 in ")
    assert Hub.objects.count() == 3_000
    assert Cell.objects.aggregate(homes=Sum("homes"))["homes"] == Hub.objects.filter(cell__isnull=False).count()
    assert Organisation.objects.filter(kind="supplier").count() == 5
    hub = Hub.objects.order_by("id").first()
    assert hub.chf == str(hub) and hub.chf.startswith("0A-C4-F1-") and hub.gpf != hub.chf
    assert set(Hub.objects.filter(cell=None).values_list("smi_status", flat=True)) <= {
        SmiStatus.PENDING,
        SmiStatus.WHITELISTED,
        SmiStatus.DECOMMISSIONED,
        SmiStatus.WITHDRAWN,
    }


def test_existing_suppliers_and_products_are_kept(world):
    verbs.seed(hubs=500, seed=1, by=SEED, at=world.at)
    suppliers = set(Cell.objects.values_list("electricity_supplier__name", flat=True))
    assert suppliers == {"Heron Power", "Fernlight Energy"}
    assert set(Cell.objects.values_list("gas_supplier__name", flat=True)) == {"Heron Power", "Osprey Gas", None}
    assert DeviceCombination.objects.count() == len(catalogue.COMBINATIONS)
    assert HubModel.objects.count() == len(catalogue.HUB_MODELS)


def test_the_same_seed_gives_the_same_fleet(world):
    verbs.seed(hubs=800, seed=5, by=SEED, at=world.at)
    first = fingerprint()
    for model in (Hub, World, Cell):
        model.objects.all().delete()
    verbs.seed(hubs=800, seed=5, by=SEED, at=world.at)
    assert fingerprint() == first


def test_one_hub_is_a_fleet(world):
    verbs.seed(hubs=1, seed=5, by=SEED, at=world.at)
    assert str(World.objects.get()) == "1 hubs from seed 5"


def test_a_second_fleet_is_refused(db):
    call_command("seed_fleet", "--hubs", "10")
    with pytest.raises(CommandError, match="There is a fleet already"):
        call_command("seed_fleet", "--hubs", "10")


@pytest.mark.parametrize("hubs", [0, 2**32])
def test_impossible_numbers_are_refused(world, hubs):
    with pytest.raises(Invalid, match="number of hubs"):
        verbs.seed(hubs=hubs, seed=1, by=SEED, at=world.at)


class TestPage:
    @pytest.mark.parametrize(
        ("who", "homes"),
        [("manager", 380), ("supplier", 350), ("other_supplier", 50), ("rsa", 350), ("csp_north", 100)],
    )
    def test_each_counts_the_homes_it_may_see(self, world, sign_in, who, homes):
        make_catalogue(world)
        response = sign_in(who).get(reverse("fleet:fleet"))
        assert response.context["homes"] == homes
        assert not mistakes(response.content.decode())
        assert [link.text for link in contributes.navigation(world.actor(who))] == ["Fleet"]

    def test_others_are_refused(self, world, sign_in):
        assert sign_in("observer").get(reverse("fleet:fleet")).status_code == 403
        assert list(contributes.navigation(world.actor("observer"))) == []

    def test_an_empty_fleet(self, world, sign_in):
        assert "No hubs yet" in sign_in("manager").get(reverse("fleet:fleet")).content.decode()

    def test_rows_name_model_version_and_regions(self, world):
        make_catalogue(world)
        [row] = queries.homes_by_version(world.actor("supplier"))
        assert (row.hub_model, row.version, row.by_region) == ("Alder 1", "0A010100", (100, 0, 250))
