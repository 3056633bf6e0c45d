"""What a plan would do, before it is made: read only, and the same as the plan then does."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from devices.rollouts import foresight, queries, verbs
from devices.rollouts.models import NightlyCapacity, Rollout
from devices.rollouts.planning import WaveSpec
from portal.journal.models import Entry
from portal.workflow.errors import Invalid
from portal.working_days import london_day
from releases.holds import verbs as holds
from releases.holds.models import Cause, Stage
from releases.products.cohorts import Cohort
from releases.products.models import Cell, FirmwareVersion, ValidityPeriod
from tests.factories.ballots import set_clock
from tests.factories.queries import same_queries
from tests.factories.releases import make_announced
from tests.factories.rollouts import DEPLOYMENT_DAY, QUICK, make_road
from tests.html import mistakes

PLAN = {
    "canary": "60",
    "shares": "20, 30",
    "limit": "10",
    "minimum": "20",
    "confidence": "0.95",
    "turns": "3",
    "pace": "quick",
    "scenario": "calm",
}
PARTS = (WaveSpec(hubs=20, regions=("north",)), WaveSpec(share=0.2, regions=("south",)))
BY_REGION = replace(QUICK, waves=(WaveSpec(parts=PARTS), WaveSpec(share=0.5), WaveSpec(share=1.0)))


def foresee(release, chosen=QUICK):
    return foresight.foresee(release, chosen, DEPLOYMENT_DAY)


def hold(world, release, stage=Stage.ACTIVATION):
    return holds.place(
        release,
        Cohort(regions=frozenset({"north"})),
        stage=stage,
        cause=Cause.DCC,
        cause_text="Displays stay dark.",
        by=world.actor("manager", at=DEPLOYMENT_DAY),
        at=DEPLOYMENT_DAY,
    )


def test_a_rollout_of_another_release_on_the_same_hubs_is_named(world, catalogue, served, sign_in):
    set_clock(DEPLOYMENT_DAY)
    road = make_road(world, served)
    other = make_announced(world, catalogue, title="Another")
    [said] = foresee(other).elsewhere
    assert said.startswith(f"Rollout {road.rollout} of {served.reference}") and "asked by both" in said
    page = sign_in("manager").post(reverse("rollouts:plan", args=[other.reference]), PLAN | {"preview": "yes"}).text
    assert said in page and mistakes(page) == []
    assert foresee(served).elsewhere == []
    verbs.cancel(road.rollout, why="Not now.", by=road.manager, at=road.at)
    assert foresee(other).elsewhere == []


def test_the_waves_it_shows_are_those_the_plan_then_has(world, served):
    before = Entry.objects.count()
    shown = [wave.by_region for wave in foresee(served, BY_REGION).waves]
    assert (Entry.objects.count(), Rollout.objects.count()) == (before, 0)
    road = make_road(world, served, plan=BY_REGION)
    planned = queries.figures(road.rollout).by_wave.sum(axis=2).tolist()
    assert shown == planned == [[20, 0, 50], [50, 0, 125], [30, 0, 75]]
    assert [wave.hubs for wave in foresee(served, BY_REGION).waves] == [70, 175, 105]


def test_nights_and_dates_follow_the_capacity_that_is_stated(world, served):
    free = foresee(served)
    NightlyCapacity.objects.create(region="south", activation=10, stated_at=DEPLOYMENT_DAY)
    full = foresee(served)
    assert free.deployed_by == full.deployed_by
    assert free.nights["activation"] <= 2
    assert full.nights["activation"] >= 25
    assert full.finished_by > free.finished_by
    assert full.waves[-1].activation.opens_at >= served.planned_activation_at


def test_a_region_that_takes_nothing_never_finishes(world, served):
    NightlyCapacity.objects.create(region="south", deployment=0, stated_at=DEPLOYMENT_DAY)
    found = foresee(served)
    assert (found.deployed_by, found.finished_by) == (None, None)
    assert found.waves[0].activation.opens_at is None


def test_a_release_that_reaches_nobody_has_no_waves(world, served):
    Cell.objects.update(homes=0)
    found = foresee(served)
    assert (found.waves, found.finished_by, found.deadlines, found.is_refused) == ([], None, [], False)


class TestDeadlines:
    def slow(self):
        NightlyCapacity.objects.create(region="south", activation=100, stated_at=DEPLOYMENT_DAY)

    def until(self, specification, **dates):
        ValidityPeriod.objects.filter(specification=specification).update(**dates)

    @pytest.mark.parametrize(
        ("specification", "field", "words"),
        [
            ("CHTS", "maintenance_to", "the maintenance period of CHTS 1.1 ends on"),
            ("GBCS", "applicability_to", "the applicability of GBCS 3.2 ends on"),
        ],
    )
    def test_the_targets_periods_forbid_a_plan_that_outlives_them(self, world, served, specification, field, words):
        self.slow()
        self.until(specification, **{field: london_day(served.planned_activation_at)})
        found = foresee(served)
        (deadline,) = [one for one in found.deadlines if one.blocks]
        assert found.is_refused
        assert words in deadline.words
        assert 0 < deadline.hubs < 250
        with pytest.raises(Invalid, match=words):
            verbs.plan(served, QUICK, by=world.actor("manager", at=DEPLOYMENT_DAY), at=DEPLOYMENT_DAY)
        assert not Rollout.objects.exists()

    def test_a_closed_installation_period_only_warns(self, world, served):
        self.until("CHTS", installation_to=date(2017, 1, 2))
        (deadline,) = foresee(served).deadlines
        assert (deadline.hubs, deadline.blocks) == (350, False)
        make_road(world, served)

    def test_the_end_of_an_old_version_counts_the_homes_still_on_it(self, world, served):
        old = FirmwareVersion.objects.get(pk=Cell.objects.filter(homes=100).first().firmware_id)
        old.chts = "1.0"
        old.save()
        ValidityPeriod.objects.create(
            specification="CHTS", version="1.0", installation_from=date(2015, 1, 1), maintenance_to=date(2017, 1, 2)
        )
        (deadline,) = foresee(served).deadlines
        assert not deadline.blocks
        assert f"still run {old} when its maintenance ends on 2 January 2017" in deadline.words

    def test_a_date_no_hub_passes_is_not_told(self, served):
        self.until("CHTS", maintenance_to=date(2018, 1, 1))
        assert foresee(served).deadlines == []

    def test_a_specification_without_a_row_is_the_gates_business(self, served):
        ValidityPeriod.objects.all().delete()
        assert foresee(served).deadlines == []


class TestReach:
    def reach(self, world, release):
        return foresight.reach(release, world.actor("manager", at=DEPLOYMENT_DAY), DEPLOYMENT_DAY)

    def test_it_counts_what_a_hold_keeps_out_and_names_it(self, world, served):
        before = self.reach(world, served)
        assert (before.hubs, before.homes, before.suppliers, before.held) == (350, 350, 2, 0)
        assert before.by_region == {"North": 100, "Central": 0, "South": 250}
        placed = hold(world, served)
        found = self.reach(world, served)
        assert found.held == 100
        (share, *_) = found.waiting
        assert (share.hubs, share.hold) == (100, placed.reference)
        assert share.why == "held from activation: DCC: Displays stay dark."

    def test_a_hold_on_other_homes_is_not_named(self, world, served):
        hold(world, served)
        Cell.objects.filter(region="north").update(homes=0)
        assert not [share for share in self.reach(world, served).waiting if share.hold]

    def test_it_names_the_notice_that_still_runs(self, world, served):
        early = datetime(2017, 1, 10, 12, tzinfo=UTC)
        found = foresight.reach(served, world.actor("manager", at=early), early)
        assert [share.why for share in found.waiting] == ["a responsible supplier's notice of activation still runs"]

    def test_versions_that_are_left_out(self, world, served):
        cell = Cell.objects.filter(homes=100).first()
        target = FirmwareVersion.objects.filter(
            hub_model=cell.firmware.hub_model, version=served.firmware_version
        ).first()
        Cell.objects.filter(pk=cell.pk).update(firmware=target)
        (share,) = self.reach(world, served).excluded
        assert (share.hubs, share.why) == (100, f"{target}: runs the version already")

    def test_versions_it_may_not_start_from_are_left_out(self, world, served):
        cell = Cell.objects.filter(homes=100).first()
        other = FirmwareVersion.objects.create(
            hub_model=cell.firmware.hub_model, version="00000001", listed_on=date(2016, 1, 1)
        )
        served.from_versions.set([other])
        shares = self.reach(world, served).excluded
        assert {share.why.partition(": ")[2] for share in shares} == {"no permitted from-version"}
        assert sum(share.hubs for share in shares) == 350


def test_the_preview_asks_no_more_for_more_cells(served, sign_in):
    set_clock(DEPLOYMENT_DAY)
    client, url = sign_in("manager"), reverse("rollouts:plan", args=[served.reference])
    with same_queries() as cost:
        for homes in (0, 7):
            Cell.objects.filter(homes=100).update(homes=homes)
            cost.of(lambda: client.post(url, PLAN | {"preview": "yes"}))
