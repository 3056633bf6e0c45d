"""Homes change while a rollout runs: hubs wait for suppliers of today, alerts stay with those of the day."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.db.models import F, Sum

from devices.alerts import queries as alerts
from devices.alerts import verbs as alerting
from devices.alerts.reading import Cursor
from devices.detection import listening
from devices.enquiries import queries as enquiries
from devices.fleet.models import Day, Hub, SmiStatus, World
from devices.fleet.queries import visible_cells
from devices.gateway import NO_HOME
from devices.rollouts import compliance, insight, left_behind, tasks, verbs
from devices.rollouts.models import MovedHome, Rollout
from devices.rollouts.states import HubState, RolloutState
from devices.rollouts.verbs import living
from devices.simulator.scenarios import Life
from portal.people.models import Organisation
from portal.workflow.errors import NotNow
from releases.holds import verbs as holds
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from tests.factories.findings import make_hold
from tests.factories.rollouts import ENGINE, Road, assert_counts_agree, hubs_by_state

pytestmark = pytest.mark.django_db
SUPPLIERS, HUBS, NEW = Life(100, 0, 0, 0), Life(0, 0, 60, 0), Life(0, 0, 0, 150)


@pytest.fixture
def road(road) -> Road:
    World.objects.create(seed=3, hubs=Hub.objects.count())
    return road


def live(road: Road, life: Life, days: int = 1):
    """Let so many days pass in the homes; the hubs whose cell changed."""
    found = []
    for _ in range(days):
        newest = Day.objects.order_by("-day").first()
        day = (newest.day if newest else road.at.date()) + timedelta(days=1)
        found += verbs.pass_day(day, life=life, by=ENGINE, at=road.at)
    return found


def assert_homes_add_up(homes: int) -> None:
    assert Cell.objects.aggregate(total=Sum("homes"))["total"] == homes
    with connection.cursor() as cursor:
        cursor.execute("SELECT cell, count(*) FROM fleet_hub WHERE cell IS NOT NULL GROUP BY 1")
        hubs = dict(cursor.fetchall())
    assert {number: hubs.get(number, 0) for number in Cell.objects.values_list("pk", flat=True)} == dict(
        Cell.objects.values_list("pk", "homes")
    )


def cells_of(rollout: Rollout) -> dict[int, int]:
    """The cell of each hub by the vectors of the batches, which the rows repeat."""
    vectors = {}
    for batch in rollout.batches.all():
        hubs, cells = np.frombuffer(batch.hubs, np.uint32).tolist(), np.frombuffer(batch.cells, np.uint32).tolist()
        assert batch.cell_numbers == sorted({*cells})
        vectors |= dict(zip(hubs, cells, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT hub_id, cell FROM rollouts_hubupdate WHERE rollout_id = %s", [rollout.pk])
        assert dict(cursor.fetchall()) == vectors
    return vectors


def test_a_rollout_follows_its_homes_and_they_add_up_at_its_end(road):
    homes = Cell.objects.aggregate(total=Sum("homes"))["total"]
    road.start()
    for life in (SUPPLIERS, HUBS, NEW):
        road.turn()
        live(road, life)
        assert_homes_add_up(homes + Day.objects.aggregate(total=Sum("installations"))["total"])
        today = dict(Hub.objects.filter(pk__lte=380).values_list("pk", "cell"))
        assert cells_of(road.rollout) == {
            hub: cell or NO_HOME for hub, cell in today.items() if hub in cells_of(road.rollout)
        }
    road.run()
    road.activate()
    road.turn()
    live(road, Life(100, 0, 60, 10), days=2)
    road.run()
    assert road.rollout.state == RolloutState.FINISHED
    assert_counts_agree(road.rollout)
    assert_homes_add_up(homes + Day.objects.aggregate(total=Sum("installations"))["total"])


def test_a_hub_waits_for_the_hold_on_its_supplier_of_today(road):
    osprey = Organisation.objects.get(name="Osprey Gas")
    make_hold(road.world, road.rollout.release, cohort=Cohort(suppliers=frozenset({osprey.pk})), at=road.at)
    live(road, SUPPLIERS)
    held = set(Cell.objects.filter(gas_supplier=osprey).values_list("pk", flat=True))
    kept = {hub for hub, cell in cells_of(road.rollout).items() if cell in held}
    gained = MovedHome.objects.filter(now__in=held).count()
    assert gained and MovedHome.objects.filter(was__in=held).exists()
    road.deploy()
    assert hubs_by_state(road.rollout)[HubState.SCHEDULED] == len(kept)
    assert compliance.of(road.rollout).is_kept


def test_what_was_asked_before_a_change_is_judged_by_the_suppliers_of_that_day(road):
    """The negative control forgets where homes were: then hubs seem to have been asked in spite of a hold."""
    osprey = Organisation.objects.get(name="Osprey Gas")
    make_hold(road.world, road.rollout.release, cohort=Cohort(suppliers=frozenset({osprey.pk})), at=road.at)
    road.at += timedelta(minutes=1)
    road.deploy()
    road.at += timedelta(minutes=1)
    live(road, SUPPLIERS)
    assert compliance.of(road.rollout).asked_in_spite == 0
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE rollouts_movedhome")
    assert compliance.of(road.rollout).asked_in_spite > 0


def test_a_hub_taken_down_is_asked_no_more_and_ends_excluded(road):
    road.start()
    road.turn()  # the first wave was asked and owes its answers
    changes = live(road, HUBS)
    gone = {change.hub for change in changes}
    assert gone and {change.now for change in changes} == {NO_HOME}
    assert set(Hub.objects.filter(smi_status=SmiStatus.DECOMMISSIONED).values_list("pk", flat=True)) == gone
    road.run()
    road.activate()
    road.run()
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM rollouts_hubupdate WHERE hub_id = ANY(%s)", [list(gone)])
        states = {HubState(state) for (state,) in cursor.fetchall()}
    assert states <= {HubState.EXCLUDED, HubState.EXPIRED} and HubState.EXCLUDED in states
    assert_counts_agree(road.rollout)
    assert not Hub.objects.filter(pk__in=gone, cell__isnull=False).exists()


def test_alerts_stay_with_who_supplied_the_home_when_it_activated(road):
    road.deploy()
    road.activate()
    for _ in range(3):
        road.turn()
    alerting.number()
    actor = road.manager

    def told():
        return [(one.place, one.chf, one.supplier) for one in alerts.page(actor, Cursor(), 1_000).rows]

    before = told()
    live(road, Life(100, 0, 60, 0), days=2)
    assert MovedHome.objects.filter(had_activated=True).exists()
    assert told() == before
    read = alerts.page(actor, Cursor(), 1_000).following
    road.run()
    alerting.number()
    assert told()[: len(before)] == before
    later = alerts.page(actor, read, 1_000).rows
    suppliers = {hub.chf: Cell.objects.get(pk=hub.cell) for hub in Hub.objects.exclude(cell=None)}
    assert later
    for one in later:  # activated since: their suppliers of today
        cell = suppliers[one.chf]
        assert one.supplier.pk in {cell.electricity_supplier_id, cell.gas_supplier_id}


def test_a_supplier_asks_about_the_homes_it_has_today(road):
    supplier = road.world.actor("supplier", at=road.at)
    changes = live(road, SUPPLIERS)
    own = {number for number in Cell.objects.filter(visible_cells(supplier)).values_list("pk", flat=True)}
    lost = [change.hub for change in changes if change.was in own and change.now not in own]
    numbers = dict(Hub.objects.values_list("pk", "eui64"))
    assert not enquiries.answers([numbers[hub] for hub in lost], supplier, road.at)
    kept = [change.hub for change in changes if change.now in own]
    assert kept and len(enquiries.answers([numbers[hub] for hub in kept], supplier, road.at)) == len(kept)


def test_hubs_that_were_taken_down_are_in_no_part_and_heard_of_no_more(road):
    road.deploy()
    live(road, HUBS)
    parts = insight.parts(road.rollout, [HubState.DEPLOYED])
    in_homes = sum(cell != NO_HOME for cell in cells_of(road.rollout).values())
    assert sum(part.hubs for part in parts if part.name.startswith("Region")) == in_homes
    heard = listening.hear(Rollout.objects.get(pk=road.rollout.pk), 1)
    assert NO_HOME not in heard.cells and heard.watched.sum() <= in_homes


def test_a_hidden_fault_stays_with_its_devices_whoever_supplies_the_home(road):
    (north,) = Cell.objects.filter(region="north")
    Rollout.objects.update(regressing_cells=[north.number])
    changes = live(road, SUPPLIERS, days=2)
    gained = {change.now for change in changes if change.was == north.number}
    assert gained and gained <= set(road.fresh().regressing_cells)
    alike = Cell.objects.filter(number__in=road.rollout.regressing_cells).values_list("combination", flat=True)
    assert set(alike) == {north.combination_id}


def test_hubs_installed_since_catch_up_when_they_are_enough(road, monkeypatch):
    road.finish()
    live(road, NEW)
    new = Hub.objects.filter(pk__gt=380, cell__in=road.rollout.source_cells).count()
    assert new > 0
    monkeypatch.setattr(left_behind, "LEAST_NEW", new + 1)
    assert verbs.catch_up(road.rollout, by=ENGINE, at=road.at) is None
    monkeypatch.setattr(left_behind, "LEAST_NEW", new)
    wave = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    assert wave.hubs == new
    assert verbs.catch_up(road.rollout, by=ENGINE, at=road.at) is None


def test_a_catch_up_wave_takes_hubs_in_their_cells_of_today(road):
    hold = make_hold(road.world, road.rollout.release, at=road.at)
    road.deploy()
    road.activate()
    road.run()
    changes = live(road, Life(100, 0, 60, 0))
    holds.lift(hold, ground="dcc", why="Tested again.", by=road.manager, at=road.at)
    wave = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    gone = {change.hub for change in changes if change.now == NO_HOME}
    found = cells_of(wave)
    assert not found.keys() & gone
    assert found == dict(Hub.objects.filter(pk__in=found).values_list("pk", "cell"))


@pytest.mark.parametrize("state", [RolloutState.PREPARING, RolloutState.FINISHING])
def test_no_day_passes_while_a_rollout_writes_down_where_hubs_are(road, state):
    Rollout.objects.update(state=state)
    with pytest.raises(NotNow, match=f"is {state}: until then every hub stays"):
        live(road, SUPPLIERS)
    assert not Day.objects.exists()


def test_a_step_that_found_its_batch_taken_is_published_again(road, monkeypatch):
    road.start()
    published = []
    monkeypatch.setattr(living, "enqueue", lambda name, **values: published.append((name, values)))
    verbs.advance(road.fresh(), by=ENGINE, at=road.at)
    live(road, SUPPLIERS)
    due = road.rollout.batches.filter(due_at__lte=road.at).values_list("pk", "phase")
    assert published == [("rollouts.step", {"batch_id": pk, "phase": phase}) for pk, phase in due.order_by("pk")]


class TestTask:
    def test_the_days_that_are_over_pass(self, road, set_clock):
        set_clock(road.at)
        assert tasks.pass_days() == 1
        set_clock(road.at + timedelta(days=2))
        assert tasks.pass_days() == 2
        assert tasks.pass_days() == 0

    def test_they_wait_for_a_rollout_and_are_only_the_demonstrations(self, road, set_clock, settings):
        set_clock(road.at)
        Rollout.objects.update(state=RolloutState.PREPARING, version=F("version"))
        assert tasks.pass_days() == 0
        Rollout.objects.update(state=RolloutState.PLANNED)
        settings.HOMES_CHANGE = False
        assert tasks.pass_days() == 0
