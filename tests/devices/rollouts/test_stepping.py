"""What one step does, and what redelivery, holds, windows and disagreement do to it."""

from datetime import time, timedelta

import pytest
from celery import current_app
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rollouts import hot, tasks, verbs
from devices.rollouts.models import Batch, HubUpdate, HubUpdateEvent, Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState
from devices.rollouts.verbs import stepping
from devices.rollouts.verdicts import Thresholds
from releases.holds import verbs as holds
from releases.holds.models import Cause, Stage
from releases.products.cohorts import Cohort
from tests.factories.rollouts import ENGINE, assert_counts_agree, hubs_by_state, make_hubs, make_road, make_served


def first_batch(road):
    return Batch.objects.filter(rollout=road.rollout).order_by("number").first()


def hold(road, *, stage=Stage.BOTH, **axes):
    return holds.place(
        road.fresh().release,
        Cohort(**{axis: frozenset(values) for axis, values in axes.items()}),
        stage=stage,
        cause=Cause.DCC,
        cause_text="Displays stay dark.",
        by=road.manager,
        at=road.at,
    )


@pytest.fixture
def opened(road):
    """The first wave is open: its batch is due."""
    road.start()
    verbs.advance(road.fresh(), by=road.manager, at=road.at)
    return road


class TestRedelivery:
    def test_a_task_delivered_twice_does_its_work_once(self, opened):
        batch = first_batch(opened)
        assert verbs.step(batch.pk, 0, at=opened.at) is True
        assert verbs.step(batch.pk, 0, at=opened.at) is False
        assert HubUpdateEvent.objects.filter(rollout=opened.rollout).count() == 60
        assert_counts_agree(opened.rollout)

    def test_a_clock_that_steps_back_leaves_events_in_their_order(self, road):
        road.clear()
        road.at += timedelta(hours=1)
        road.deploy()
        road.at -= timedelta(minutes=1)
        verbs.start_activation(road.fresh(), by=road.manager, at=road.at)
        assert road.run().state == "finished"
        assert_counts_agree(road.rollout)

    def test_a_task_out_of_order_does_nothing(self, opened):
        batch = first_batch(opened)
        assert [verbs.step(batch.pk, phase, at=opened.at) for phase in (1, 2, 99, 100, 200, 300)] == [False] * 6
        assert hubs_by_state(opened.rollout) == {HubState.SCHEDULED: 350}

    def test_a_batch_that_waits_for_its_wave_does_not_move(self, opened):
        last = Batch.objects.filter(rollout=opened.rollout).order_by("number").last()
        assert verbs.step(last.pk, 0, at=opened.at) is False

    def test_a_batch_before_its_time_does_not_move(self, opened):
        Batch.objects.filter(rollout=opened.rollout, number=0).update(due_at=opened.at + timedelta(seconds=1))
        assert verbs.step(first_batch(opened).pk, 0, at=opened.at) is False

    def test_an_unknown_batch_is_no_error(self, opened):
        assert verbs.step(0, 0, at=opened.at) is False

    @settings(max_examples=15)
    @given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0, 1, 2, 3, 4, 5, 99, 100, 101, 200])), max_size=40))
    def test_any_order_of_messages_keeps_the_counts(self, shuffled_road, messages):
        road = shuffled_road()
        batches = list(Batch.objects.filter(rollout=road.rollout).order_by("number").values_list("pk", flat=True))
        for place, phase in messages:
            verbs.step(batches[place], phase, at=road.at)
        assert_counts_agree(road.rollout)
        road.run()
        assert_counts_agree(road.rollout)

    @pytest.fixture
    def shuffled_road(self, world, served):
        def make():
            release = served
            for rollout in release.rollouts.exclude(state__in=["stopped", "cancelled"]):
                type(rollout).objects.filter(pk=rollout.pk).update(state="cancelled")
            road = make_road(world, release, scenario="storm")
            road.start()
            verbs.advance(road.fresh(), by=road.manager, at=road.at)
            return road

        return make


