"""What the live page says beyond counts."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from devices.gateway import Stage
from devices.rollouts import insight, pages, queries, verbs
from devices.rollouts.models import NightlyCapacity
from devices.rollouts.states import HubState
from releases.products.models import Cell
from tests.factories.ballots import set_clock
from tests.factories.queries import same_queries
from tests.factories.rollouts import make_road


@pytest.fixture(autouse=True)
def nothing_kept():
    """What is kept for a few seconds belongs to another test."""
    cache.clear()


def live(road, who="manager"):
    return pages.live(road.fresh(), road.world.actor(who, at=road.at), road.at)


class TestParts:
    def test_each_axis_counts_every_hub_once(self, road):
        road.deploy()
        found = insight.parts(road.rollout, pages.DONE_DEPLOYING)
        regions = [part for part in found if part.name.startswith("Region")]
        models = [part for part in found if part.name.startswith("Hub model")]
        assert [(part.name, part.hubs) for part in regions] == [("Region North", 100), ("Region South", 250)]
        by_state = queries.figures(road.rollout).by_state
        for axis in (regions, models, [part for part in found if part not in regions and part not in models]):
            assert sum(part.hubs for part in axis) == 350
            assert sum(part.reached for part in axis) == by_state[HubState.DEPLOYED]
            assert sum(part.failed for part in axis) == by_state[HubState.FAILED] + by_state[HubState.EXPIRED]

    def test_the_worst_combinations_come_first(self, world, served):
        road = make_road(world, served, scenario="regressing_cohort")
        road.deploy()
        road.activate()
        road.run()
        combinations = insight.parts(road.rollout, [HubState.ACTIVATED])[3:]
        assert combinations[0].share == max(part.share for part in combinations) > 0.05
        assert combinations == sorted(combinations, key=lambda part: -part.share)

    def test_names_kept_for_other_cells_are_read_again(self, road):
        cache.set(f"rollout-names-{road.rollout.pk}", {})
        assert insight.parts(road.rollout, pages.DONE_DEPLOYING)[0].name == "Region North"

    def test_nobody_has_reported_yet(self, road):
        assert {(part.reported, part.share) for part in insight.parts(road.rollout, [HubState.ACTIVATED])} == {(0, 0.0)}


class TestWhen:
    def test_a_running_programme_ends_after_its_waits(self, road):
        road.start()
        road.turn()
        assert road.at <= live(road)["expected_end"] <= road.at + timedelta(hours=1)

    def test_capacity_puts_it_off(self, road):
        road.start()
        road.turn()
        free = live(road)["expected_end"]
        NightlyCapacity.objects.create(region="south", deployment=50, stated_at=road.at)
        assert live(road)["expected_end"] >= free + timedelta(days=3)
        NightlyCapacity.objects.update(deployment=0)
        assert live(road)["expected_end"] is None

    def test_one_that_stands_still_or_is_over_has_no_end_to_expect(self, road):
        assert live(road)["expected_end"] is None
        road.start()
        verbs.pause(road.rollout, by=road.manager, at=road.at, why="Wait.")
        assert live(road)["expected_end"] is None

    def test_the_rate_counts_from_the_start_of_the_programme(self, road):
        assert live(road)["per_hour"] is None
        road.deploy()
        assert live(road)["per_hour"] is None  # in no time
        road.at += timedelta(minutes=30)
        found = live(road)
        assert found["per_hour"] == 2 * found["reached"]

    def test_activations_over_time_end_at_all_of_them(self, road):
        assert insight.over_time(road.rollout) is None
        road.deploy()
        road.activate()
        assert insight.over_time(road.rollout) is None
        road.run()
        found = insight.over_time(road.rollout)
        assert found.hubs[-1] == queries.figures(road.rollout).by_state[HubState.ACTIVATED]
        assert len(found.labels) == len(found.hubs) <= insight.POINTS
        assert found.hubs == sorted(found.hubs)


class TestWorking:
    def test_every_verdict_is_shown_with_its_interval(self, road):
        road.deploy()
        road.activate()
        road.run()
        found = insight.working(road.rollout.waves.all())
        assert [(one.wave, one.stage) for one in found] == [
            (wave, stage.word) for wave in (1, 2) for stage in (Stage.DEPLOYMENT, Stage.ACTIVATION)
        ]
        assert all(one.low <= one.share <= one.high for one in found)
        assert {one.weighed for one in found} <= {True, False}


def test_the_page_shows_it_all_and_asks_the_same_for_more_waves_and_cells(road, sign_in):
    road.deploy()
    road.activate()
    road.turn()
    road.step()
    set_clock(road.at + timedelta(minutes=10))
    client, url = sign_in("manager"), reverse("rollouts:progress", args=[road.rollout.reference])

    def look():
        cache.clear()
        return client.get(url)

    with same_queries() as cost:
        text = cost.of(look).content.decode()
        road.run()
        Cell.objects.filter(homes=0).update(homes=1)
        type(road.rollout).objects.filter(pk=road.rollout.pk).update(state="activating")
        cost.of(look)
    for words in (
        "Hubs activated over time",
        "How each verdict came about",
        "the combinations that do worst",
        "an hour",
    ):
        assert words in text
