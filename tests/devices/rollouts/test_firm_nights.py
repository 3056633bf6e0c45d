"""A rollout under the scheduling approach: one wave a firm night, and by itself on its dates."""

from datetime import UTC, date, datetime, timedelta

import pytest

from devices.fleet.models import Hub
from devices.rollouts import verbs
from devices.rollouts.contributes import due
from devices.rollouts.models import HubUpdate
from devices.rollouts.states import RolloutState
from devices.rollouts.verdicts import Thresholds
from portal.workflow.actor import system
from portal.workflow.errors import Invalid
from portal.working_days import start_of
from releases.gates import verbs as gates
from releases.products.models import Cell, ValidityPeriod
from releases.publishing import scope
from releases.publishing import verbs as publishing
from releases.scheduling import verbs as scheduling
from releases.scheduling.problem import Placement
from tests.factories.exercises import NIGHTS, make_confirmed, terms
from tests.factories.meanwhile import meanwhile
from tests.factories.rollouts import DEPLOYMENT_DAY, ENGINE, make_hubs, make_road

pytestmark = pytest.mark.django_db
MIDNIGHT = start_of(date(2017, 2, 2))


@pytest.fixture
def release(world, catalogue):
    """Announced on firm dates, everybody served."""
    make_hubs()
    for specification, version in (("CHTS", "1.1"), ("GBCS", "3.2")):
        ValidityPeriod.objects.create(specification=specification, version=version, installation_from=date(2016, 1, 1))
    announced = publishing.announce(make_confirmed(world, catalogue).release, by=world.actor("manager"), at=world.at)
    for organisation in scope.recipients(announced):
        publishing.serve_by_other_means(announced, organisation, why="By hand.", by=world.actor("manager"), at=world.at)
    return announced


@pytest.fixture
def road(world, release):
    """Judged by limits that no draw of so few hubs comes near."""
    return make_road(world, release, thresholds=Thresholds(limit=0.6, minimum=20, confidence=0.95))


def start_due(road, at):
    road.at = at
    return verbs.start_due(by=ENGINE, at=at)


def deployed(road):
    if road.fresh().state == RolloutState.PLANNED:
        road.approve()
    assert start_due(road, DEPLOYMENT_DAY) == 1
    assert road.run().state == RolloutState.DEPLOYED
    return road


def activating(road):
    deployed(road)
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    assert start_due(road, MIDNIGHT) == 1
    return road


def activated(road):
    return [wave.number for wave in road.fresh().waves.filter(state="activated").order_by("number")]


def test_one_wave_a_firm_night_with_the_homes_it_was_confirmed_for(road):
    waves = list(road.rollout.waves.order_by("number"))
    assert [(wave.night, wave.high - wave.low) for wave in waves] == [
        (date(2017, 2, 2), 200),
        (date(2017, 2, 3), 100),
        (date(2017, 2, 6), 50),
    ]
    shared = Cell.objects.get(number=3)
    assert set(HubUpdate.objects.filter(rollout=road.rollout, wave=2).values_list("cell", flat=True)) == {shared.number}
    assert road.rollout.exercise.reference.startswith("SX-")


def test_hubs_without_a_firm_night_are_left_out(world, release):
    stranger = Cell.objects.get(number=3)
    stranger.electricity_supplier = stranger.gas_supplier = world.organisation("fernlight")
    stranger.save()
    rollout = make_road(world, release).rollout
    assert [(wave.night.day, wave.high - wave.low) for wave in rollout.waves.order_by("number")] == [(2, 200), (3, 100)]


def test_a_plan_without_any_is_cancelled(world, release):
    Hub.objects.filter(cell__in=[2, 3]).delete()
    Cell.objects.filter(number=1).update(region="central")
    rollout = make_road(world, release).rollout
    assert rollout.state == RolloutState.CANCELLED


def test_a_night_too_small_to_be_judged_is_refused(world, release):
    with pytest.raises(Invalid, match="The night of 6 February 2017 has 50 homes, fewer than the 60 reports needed"):
        make_road(world, release, thresholds=Thresholds(limit=0.10, minimum=60, confidence=0.95))


def test_it_starts_by_itself_and_each_wave_waits_for_its_night(road):
    road.approve()
    before = road.rollout.release.planned_deployment_at - timedelta(seconds=1)
    assert start_due(road, before) == 0
    activating(road)
    road.run()
    assert activated(road) == [0]
    road.at = start_of(date(2017, 2, 3)) - timedelta(seconds=1)
    road.run()
    assert activated(road) == [0]
    for day, passed in ((3, [0, 1]), (6, [0, 1, 2])):
        road.at = start_of(date(2017, 2, day))
        road.run()
        assert activated(road) == passed
    assert road.fresh().state == RolloutState.FINISHED


def test_activation_waits_for_the_first_night_and_for_the_gate(road):
    deployed(road)
    assert start_due(road, MIDNIGHT - timedelta(seconds=1)) == 0
    assert start_due(road, MIDNIGHT) == 0  # nobody has cleared the release yet
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    assert start_due(road, MIDNIGHT) == 1
    assert start_due(road, MIDNIGHT) == 0


def test_somebody_was_faster(road):
    road.approve()
    faster = 'FROM "rollouts_rollout" INNER JOIN'
    with meanwhile(faster, lambda: verbs.start(road.fresh(), by=road.manager, at=road.at)):
        assert start_due(road, DEPLOYMENT_DAY) == 0


def test_dates_that_were_replaced_activate_nobody_any_more(world, road):
    deployed(road)
    later = tuple(Placement(one.group, one.day + timedelta(days=7), one.homes) for one in NIGHTS)
    at = datetime(2017, 1, 20, 12, tzinfo=UTC)
    manager = world.actor("manager", at=at)
    chosen = terms(last=date(2017, 2, 20), closes_at=at + timedelta(hours=1))
    opened = scheduling.open_exercise(road.fresh().release, chosen, by=manager, at=at)
    closed = scheduling.close_exercise(opened, by=manager, at=at)
    scheduling.confirm(closed, later, why="A halt elsewhere.", by=manager, at=at)
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=start_of(date(2017, 2, 9)))
    assert start_due(road, start_of(date(2017, 2, 9))) == 0
    verbs.start_activation(road.fresh(), by=road.manager, at=road.at)
    road.run()
    rollout = road.fresh()
    assert (rollout.state, activated(road)) == (RolloutState.PAUSED, [])


def test_its_dates_are_among_the_clocks(world, road):
    def texts(at):
        return [one.text for one in due(world.actor("manager"), at) if "answer" not in one.text]

    planned = road.rollout.release.planned_deployment_at
    assert texts(planned - timedelta(hours=1)) == [f"Rollout {road.rollout}: deployment starts"]
    deployed(road)
    assert texts(DEPLOYMENT_DAY) == [f"Rollout {road.rollout}: activation starts"]
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    start_due(road, MIDNIGHT)
    assert f"Rollout {road.rollout}: wave 2 activates" in texts(MIDNIGHT)