class TestGates:
    def test_a_hold_placed_mid_rollout_stops_exactly_its_cells(self, opened, catalogue):
        road = opened
        road.turn()
        hold(road, stage=Stage.DEPLOYMENT, regions=["north"])
        road.run()
        north = catalogue.cells["north"].number
        rows = HubUpdate.objects.filter(rollout=road.rollout)
        assert not rows.exclude(cell=north).filter(state=HubState.SCHEDULED).exists()
        assert not rows.filter(cell=north, slot__gte=60).exclude(state=HubState.SCHEDULED).exists()
        assert_counts_agree(road.rollout)

    def test_hubs_kept_back_to_the_end_are_excluded(self, opened, catalogue):
        road = opened
        road.run()
        hold(road, stage=Stage.ACTIVATION, regions=["north"])
        road.activate()
        assert road.run().state == "finished"
        rows = HubUpdate.objects.filter(rollout=road.rollout, cell=catalogue.cells["north"].number)
        assert set(rows.values_list("state", flat=True)) <= {HubState.EXCLUDED, HubState.FAILED, HubState.EXPIRED}
        hubs = assert_counts_agree(road.rollout)
        assert hubs[HubState.EXCLUDED] > 80
        assert hubs[HubState.ACTIVATED] > 200

    def test_a_hold_on_everything_leaves_everybody_and_asks_a_person(self, opened):
        road = opened
        hold(road)
        assert road.run().state == "paused"
        assert hubs_by_state(road.rollout) == {HubState.SCHEDULED: 350}
        assert "0 hubs reported" in road.rollout.stood_still_why

    def test_answers_of_hubs_already_asked_still_count_under_a_hold(self, opened):
        road = opened
        road.turn()
        hold(road, regions=["north"])
        verbs.pause(road.rollout, by=road.manager, at=road.at, why="Wait.")
        road.run()
        assert HubState.DISTRIBUTING not in assert_counts_agree(road.rollout)


def test_nothing_is_wound_up_while_the_rollout_runs(opened):
    Batch.objects.filter(rollout=opened.rollout, number=0).update(phase=200)
    assert verbs.step(first_batch(opened).pk, 200, at=opened.at) is False


class TestWindow:
    def test_activation_waits_for_its_window(self, world, served):
        road = make_road(world, served, window_opens=time(22), window_closes=time(4))
        road.deploy()
        road.activate()
        road.run()
        batch = first_batch(road)
        assert (batch.phase, batch.due_at.hour) == (100, 22)
        road.at = batch.due_at
        assert road.run().state == "finished"


class TestHeldBetweenTwoTries:
    @pytest.mark.parametrize("stage", ["deployment", "activation"])
    def test_silent_hubs_behind_a_new_hold_do_not_hold_up_the_others(self, world, served, stage):
        limits = Thresholds(0.9, 20, 0.95)
        road = make_road(world, served, scenario="storm", turns=2, thresholds=limits, waves=(WaveSpec(share=1.0),))
        if stage == "activation":
            road.deploy()
        type(road.rollout).objects.filter(pk=road.rollout.pk).update(retry_seconds=3600)
        road.start() if stage == "deployment" else road.activate()
        road.run()
        silent = HubUpdate.objects.filter(rollout=road.rollout, state=HubState.UNREACHABLE).count()
        assert silent
        hold(road)
        for _ in range(4):
            road.at += timedelta(hours=1)
            road.run()
        hubs = assert_counts_agree(road.rollout)
        assert HubState.UNREACHABLE not in hubs
        assert HubState.EXPIRED not in hubs or stage == "activation"
        if stage == "deployment":
            assert (road.rollout.state, hubs[HubState.SCHEDULED] >= silent) == ("deployed", True)
            assert not HubUpdate.objects.filter(rollout=road.rollout, state=HubState.ACTIVATING).exists()
        else:
            assert (road.rollout.state, hubs[HubState.EXCLUDED] >= silent) == ("finished", True)


