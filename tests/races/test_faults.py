"""A rollout in bad weather; `make bench PART=faults` has the same with everything a hundred times over."""

from collections.abc import Iterator

import pytest

from devices.rollouts import verbs
from devices.rollouts.models import ActivationBlock, HubUpdateEvent
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState
from devices.rollouts.verdicts import Thresholds
from tests.factories.crew import Workers
from tests.factories.faults import Ordeal, Weather, hasty
from tests.factories.rightness import assert_nothing_is_wrong, repeated, trespasses, wrong_alerts
from tests.factories.rollouts import make_started


@pytest.fixture
def workers(transactional_db) -> Iterator[Workers]:
    """A real worker with two processes on this test's database, to be killed and started again."""
    crew = Workers(logs="races")
    try:
        yield crew
    finally:
        crew.kill()


def test_nothing_is_wrong_after_kills_losses_and_a_storm_of_pauses(workers):
    with hasty():
        road = make_started(
            factor=29,
            waves=(WaveSpec(hubs=2_000), WaveSpec(share=1.0)),
            thresholds=Thresholds(0.60, 200, 0.95),
            scenario="storm",
        )
        ordeal = Ordeal(road, workers, Weather(kills=4, flushes=1, steps_back=1))
        rollout = ordeal.run()
    assert rollout.state == "finished", rollout.stood_still_why
    assert_nothing_is_wrong(rollout, road.manager)


def test_the_checks_see_what_is_wrong(transactional_db):
    """Negative control: a hub asked in a pause, one that goes twice, an activation told twice."""
    road = make_started(factor=1)
    road.run()
    road.activate()
    road.turn()
    road.turn()
    verbs.pause(road.fresh(), by=road.manager, at=road.at, why="Wait.")
    assert (trespasses(road.rollout), repeated(road.rollout), wrong_alerts(road.rollout, road.manager)) == ({}, 0, 0)
    asked = HubUpdateEvent.objects.filter(rollout=road.rollout, state=HubState.ACTIVATING).first()
    block = ActivationBlock.objects.filter(rollout=road.rollout).first()
    asked._state.adding = True
    asked.save(force_insert=True)
    block.pk = None
    block.save()
    assert trespasses(road.rollout) == {"rollouts.rollout": 1}
    assert repeated(road.rollout) == 1
    assert wrong_alerts(road.rollout, road.manager) >= block.hubs
