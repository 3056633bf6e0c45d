"""No more hubs of a region a night than its CSP states; what a night has no room for is asked in the next."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db.models import Sum

from devices.gateway import Stage
from devices.rollouts import nights, pacing, pages, verbs
from devices.rollouts.models import Batch, HubUpdateEvent, Night, NightlyCapacity
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState
from devices.rollouts.verdicts import Thresholds
from devices.rollouts.windows import night_of
from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from tests.factories.rollouts import assert_counts_agree, make_road

ONE_WAVE = {"waves": (WaveSpec(share=1.0),), "thresholds": Thresholds(limit=0.5, minimum=20, confidence=0.95)}


@pytest.fixture
def road(world, served):
    """350 hubs in one wave: 100 in the North, 250 in the South."""
    return make_road(world, served, **ONE_WAVE)


def state(road, region="north", deployment=None, activation=None, who="csp_north", **changes):
    by = road.world.actor(who, at=road.at)
    return verbs.state_capacity(region, deployment, activation, by=by, at=road.at, **changes)


def run_on(road):
    """Turn the machine, night by night, until the programme is over; every step at the moment it falls due."""
    for _ in range(400):
        rollout = road.run()
        due = rollout.batches.filter(due_at__gt=road.at).order_by("due_at").values_list("due_at", flat=True).first()
        if due is None or rollout.state not in ("deploying", "activating", "finishing"):
            return rollout
        road.at = due
    raise AssertionError("still running")


@pytest.fixture
def by_night(road):
    """Return a function that counts the hubs asked by night in the North, from the events."""

    def count(to):
        regions = {}
        for low, vector in Batch.objects.filter(rollout=road.rollout).values_list("low", "regions"):
            regions |= {low + place: number for place, number in enumerate(bytes(vector))}
        counted = {}
        for slot, at in HubUpdateEvent.objects.filter(rollout=road.rollout, state=to).values_list("slot", "at"):
            if regions[slot] == 0:
                counted[night_of(at)] = counted.get(night_of(at), 0) + 1
        return counted

    return count


class TestFullNights:
    def test_the_rest_is_asked_in_the_next_nights_and_nobody_is_lost(self, road, by_night):
        state(road, deployment=30)
        road.start()
        assert run_on(road).state == "deployed"
        counted = by_night(HubState.DISTRIBUTING)
        assert len(counted) >= 4
        assert max(counted.values()) == 30
        assert dict(Night.objects.filter(stage=Stage.DEPLOYMENT).values_list("begins", "hubs")) == counted
        hubs = assert_counts_agree(road.rollout)
        assert hubs.get(HubState.SCHEDULED, 0) == 0
        assert hubs[HubState.DEPLOYED] > 300

    def test_activation_has_a_capacity_of_its_own_and_keeps_to_its_window(self, world, served):
        road = make_road(world, served, window_opens=time(22), window_closes=time(4), **ONE_WAVE)
        state(road, activation=40)
        road.deploy()
        assert not Night.objects.exists()
        road.activate()
        assert run_on(road).state == "finished"
        asked = Night.objects.filter(stage=Stage.ACTIVATION)
        assert asked.aggregate(total=Sum("hubs"))["total"] >= 90
        assert max(asked.values_list("hubs", flat=True)) == 40
        assert_counts_agree(road.rollout)

    def test_silent_hubs_are_asked_no_oftener_than_planned(self, world, served):
        road = make_road(world, served, scenario="storm", **ONE_WAVE)
        state(road, deployment=35)
        road.start()
        run_on(road)
        attempts = HubUpdateEvent.objects.filter(rollout=road.rollout).values_list("attempt", flat=True)
        assert max(attempts) <= road.rollout.turns
        assert_counts_agree(road.rollout)
        assert HubState.UNREACHABLE not in assert_counts_agree(road.rollout)

    def test_a_region_with_no_room_at_all_waits_and_the_others_move(self, road):
        state(road, deployment=0)
        road.start()
        road.run()
        assert Batch.objects.get(rollout=road.rollout).rest_at == datetime(2017, 1, 18, 12, tzinfo=UTC)
        assert pages.live(road.fresh(), road.manager, road.at)["closed_regions"] == ["North"]
        road.at += timedelta(hours=3)
        road.run()
        assert road.fresh().state == "deploying"
        assert assert_counts_agree(road.rollout)[HubState.SCHEDULED] == 100

    def test_a_capacity_raised_in_the_night_is_used_at_once(self, road):
        state(road, deployment=0)
        road.start()
        road.run()
        state(road, deployment=None)
        assert road.run().state == "deployed"
        assert NightlyCapacity.objects.get().version == 2

    def test_a_stopped_rollout_asks_no_rest(self, road):
        state(road, deployment=10)
        road.start()
        road.run()
        verbs.stop(road.fresh(), by=road.manager, at=road.at, why="Enough.")
        assert run_on(road).state == "stopped"
        assert assert_counts_agree(road.rollout)[HubState.EXCLUDED] >= 90

    def test_two_rollouts_share_a_night(self, road):
        state(road, deployment=30)
        Night.objects.create(begins=night_of(road.at), region=0, stage=Stage.DEPLOYMENT, hubs=25)
        road.start()
        road.turn()
        assert Night.objects.get().hubs == 30
        assert assert_counts_agree(road.rollout)[HubState.SCHEDULED] == 95


class TestStating:
    def test_it_is_journalled_told_and_shown(self, road):
        capacity = state(road, deployment=500)
        entry = Entry.objects.get(verb="state_capacity")
        assert entry.data == {
            "region": "north",
            "was": {"deployment": None, "activation": None},
            "now": {"deployment": 500, "activation": None},
        }
        assert str(capacity) == "Nightly capacity of North"
        assert Message.objects.filter(kind="rollouts.capacity").exists()
        assert pacing.limits(Stage.DEPLOYMENT) == {0: 500}
        assert pacing.limits_in_order(Stage.DEPLOYMENT) == [500, None, None]
        assert pacing.limits(Stage.ACTIVATION) == {}

    @pytest.mark.parametrize(("who", "region"), [("csp_north", "south"), ("manager", "north"), ("supplier", "north")])
    def test_only_the_operator_of_the_regions_csp_states_it(self, road, who, region):
        with pytest.raises(NotAllowed, match="own CSP"):
            state(road, region, 5, who=who)

    def test_what_makes_no_capacity(self, road):
        with pytest.raises(Invalid, match="region is one of"):
            state(road, "wales", 5)
        with pytest.raises(Invalid, match="from 0"):
            state(road, "north", -5)

    def test_a_stale_page_is_noticed(self, road):
        state(road, deployment=5, seen=0)
        with pytest.raises(NotNow, match="Somebody else"):
            state(road, deployment=6, seen=0)

    def test_the_last_nights_are_counted_by_region(self, road):
        begins = night_of(road.at)
        Night.objects.create(begins=begins, region=0, stage=Stage.DEPLOYMENT, hubs=25)
        Night.objects.create(begins=begins - timedelta(days=2), region=0, stage=Stage.ACTIVATION, hubs=4)
        Night.objects.create(begins=begins - timedelta(days=7), region=0, stage=Stage.ACTIVATION, hubs=4)
        (north, central, _) = nights.regions(road.at, road.manager)
        assert [(one.deployment, one.activation) for one in north.nights] == [(25, 0), (0, 4)]
        assert (central.nights, central.capacity) == ([], None)
        assert str(Night.objects.earliest("pk")) == f"25 hubs of region 0 in the night of {begins}"
