"""A fault of a few homes halts a wave that as a whole does well, and exactly those homes can be held."""

from datetime import timedelta

import numpy as np
import pytest

from devices.rollouts import queries, strata, verbs
from devices.rollouts.models import Batch, HubUpdateEvent, Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState
from devices.rollouts.verdicts import Thresholds
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.holds.models import Hold
from releases.products.cohorts import Cohort, selection
from releases.products.models import Cell
from tests.factories.rollouts import ENGINE, assert_counts_agree, make_hubs, make_road, make_served

WHOLE = {"waves": (WaveSpec(share=1.0),), "thresholds": Thresholds(limit=0.2, minimum=20, confidence=0.95)}


@pytest.fixture
def single(catalogue) -> Cell:
    """Sixty homes in the South with another display and no gas meter."""
    like = catalogue.cells["south"]
    return Cell.objects.create(
        number=9,
        region="south",
        combination=catalogue.combinations["single"],
        firmware=like.firmware,
        han_variant="single",
        electricity_supplier=like.electricity_supplier,
        homes=60,
    )


def halted(world, catalogue, single, *, factor=1, **changes):
    """A rollout whose activation fails on the homes of one combination only."""
    make_hubs(factor=factor)
    road = make_road(world, make_served(world, catalogue), scenario="regressing_cohort", **{**WHOLE, **changes})
    road.deploy()
    Rollout.objects.filter(pk=road.rollout.pk).update(regressing_cells=[single.number])
    road.activate()
    return road


@pytest.fixture
def road(world, catalogue, single):
    made = halted(world, catalogue, single)
    assert made.run().state == "halted"
    return made


def parts(road):
    return [part.key for part in strata.found_at_fault(road.rollout)]


class TestHalt:
    def test_the_part_is_named_and_the_whole_was_within_its_limit(self, road):
        verdict = road.rollout.waves.get().verdicts["activation"]
        assert verdict["share"] < 0.1
        assert road.rollout.stood_still_why.startswith(
            "Failures over the limit of 20.0% in a part: Alder 1 + Orchard ESME + Orchard IHD"
        )
        assert [breach["axis"] for breach in verdict["strata"]] == ["combination"]

    def test_other_parts_go_on_once_it_is_held_and_a_person_resumes(self, road, single):
        [part] = parts(road)
        before = assert_counts_agree(road.rollout)
        hold = verbs.hold_part(road.rollout, part, stage="activation", by=road.manager, at=road.at)
        assert (hold.cause, hold.cause_id) == ("detection", road.rollout.pk)
        assert hold.cause_text.startswith(f"{road.rollout}, wave 1, activation: Alder 1 + Orchard ESME + Orchard IHD")
        assert list(Cell.objects.filter(selection(Cohort.of(hold))).values_list("number", flat=True)) == [single.number]
        verbs.resume(road.fresh(), by=road.manager, at=road.at, why="The part is held.")
        assert road.run().state == "finished"
        after = assert_counts_agree(road.rollout)
        assert after[HubState.FAILED] - before[HubState.FAILED] < 5

    def test_what_a_person_has_weighed_does_not_halt_again(self, road):
        verbs.resume(road.fresh(), by=road.manager, at=road.at, why="Known.")
        wave = road.rollout.waves.get()
        counted = strata.since(wave, road.rollout.stage)
        assert not counted.reports.any()
        assert road.run().state == "finished"

    def test_reports_by_cell_add_up_to_the_evidence(self, world, catalogue, single):
        make_hubs()
        road = make_road(world, make_served(world, catalogue), scenario="storm", **WHOLE)
        Rollout.objects.filter(pk=road.rollout.pk).update(thresholds={"limit": 0.9, "minimum": 20, "confidence": 0.95})

        def agree():
            wave, stage = road.fresh().waves.get(), road.rollout.stage
            told = queries.evidence(wave, stage)
            by_cell = strata.since(wave, stage).reports.sum(axis=0)
            assert by_cell.tolist() == [told.succeeded, told.failed, told.timed_out]
            return told

        road.start()
        while road.turn() or road.fresh().state == "deploying":
            agree()
        assert agree().bad
        road.activate()
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        assert agree().reported == 0
        while road.turn() or road.fresh().state == "activating":
            agree()
        assert agree().bad


