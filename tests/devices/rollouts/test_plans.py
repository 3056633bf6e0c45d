from dataclasses import replace
from datetime import time

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction

from devices.copying import copy_out
from devices.fleet.models import Hub
from devices.rollouts import partitions, prepared, queries, verbs
from devices.rollouts.models import Batch, HubUpdate, Rollout, Wave
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState
from devices.rollouts.verbs import planning
from devices.rollouts.verdicts import Thresholds
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from tests.factories.releases import make_announced
from tests.factories.rollouts import DEPLOYMENT_DAY, ENGINE, QUICK, assert_counts_agree, make_road


def plan(world, release, who="manager", **changes):
    chosen = replace(QUICK, **changes)
    return verbs.plan(release, chosen, by=world.actor(who, at=DEPLOYMENT_DAY), at=DEPLOYMENT_DAY)


class TestPlan:
    def test_it_is_journalled_and_prepared_in_the_background(self, world, served, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as callbacks:
            rollout = plan(world, served)
        assert (rollout.reference, rollout.state, rollout.planned_by) == (
            f"{served.reference}-R1",
            "preparing",
            world.users["manager"],
        )
        assert Entry.objects.filter(verb="plan", subject_id=rollout.pk).get().data == {"seed": 1, "waves": 2}
        assert any(callback.args[0] == "rollouts.prepare" for callback in callbacks)

    def test_without_a_seed_one_is_drawn_and_kept(self, world, served):
        assert plan(world, served, seed=None).seed >= 0

    @pytest.mark.parametrize("who", ["supplier", "csp_north", "secretary", "rsa"])
    def test_only_release_managers_plan(self, world, served, who):
        with pytest.raises(NotAllowed, match="Only DCC release managers"):
            plan(world, served, who)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"waves": []}, "between 1 and 50 waves"),
            ({"turns": 9}, "between 1 and 8 times"),
            ({"scenario": "flood"}, "The scenario is one of"),
            ({"window_opens": time(22)}, "both the time"),
            ({"window_opens": time(22), "window_closes": time(22)}, "opens and closes at the same time"),
            ({"soak_seconds": -1}, "cannot be negative"),
            ({"thresholds": Thresholds(0.05, 10**30, 0.95)}, "at most 10,000,000 reports"),
            ({"retry_seconds": 10**18}, "at most 31 days"),
            ({"thresholds": Thresholds(0.05, 500, 0.95)}, "smaller than the 500 reports"),
            ({"waves": [WaveSpec(hubs=60, regions=("wales",)), WaveSpec(share=1.0)]}, "no region wales"),
            ({"waves": [WaveSpec(hubs=60), WaveSpec(share=1.0, regions=("north",))]}, "rest of every region"),
        ],
    )
    def test_choices_that_make_no_plan_are_refused(self, world, served, changes, sentence):
        with pytest.raises(Invalid, match=sentence):
            plan(world, served, **changes)
        assert not Rollout.objects.exists()

    def test_a_first_wave_by_share_is_not_compared(self, world, served):
        assert plan(world, served, waves=[WaveSpec(share=1.0)]).state == "preparing"

    def test_a_release_has_one_rollout_at_a_time(self, world, served):
        first = plan(world, served)
        with pytest.raises(NotNow, match="has a rollout already"):
            plan(world, served)
        with pytest.raises(IntegrityError, match="one_rollout_at_a_time"), transaction.atomic():
            Rollout.objects.create(**copy_of(first), reference="again")

    def test_the_database_has_the_last_word_on_one_at_a_time(self, world, served, monkeypatch):
        plan(world, served)
        monkeypatch.setattr("devices.rollouts.can.plan.why_not", lambda release: None)
        with pytest.raises(NotNow, match="has a rollout already"):
            plan(world, served)

    def test_a_draft_or_a_release_without_image_is_not_planned(self, world, served):
        served.state = "draft"
        served.save(update_fields=["state"])
        with pytest.raises(NotNow, match="announced"):
            plan(world, served)
        served.state, served.image = "notified", None
        served.save(update_fields=["state", "image"])
        with pytest.raises(NotNow, match="no image"):
            plan(world, served)


def copy_of(rollout):
    names = ("release", "wave_specs", "seed", "thresholds", "network_seed", "planned_by_name", "planned_at")
    return {name: getattr(rollout, name) for name in names}


