"""Days in the homes of an invented country: what they bring, that they pass once, and that homes still add up."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.db.models import Sum
from django.urls import reverse

from devices.fleet import can, catalogue, queries, verbs
from devices.fleet.generation import eui64
from devices.fleet.models import Day, Hub, SmiStatus, World
from devices.simulator.scenarios import Life
from portal.journal.models import Entry
from portal.workflow.errors import NotNow
from releases.products.models import Cell, DeviceCombination
from tests.factories.world import SEED
from tests.html import mistakes

BUSY = Life(30, 20, 10, 10)
NOTHING = Life(0, 0, 0, 0)
DAY = date(2017, 2, 1)


@pytest.fixture
def country(world):
    verbs.seed(hubs=3_000, seed=7, by=SEED, at=world.at)
    return world


def live(world, day=DAY, life=BUSY):
    return verbs.pass_day(day, life=life, by=SEED, at=world.at)


def by_cell():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cell, count(*) FROM fleet_hub WHERE cell IS NOT NULL GROUP BY 1")
        return dict(cursor.fetchall())


def test_homes_add_up_after_any_days_each_counted_once(country):
    homes = Cell.objects.aggregate(total=Sum("homes"))["total"]
    for number in range(4):
        live(country, DAY + timedelta(days=number))
    days = Day.objects.all()
    assert all(min(day.counts.values()) > 0 for day in days)
    assert Cell.objects.aggregate(total=Sum("homes"))["total"] == homes + sum(day.installations for day in days)
    assert by_cell() == dict(Cell.objects.filter(homes__gt=0).values_list("number", "homes"))


def test_what_a_day_brings(country):
    was = dict(Hub.objects.values_list("pk", "cell"))
    changes = live(country)
    day = Day.objects.get()
    assert len(changes) == day.changes_of_supplier + day.meter_exchanges + day.hub_exchanges
    cells = Cell.objects.in_bulk()
    for change in changes:
        hub = Hub.objects.get(pk=change.hub)
        assert was[change.hub] == change.was != change.now == (hub.cell or 0)
        assert (hub.cell is None) == (hub.smi_status == SmiStatus.DECOMMISSIONED)
        if hub.cell is not None:
            before, after = cells[change.was], cells[change.now]
            assert (before.region, before.firmware_id) == (after.region, after.firmware_id)
            assert before.combination.hub_model_id == after.combination.hub_model_id
    new = Hub.objects.filter(pk__gt=3_000).order_by("pk")
    assert [hub.pk for hub in new] == list(range(3_001, 3_001 + day.hub_exchanges + day.installations))
    assert [hub.eui64 for hub in new] == eui64(np.arange(3_001, 3_001 + len(new))).tolist()
    assert {hub.smi_status for hub in new} <= {SmiStatus.COMMISSIONED, SmiStatus.INSTALLED_NOT_COMMISSIONED}
    oldest = {entry.hub_model: entry.version for entry in reversed(catalogue.FIRMWARE)}
    for hub in new:
        assert hub.inventory_version_id == hub.read_version_id == cells[hub.cell].firmware_id
        assert hub.read_version.version == oldest[hub.read_version.hub_model.name]
    assert Entry.objects.get(verb="pass_day").data == day.counts
    assert str(day) == "The 1 February 2017"


def test_combinations_come_about_by_the_meters_fitted_today(country):
    before = set(DeviceCombination.objects.values_list("pk", flat=True))
    live(country)
    new = DeviceCombination.objects.exclude(pk__in=before)
    assert new.exists()
    assert all({row.esme.name, row.gsme and row.gsme.name} & {*catalogue.FITTED_TODAY} for row in new)
    assert not new.filter(smets=1).exists()
    made = DeviceCombination.objects.count()
    live(country, DAY + timedelta(days=1))
    assert DeviceCombination.objects.filter(cells__isnull=False).distinct().count() <= made * 2


def test_the_same_seed_has_the_same_days(country):
    first = live(country)
    for model in (Day, Hub, World, Cell):
        model.objects.all().delete()
    verbs.seed(hubs=3_000, seed=7, by=SEED, at=country.at)
    numbers = {(one.hub, one.was) for one in live(country)}
    assert numbers == {(one.hub, one.was) for one in first}


def test_a_day_passes_once_and_in_order(country):
    live(country, life=NOTHING)
    assert Day.objects.get().counts == dict.fromkeys(Day.objects.get().counts, 0)
    for day in (DAY, DAY - timedelta(days=1)):
        with pytest.raises(NotNow, match="The 1 February 2017 has passed already"):
            live(country, day)


def test_the_fleet_page_says_what_the_last_day_brought(country, sign_in):
    url = reverse("fleet:fleet")
    assert "live on" not in sign_in("manager").get(url).content.decode()
    live(country, life=NOTHING)
    words = "no homes changed supplier, no meters and no hubs were exchanged, no hubs installed."
    text = sign_in("manager").get(url).content.decode()
    assert f"1 February 2017, all of them: {words}" in text
    assert not mistakes(text)


def test_a_real_fleet_lives_by_itself(world):
    assert "no invented country" in can.pass_day.why_not(DAY)
    assert queries.due_days(world.at) == []


def test_days_are_due_when_they_are_over(country):
    (first,) = queries.due_days(country.at)
    live(country, first, NOTHING)
    assert queries.due_days(country.at) == []
    assert queries.due_days(country.at + timedelta(days=2)) == [first + timedelta(days=1), first + timedelta(days=2)]
    assert len(queries.due_days(country.at + timedelta(days=200))) == queries.MOST_DAYS