class TestOvershoot:
    def test_hubs_that_moved_after_the_deciding_report_are_counted(self, world, catalogue, single):
        road = halted(world, catalogue, single, factor=10)
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        for _ in range(2):  # asked, then answered: one batch after another, and nobody looks meanwhile
            for batch, phase in list(Batch.objects.filter(due_at__lte=road.at).values_list("pk", "phase")):
                road.at += timedelta(minutes=1)
                verbs.step(batch, phase, at=road.at)
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        assert road.fresh().state == "halted"
        kept = road.rollout.waves.get().verdicts["activation"]["overshoot"]
        events = HubUpdateEvent.objects.filter(rollout=road.rollout, state=HubState.ACTIVATED)
        later = events.filter(at__gt=kept["decided_at"]).count()
        assert kept["after"] == later > 0
        assert kept["under_way"] == 0
        assert events.filter(at__lte=kept["decided_at"]).count() + later == events.count()

    def test_a_batch_that_alone_would_halt_asks_for_a_look_at_once(
        self, world, served, django_capture_on_commit_callbacks, monkeypatch
    ):
        road = make_road(world, served, scenario="bad_image")
        road.deploy()
        strict = {"limit": 0.001, "minimum": 20, "confidence": 0.95}
        Rollout.objects.filter(pk=road.rollout.pk).update(thresholds=strict, turns=8)
        road.activate()
        verbs.advance(road.fresh(), by=ENGINE, at=road.at)
        road.step()
        asked = []
        monkeypatch.setattr("devices.rollouts.verbs.stepping.enqueue", lambda name, **_: asked.append(name))
        road.step()
        assert "rollouts.advance" in asked


class TestHoldPart:
    def test_a_second_click_places_no_second_hold(self, road):
        [part] = parts(road)
        version = road.rollout.version
        hold = verbs.hold_part(road.rollout, part, stage="both", by=road.manager, at=road.at, seen=version)
        with pytest.raises(NotNow, match="Somebody else changed this"):
            verbs.hold_part(road.rollout, part, stage="both", by=road.manager, at=road.at, seen=version)
        with pytest.raises(Invalid, match=f"{hold} holds these homes already"):
            verbs.hold_part(road.fresh(), part, stage="both", by=road.manager, at=road.at)
        assert Hold.objects.count() == 1
        assert Entry.objects.filter(verb="hold_part", why__startswith=hold.reference).count() == 1

    def test_only_a_part_that_a_verdict_named(self, road):
        with pytest.raises(Invalid, match="parts found over the limit"):
            verbs.hold_part(road.rollout, "1-activation-regions-south", stage="both", by=road.manager, at=road.at)

    def test_only_dcc(self, road):
        [part] = parts(road)
        operator = road.world.actor("csp_north", at=road.at)
        with pytest.raises(NotAllowed):
            verbs.hold_part(road.rollout, part, stage="both", by=operator, at=road.at)

    def test_not_for_a_release_that_has_ended(self, road):
        [part] = parts(road)
        type(road.rollout.release).objects.update(state="withdrawn")
        with pytest.raises(NotNow, match="no hub is asked for it any more"):
            verbs.hold_part(road.fresh(), part, stage="both", by=road.manager, at=road.at)


@pytest.mark.parametrize(("axis", "value"), [("regions", "south"), ("hub_models", "1")])
def test_the_cohort_of_a_region_or_a_hub_model_is_that_axis(axis, value):
    chosen = int(value) if value.isdecimal() else value
    assert strata.cohort(axis, value) == Cohort.from_json({axis: [chosen]})


def test_no_hub_no_table():
    numbers, counted = strata.table([])
    assert (len(numbers), counted.shape) == (0, (0, len(HubState)))
    assert isinstance(counted, np.ndarray)


def test_a_fault_of_gas_readings_hides_only_where_there_is_a_gas_meter(world, catalogue, single):
    make_hubs()
    road = make_road(world, make_served(world, catalogue), scenario="gas_gaps", **WHOLE)
    hidden = Cell.objects.filter(number__in=road.rollout.regressing_cells)
    assert hidden and single.number not in road.rollout.regressing_cells
    assert all(cell.combination.gsme_id for cell in hidden.select_related("combination"))