class TestPrepare:
    def test_every_hub_is_in_one_slot_of_one_wave_and_batch(self, road):
        rollout = road.fresh()
        assert (rollout.state, rollout.hubs) == ("planned", 350)
        assert [(w.low, w.high) for w in Wave.objects.filter(rollout=rollout)] == [(0, 60), (60, 350)]
        slots = list(HubUpdate.objects.filter(rollout=rollout).order_by("slot").values_list("slot", "wave", "state"))
        assert [slot for slot, _, _ in slots] == list(range(350))
        assert all(wave == (0 if slot < 60 else 1) and state == HubState.SCHEDULED for slot, wave, state in slots)
        rows = dict(HubUpdate.objects.filter(rollout=rollout).values_list("slot", "hub_id"))
        for batch in Batch.objects.filter(rollout=rollout):
            hubs = np.frombuffer(batch.hubs, np.uint32)
            assert [rows[slot] for slot in range(batch.low, batch.high)] == hubs.tolist()
            assert sum(batch.counts) == batch.high - batch.low

    def test_vectors_and_rows_name_the_same_cells(self, road):
        cells = dict(HubUpdate.objects.filter(rollout=road.rollout).values_list("slot", "cell"))
        homes = dict(Hub.objects.values_list("id", "cell"))
        for row in HubUpdate.objects.filter(rollout=road.rollout):
            assert homes[row.hub_id] == row.cell
        for batch in Batch.objects.filter(rollout=road.rollout):
            assert np.frombuffer(batch.cells, np.uint32).tolist() == [cells[s] for s in range(batch.low, batch.high)]
            assert batch.cell_numbers == sorted(set(np.frombuffer(batch.cells, np.uint32).tolist()))

    def test_the_same_seed_gives_the_same_waves(self, world, road):
        first = dict(HubUpdate.objects.filter(rollout=road.rollout).values_list("hub_id", "slot"))
        verbs.cancel(road.rollout, by=road.manager, at=road.at, why="Once more.")
        again = make_road(world, road.rollout.release)
        assert dict(HubUpdate.objects.filter(rollout=again.rollout).values_list("hub_id", "slot")) == first

    def test_waves_that_differ_by_region(self, world, road):
        verbs.cancel(road.rollout, by=road.manager, at=road.at, why="Once more.")
        parts = (WaveSpec(hubs=20, regions=("north",)), WaveSpec(share=0.2, regions=("south",)))
        waves = [WaveSpec(parts=parts), WaveSpec(share=0.5, regions=("south",)), WaveSpec(share=1.0)]
        again = make_road(world, road.rollout.release, waves=waves)
        found = [queries.figures(again.rollout).by_wave[wave].sum(axis=1).tolist() for wave in range(3)]
        assert found == [[20, 0, 50], [0, 0, 125], [80, 0, 75]]

    def test_it_says_how_far_it_is(self, world, road, monkeypatch):
        verbs.cancel(road.rollout, by=road.manager, at=road.at, why="Once more.")
        monkeypatch.setattr(planning, "AT_A_TIME", 1)
        again = make_road(world, road.rollout.release)
        assert prepared.share(again.rollout) == 1.0
        assert sum(assert_counts_agree(again.rollout).values()) == 350

    def test_a_second_call_changes_nothing(self, road):
        verbs.prepare(road.rollout, by=ENGINE, at=road.at)
        assert Batch.objects.filter(rollout=road.rollout).count() == 2

    def test_a_release_whose_hubs_nobody_has_is_cancelled(self, world, catalogue):
        release = make_announced(world, catalogue)
        assert make_road(world, release).rollout.state == "cancelled"

    def test_without_a_seeded_world_the_network_has_seed_nought(self, road):
        assert road.rollout.network_seed == 0

    def test_a_null_among_numbers_is_noticed(self, served):
        with pytest.raises(ValueError, match="null"):
            copy_out("SELECT NULL::int", [], sizes={"n": 4})

    def test_its_table_has_room_for_rows_that_are_rewritten(self, road):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [partitions.hubs_of(road.rollout.pk)]
            )
            assert cursor.fetchone() == (["fillfactor=33"],)

    def test_no_partition_without_a_rollout(self, db):
        with pytest.raises(IntegrityError, match="there is no rollout 99"), transaction.atomic():
            partitions.make(99)


class TestApprove:
    def test_another_manager_approves(self, road):
        rollout = road.approve()
        assert (rollout.state, rollout.approved_by_name) == ("approved", "Second Manager")

    def test_nobody_approves_their_own_plan(self, road):
        with pytest.raises(NotAllowed, match="You made this plan"):
            verbs.approve(road.rollout, by=road.manager, at=road.at)

    def test_the_database_has_the_last_word_on_that(self, road):
        with pytest.raises(IntegrityError, match="nobody_approves_their_own_plan"), transaction.atomic():
            Rollout.objects.filter(pk=road.rollout.pk).update(approved_by=road.rollout.planned_by)

    @pytest.mark.parametrize("who", ["supplier", "csp_north"])
    def test_others_do_not_approve(self, road, who):
        with pytest.raises(NotAllowed, match="Only a DCC release manager"):
            verbs.approve(road.rollout, by=road.world.actor(who, at=road.at), at=road.at)

    def test_the_portal_itself_does_not_approve(self, road):
        with pytest.raises(NotAllowed):
            verbs.approve(road.rollout, by=ENGINE, at=road.at)

    def test_once_only_and_not_from_a_stale_page(self, road):
        with pytest.raises(NotNow, match="Somebody else"):
            verbs.approve(road.rollout, by=road.second, at=road.at, seen=1)
        road.approve()
        with pytest.raises(NotNow, match="is approved and cannot be approved"):
            road.approve()


class TestCancel:
    def test_it_needs_a_reason(self, road):
        with pytest.raises(Invalid, match="Give the reason"):
            verbs.cancel(road.rollout, by=road.manager, at=road.at, why=" ")

    def test_before_the_first_hub_was_asked(self, road):
        assert verbs.cancel(road.rollout, by=road.manager, at=road.at, why="Dates moved.").state == "cancelled"

    def test_not_afterwards(self, road):
        road.start()
        with pytest.raises(NotNow, match="cannot be cancelled"):
            verbs.cancel(road.rollout, by=road.manager, at=road.at, why="Too late.")

    def test_not_by_others(self, road):
        with pytest.raises(NotAllowed):
            verbs.cancel(road.rollout, by=road.world.actor("csp_north", at=road.at), at=road.at, why="No.")