class TestWalk:
    """A worker takes a batch through all that is due at once; each phase is a step of its own."""

    def hints(self, callbacks):
        return [callback.args[1] for callback in callbacks if callback.args[0] == "rollouts.step"]

    def test_it_goes_on_while_phases_are_due_at_once(self, opened, django_capture_on_commit_callbacks):
        batch = first_batch(opened)
        with django_capture_on_commit_callbacks() as callbacks:
            assert verbs.walk(batch.pk, 0, by=ENGINE, now=lambda: opened.at) > 1
        batch.refresh_from_db()
        assert batch.due_at is None and not any(hint["batch_id"] == batch.pk for hint in self.hints(callbacks))
        assert_counts_agree(opened.rollout)

    def test_the_last_step_of_a_wave_opens_the_next(self, opened):
        verbs.walk(first_batch(opened).pk, 0, by=ENGINE, now=lambda: opened.at)
        waves = opened.rollout.waves.order_by("number")
        assert [wave.state for wave in waves] == ["deployed", "deploying"]

    def test_answers_that_alarm_halt_the_wave_before_its_next_batch_is_asked(self, world, catalogue):
        waves, thresholds = (WaveSpec(share=1.0),), Thresholds(limit=0.05, minimum=10, confidence=0.95)
        make_hubs(factor=30)
        served = make_served(world, catalogue)
        road = make_road(world, served, waves=waves, thresholds=thresholds, scenario="bad_image")
        road.deploy()
        road.activate()
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        batches = list(Batch.objects.filter(rollout=road.rollout).order_by("number"))
        assert len(batches) > 1
        for batch in batches:
            verbs.walk(batch.pk, batch.phase, by=ENGINE, now=lambda: road.at)
        assert road.fresh().state == "halted"
        asked = HubUpdateEvent.objects.filter(rollout=road.rollout, state=HubState.ACTIVATING)
        assert {event.slot for event in asked} <= set(range(batches[0].low, batches[0].high))

    def test_what_is_due_later_is_left(self, road):
        Rollout.objects.filter(pk=road.rollout.pk).update(answer_seconds=60)
        road.start()
        verbs.advance(road.fresh(), by=road.manager, at=road.at)
        batch = first_batch(road)
        assert verbs.walk(batch.pk, 0, by=ENGINE, now=lambda: road.at) == 1
        batch.refresh_from_db()
        assert batch.due_at == road.at + timedelta(seconds=60)
        assert verbs.walk(batch.pk, batch.phase, by=ENGINE, now=lambda: road.at) == 0

    def test_a_pause_in_between_asks_no_further_hub(self, opened):
        batch = first_batch(opened)
        looks = iter(range(9))

        def now():
            if next(looks) == 2:  # the second turn is about to be asked
                verbs.pause(opened.fresh(), by=opened.manager, at=opened.at, why="Wait.")
            return opened.at

        Rollout.objects.filter(pk=opened.rollout.pk).update(scenario="storm")
        assert verbs.walk(batch.pk, 0, by=ENGINE, now=now) == 2
        assert not HubUpdateEvent.objects.filter(
            rollout=opened.rollout, state=HubState.DISTRIBUTING, attempt=1
        ).exists()
        assert_counts_agree(opened.rollout)

    def test_after_a_stretch_the_rest_is_left_to_a_message(
        self, opened, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(stepping, "AT_A_STRETCH", -1)
        batch = first_batch(opened)
        with django_capture_on_commit_callbacks() as callbacks:
            assert verbs.walk(batch.pk, 0, by=ENGINE, now=lambda: opened.at) == 1
        assert self.hints(callbacks) == [{"batch_id": batch.pk, "phase": 1}]


class TestDisagreement:
    def test_hub_rows_that_disagree_with_their_batch_stop_the_step(self, opened):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE rollouts_hubupdate SET state = 5 WHERE slot = 3")
        with pytest.raises(hot.Mismatch, match="60 hubs should move, 59 did"):
            verbs.step(first_batch(opened).pk, 0, at=opened.at)

    def test_a_batch_that_is_gone_is_named(self, db):
        with pytest.raises(hot.Mismatch, match="batch 0 is gone"):
            hot.vectors(0)


def test_events_are_never_changed(opened):
    opened.turn()
    with connection.cursor() as cursor, pytest.raises(Exception, match="never changed or removed"):
        cursor.execute("UPDATE rollouts_hubupdateevent SET state = 4")


def test_the_tasks_do_it_all(road, monkeypatch):
    monkeypatch.setattr(tasks.clock, "now", lambda: road.at)
    road.start()
    for _ in range(20):
        tasks.advance_all()
        tasks.sweep()
        for batch, phase in Batch.objects.filter(due_at__lte=road.at).values_list("pk", "phase"):
            tasks.step(batch_id=batch, phase=phase)
    tasks.advance(rollout_id=road.rollout.pk)
    assert road.fresh().state == "deployed"
    tasks.prepare(rollout_id=road.rollout.pk)
    assert road.fresh().state == "deployed"


def test_batches_wait_in_a_queue_of_their_own_that_workers_empty():
    queues = {
        task: current_app.amqp.router.route({}, task)["queue"].name for task in ("rollouts.step", "rollouts.sweep")
    }
    assert queues == {"rollouts.step": "rollouts", "rollouts.sweep": "celery"}
    assert set(queues.values()) <= set(current_app.amqp.queues.consume_from)


def test_messages_that_outlived_their_rollout_end(db):
    tasks.prepare(rollout_id=0)
    tasks.advance(rollout_id=0)
    tasks.step(batch_id=0, phase=0)


def test_rows_have_words(opened):
    opened.turn()
    update = HubUpdate.objects.filter(rollout=opened.rollout).first()
    event = HubUpdateEvent.objects.filter(rollout=opened.rollout).first()
    assert str(update) == f"hub {update.hub_id} in rollout {opened.rollout.pk}"
    assert str(event) == f"slot {event.slot} of rollout {opened.rollout.pk} at {event.at}"
    assert str(first_batch(opened)) == f"{opened.rollout} batch 0"
