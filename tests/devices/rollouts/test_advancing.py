"""Waves open, settle and are judged; programmes end; what is stopped waits for a person."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from devices.fleet.models import Hub
from devices.rollouts import insight, judgements, verbs
from devices.rollouts.models import Batch, HubUpdate
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState
from devices.rollouts.verbs import hints
from devices.rollouts.verdicts import Thresholds
from releases.products.models import Cell, FirmwareVersion
from releases.publishing import verbs as publishing
from tests.factories.meanwhile import meanwhile
from tests.factories.releases import TARGET
from tests.factories.rollouts import ENGINE, assert_counts_agree, make_road


def bad_image(world, release):
    """A rollout whose image verified well; its activation is judged more strictly."""
    road = make_road(world, release, scenario="bad_image")
    road.deploy()
    strict = {"limit": 0.02, "minimum": 20, "confidence": 0.95}
    type(road.rollout).objects.filter(pk=road.rollout.pk).update(thresholds=strict)
    road.activate()
    return road


class TestVerdicts:
    def test_a_bad_image_is_halted_in_its_first_wave(self, world, served):
        road = bad_image(world, served)
        assert road.run().state == "halted"
        assert road.rollout.release.state == "halted"
        assert "over the limit of 2.0%" in road.rollout.stood_still_why
        hubs = assert_counts_agree(road.rollout)
        assert hubs[HubState.ACTIVATED] <= 60
        assert road.rollout.waves.first().verdicts["activation"]["verdict"] == "halt"

    def test_resumed_by_a_person_it_is_judged_on_what_comes_after(self, world, served):
        road = bad_image(world, served)
        road.run()
        verbs.resume(road.rollout, by=road.manager, at=road.at, why="Known and harmless.")
        assert road.run().state == "halted"
        waves = list(road.rollout.waves.values_list("state", flat=True))
        assert waves == ["activated", "activating"]
        weighed = road.rollout.waves.first().verdicts["activation"]["weighed"]
        assert 20 <= sum(weighed) <= 60
        while road.run().state == "halted":
            verbs.resume(road.rollout, by=road.manager, at=road.at, why="Still harmless.")
        assert road.rollout.state == "finished"
        waves = list(road.rollout.waves.order_by("number"))
        weighed = [one.verdict for one in insight.working(waves) if one.weighed]
        assert weighed.count("halt") >= 2
        first = waves[0].verdicts["activation"]
        assert first["earlier"][0]["verdict"] == "halt"
        assert "A person let it go on; then: " in judgements.why(first)

    def test_too_close_to_call_is_paused_for_a_person(self, world, served):
        road = make_road(world, served, thresholds=Thresholds(0.02, 60, 0.99))
        road.start()
        assert road.run().state == "paused"
        verbs.resume(road.rollout, by=road.manager, at=road.at, why="Looks well.")
        road.run()
        assert road.rollout.waves.first().state == "deployed"

    def test_a_plain_pause_weighs_nothing(self, world, served):
        road = make_road(world, served)
        road.start()
        road.turn()
        verbs.pause(road.rollout, by=road.manager, at=road.at, why="Lunch.")
        verbs.resume(road.fresh(), by=road.manager, at=road.at, why="Back.")
        assert road.rollout.waves.first().verdicts.get("deployment", {}).get("weighed") is None
        assert road.run().state == "deployed"

    def test_thresholds_that_cannot_be_read_stop(self, road):
        type(road.rollout).objects.filter(pk=road.rollout.pk).update(thresholds={"limit": "?"})
        road.start()
        assert road.run().state == "halted"
        assert road.rollout.stood_still_why.startswith("Stopped:")
        assert road.rollout.waves.first().verdicts["deployment"]["overshoot"] == {}  # no report decided it

    def test_a_last_batch_that_settles_at_that_moment_is_judged_with_its_reports(self, world, served):
        road = make_road(world, served, waves=(WaveSpec(share=1.0),))
        road.start()
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)

        def settle():
            while road.step():
                pass

        with meanwhile(r'^SELECT "rollouts_batch"\."outcomes"', settle):
            verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        assert road.fresh().state == "deploying"
        assert road.run().state == "deployed"

    def test_a_wave_soaks_before_it_is_judged(self, world, served):
        road = make_road(world, served, soak_seconds=3600)
        road.start()
        road.run()
        assert list(road.rollout.waves.values_list("state", flat=True)) == ["deploying", "waiting"]
        road.at += timedelta(minutes=59)
        road.run()
        assert road.rollout.waves.get(number=1).state == "waiting"
        road.at += timedelta(minutes=1)
        road.run()
        assert road.rollout.waves.get(number=0).state == "deployed"

    def test_silent_hubs_are_asked_again_later_and_then_time_out(self, world, served):
        road = make_road(world, served, retry_seconds=3600, scenario="storm", thresholds=Thresholds(0.9, 20, 0.95))
        road.start()
        road.run()
        assert HubUpdate.objects.filter(rollout=road.rollout, state=HubState.UNREACHABLE).exists()
        for _ in range(20):
            road.at += timedelta(hours=1)
            road.run()
        assert road.rollout.state == "deployed"
        hubs = assert_counts_agree(road.rollout)
        assert hubs[HubState.EXPIRED] > 0
        assert HubState.UNREACHABLE not in hubs


class TestRelease:
    @pytest.mark.parametrize("state", ["halted", "withdrawn", "draft"])
    def test_what_stops_the_release_halts_the_rollout(self, road, state):
        road.start()
        road.turn()
        release = road.rollout.release
        type(release).objects.filter(pk=release.pk).update(state=state)
        assert road.run().state == "halted"
        assert road.rollout.stood_still_why == f"The release is {state}."

    def test_finishing_waits_for_a_release_that_is_halted_meanwhile(self, road):
        road.deploy()
        road.activate()
        while road.fresh().state != "finishing":
            road.turn()
        publishing.halt(road.rollout.release, by=road.manager, at=road.at, why="Wait.")
        assert road.run().state == "finishing"
        publishing.resume(road.fresh().release, by=road.manager, at=road.at, why="Go.")
        assert road.run().state == "finished"

    def test_a_release_withdrawn_meanwhile_has_no_hypercare(self, road):
        road.deploy()
        road.activate()
        while road.fresh().state != "finishing":
            road.turn()
        type(road.rollout.release).objects.filter(pk=road.rollout.release.pk).update(state="withdrawn")
        assert road.run().state == "finished"
        assert road.rollout.release.state == "withdrawn"


class TestFinish:
    def test_the_inventory_follows_and_no_home_is_lost(self, road):
        homes = Cell.objects.aggregate(total=Sum("homes"))["total"]
        road.finish()
        activated = list(
            HubUpdate.objects.filter(rollout=road.rollout, state=HubState.ACTIVATED).values_list("hub_id", flat=True)
        )
        target = FirmwareVersion.objects.get(hub_model__name="Alder 1", version=TARGET)
        assert sorted(Hub.objects.filter(inventory_version=target).values_list("id", flat=True)) == sorted(activated)
        assert Cell.objects.filter(firmware=target).aggregate(total=Sum("homes"))["total"] == len(activated)
        assert Cell.objects.aggregate(total=Sum("homes"))["total"] == homes
        for cell in Cell.objects.filter(homes__gt=0):
            assert Hub.objects.filter(cell=cell.number).count() == cell.homes

    def test_a_second_rollout_finds_the_twins_and_the_rest(self, road):
        road.start()
        road.run()
        verbs.stop(road.rollout, by=road.manager, at=road.at, why="Once more.")
        road.run()
        cells = Cell.objects.count()
        again = make_road(road.world, road.rollout.release)
        again.at = road.at
        again.finish()
        assert Cell.objects.count() == cells


class TestHints:
    def test_what_has_a_fresh_message_is_not_published_again(self, road):
        road.start()
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        assert verbs.publish_due(at=road.at) == 0
        stale = Batch.objects.get(rollout=road.rollout, number=0)
        stale.hinted_at -= hints.QUIET + timedelta(seconds=1)
        stale.save(update_fields=["hinted_at"])
        assert verbs.republish(at=road.at) == 1

    def test_a_message_from_the_future_is_none(self, road):
        """The machine's clock has stepped back."""
        road.start()
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        batch = Batch.objects.get(rollout=road.rollout, number=0)
        batch.hinted_at += timedelta(days=1)
        batch.save(update_fields=["hinted_at"])
        assert verbs.republish(at=road.at) == 1

    def test_a_plan_that_nobody_prepares_is_published_again(self, road, django_capture_on_commit_callbacks):
        type(road.rollout).objects.filter(pk=road.rollout.pk).update(state="preparing")
        with django_capture_on_commit_callbacks() as callbacks:
            assert verbs.republish(at=road.at) == 0
        assert [callback.args[0] for callback in callbacks] == ["rollouts.prepare"]


def test_a_rollout_that_cannot_be_locked_is_left_alone(road):
    verbs.advance(type(road.rollout)(pk=0), by=ENGINE, at=road.at)


def test_one_wave_is_enough(world, served):
    road = make_road(world, served, waves=[WaveSpec(share=1.0)])
    assert road.finish().state == "finished"
    assert str(road.rollout.waves.get()) == f"{road.rollout} wave 1"
