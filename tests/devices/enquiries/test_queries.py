"""What an enquiry asks the database: three statements however many hubs, one more where only names open a release."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.enquiries import queries
from devices.enquiries.hubs import find
from devices.fleet.models import Hub
from devices.rollouts import verbs as rollouts
from devices.rollouts.models import HubUpdateEvent
from devices.rollouts.states import HubState
from releases.products.models import Cell
from releases.publishing.models import Release
from tests.factories.findings import make_hold
from tests.factories.releases import OLD
from tests.factories.rollouts import make_road

pytestmark = pytest.mark.django_db
NOBODYS = 10**9
NO_CELL = 4711


def hubs_in(catalogue, cell: str, count: int = 1) -> list[int]:
    rows = Hub.objects.filter(cell=catalogue.cells[cell].number).order_by("pk")
    return list(rows.values_list("eui64", flat=True)[:count])


@pytest.fixture
def asked(road, django_assert_num_queries):
    """Return a function that asks as somebody and checks how many statements that takes."""

    def ask(numbers, statements, who="supplier"):
        actor = road.world.actor(who, at=road.at)
        with django_assert_num_queries(statements):
            found = queries.answers(numbers, actor, road.at)
            for answer in found.values():  # whatever is shown of it was read already
                assert answer.hub.read_version.hub_model.name and answer.inventory_version and answer.running_version
                assert answer.cell and answer.cell.get_region_display()
                for update in answer.updates:
                    assert update.rollout.reference and update.rollout.get_state_display() and update.rollout.release
                    assert update.activates_from and update.wave.number >= 0
                for hold in answer.holds:
                    assert hold.reference and hold.get_stage_display() and hold.cause_words
                    assert hold.release is None or hold.release.reference
        return found

    return ask


@pytest.mark.parametrize("count", [1, 3])
def test_an_enquiry_is_three_statements(asked, catalogue, road, count):
    make_hold(road.world, road.rollout.release, at=road.at)
    make_hold(road.world, None, at=road.at)
    found = asked(hubs_in(catalogue, "north", count), 3)
    assert [(len(answer.updates), len(answer.holds)) for answer in found.values()] == [(1, 2)] * count


def test_what_is_foreign_and_what_is_not_there_cost_the_same_one(asked, catalogue):
    assert asked(hubs_in(catalogue, "birch"), 1) == {}
    assert asked([NOBODYS], 1) == {}


def test_names_on_an_amber_release_are_asked_for(asked, catalogue, road):
    make_hold(road.world, road.rollout.release, at=road.at)
    own = hubs_in(catalogue, "north")
    Release.objects.update(classification="amber")
    road.rollout.release.readers.set([road.world.organisation("heron")])
    assert [(len(one.updates), len(one.holds)) for one in asked(own, 5).values()] == [(1, 1)]
    road.rollout.release.readers.clear()
    assert [(one.updates, one.holds) for one in asked(own, 5).values()] == [([], [])]
    assert [(len(one.updates), len(one.holds)) for one in asked(own, 3, who="manager").values()] == [(1, 1)]


def test_a_hold_is_on_the_hub_models_of_its_release_alone(asked, catalogue, road):
    of_release, of_all = (make_hold(road.world, one, at=road.at) for one in (road.rollout.release, None))
    Cell.objects.filter(pk=catalogue.cells["birch"].pk).update(region="north")
    birch, north = hubs_in(catalogue, "birch"), hubs_in(catalogue, "north")
    found = asked([*birch, *north], 3, who="manager")
    assert [found[number].holds for number in (*birch, *north)] == [[of_all], [of_release, of_all]]


def test_a_hub_in_a_cell_that_is_not_there_is_in_no_home_of_anybody(catalogue, road, network):
    (own,) = hubs_in(catalogue, "north")
    Hub.objects.filter(eui64=own).update(cell=NO_CELL)
    assert (find([own])[own].cell, find([own])[own].home) == (NO_CELL, None)
    for who in ("supplier", "manager"):
        assert queries.answers([own], road.world.actor(who, at=road.at), road.at) == {}
    answer = queries.answers([own], road.world.actor(network, at=road.at), road.at)[own]
    assert (answer.cell, answer.running_version) == (None, OLD)


def test_the_history_in_two_rollouts_is_one_statement(catalogue, road, world):
    (own,) = hubs_in(catalogue, "north")
    road.deploy()
    rollouts.stop(road.fresh(), by=road.manager, at=road.at, why="A better plan is coming.")
    road.run()
    again = make_road(world, road.rollout.release)
    again.deploy()
    answer = queries.answers([own], road.manager, again.at)[own]
    assert [one.rollout for one in answer.updates] == [again.rollout, road.rollout]
    with CaptureQueriesContext(connection) as captured:
        moves = queries.with_history(answer).moves
    assert len(captured) == 1
    for update in answer.updates:
        rows = HubUpdateEvent.objects.filter(rollout=update.rollout, slot=update.slot)
        kept = list(rows.order_by("at", "attempt", "state").values_list("at", "state"))
        mine = [(move.at, int(move.state)) for move in moves if move.update is update]
        assert mine[::-1] == kept
        assert HubState.DEPLOYED in {state for _, state in kept}
    assert [move.at for move in moves] == sorted((move.at for move in moves), reverse=True)


def test_a_hub_in_no_rollout_has_no_history_to_ask_for(catalogue, road, django_assert_num_queries):
    (birch,) = hubs_in(catalogue, "birch")
    answer = queries.answers([birch], road.manager, road.at)[birch]
    with django_assert_num_queries(0):
        assert queries.with_history(answer).moves == []
