"""Hubs that a hold kept back re-enter when it is lifted: who they are, when they are told, how they go."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.fleet.models import Hub
from devices.rollouts import can, contributes, left_behind, may, queries, verbs
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState, RolloutState
from devices.rollouts.tasks import catch_up as catch_up_task
from portal.delivery.models import Delivery
from portal.workflow.errors import NotAllowed, NotNow
from releases.holds import queries as hold_queries
from releases.holds import verbs as holds
from releases.holds.models import Hold
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from releases.publishing.models import Release
from tests.factories.findings import make_hold
from tests.factories.rollouts import ENGINE, Road, assert_counts_agree, hubs_by_state

pytestmark = pytest.mark.django_db
NORTH = Cohort(regions=frozenset({"north"}))


def lift(road: Road, hold: Hold) -> None:
    holds.lift(hold, ground="dcc", why="Tested again.", by=road.manager, at=road.at)


def kept_back(road: Road, **changes) -> Hold:
    """Deploy a rollout around a hold on the north and lift it afterwards; the hold."""
    hold = make_hold(road.world, road.rollout.release, at=road.at, **changes)
    road.deploy()
    lift(road, hold)
    return hold


def caught_up(road: Road) -> Road:
    """Plan the catch-up wave and return it as a road of its own, on the day it may start."""
    found = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    assert found is not None and found.starts_from is not None
    return Road(road.world, found, max(found.starts_from, road.at))


def test_the_plan_shrinks_by_exactly_the_cohort_and_the_catch_up_wave_is_that_cohort(road):
    hold = make_hold(road.world, road.rollout.release, at=road.at)
    road.deploy()
    assert hubs_by_state(road.rollout)[HubState.SCHEDULED] == 100
    assert verbs.catch_up(road.rollout, by=ENGINE, at=road.at) is None
    lift(road, hold)
    wave = caught_up(road).rollout
    assert (wave.reference, wave.hubs, wave.state) == (f"{road.rollout}-C1", 100, RolloutState.PLANNED)
    (batch,) = wave.batches.all()
    held = Hub.objects.filter(cell__in=Cell.objects.filter(region="north").values("number"))
    assert set(np.frombuffer(batch.hubs, np.uint32).tolist()) == set(held.values_list("pk", flat=True))
    assert verbs.catch_up(road.rollout, by=ENGINE, at=road.at) is None


def test_hubs_that_had_passed_before_the_hold_do_not_catch_up(road):
    road.deploy()
    lift(road, make_hold(road.world, road.rollout.release, at=road.at))
    assert verbs.catch_up(road.rollout, by=ENGINE, at=road.at) is None


def test_suppliers_agents_and_those_who_run_rollouts_hear_of_it(road):
    kept_back(road)
    wave = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    told = set(Delivery.objects.filter(message__kind="rollouts.catch_up").values_list("recipient", flat=True))
    assert told >= {"Heron Power", "Meterwrights", "Manager", "Csp North"}
    assert "Fernlight Energy" not in told
    assert wave.starts_from == datetime(2017, 1, 26, tzinfo=UTC)  # told on Wednesday 18 January
    again = Road(road.world, wave, road.at)
    again.approve()
    with pytest.raises(NotNow, match="told 7 days ahead"):
        verbs.start(again.fresh(), by=again.manager, at=wave.starts_from - timedelta(seconds=1))
    assert verbs.start(again.fresh(), by=again.manager, at=wave.starts_from).state == RolloutState.DEPLOYING


def test_it_goes_the_whole_way_beside_its_rollout(road):
    kept_back(road)
    wave = caught_up(road)
    assert [due.at for due in contributes.due(road.manager, road.at) if "catch-up" in due.text] == [wave.at]
    wave.finish()
    assert wave.rollout.release.state == "active"  # the watch begins with the end of the whole
    road.at = wave.at
    road.activate()
    road.run()
    assert road.fresh().release.state == "hypercare"
    first, late = hubs_by_state(road.rollout), hubs_by_state(wave.rollout)
    whole = {state: first.get(state, 0) + late.get(state, 0) for state in HubState}
    assert whole[HubState.EXCLUDED] == 100
    assert sum(whole.values()) == 450
    new = Cell.objects.filter(firmware__version=road.rollout.release.firmware_version)
    activated = whole[HubState.ACTIVATED]
    assert sum(new.values_list("homes", flat=True)) == activated
    assert Hub.objects.filter(cell__in=new.values("number")).count() == activated
    assert_counts_agree(wave.rollout)


def test_a_hold_lifted_in_hypercare_lets_excluded_hubs_catch_up(road):
    hold = make_hold(road.world, road.rollout.release, stage="activation", at=road.at)
    road.finish()
    assert hubs_by_state(road.rollout)[HubState.EXCLUDED] >= 90
    lift(road, hold)
    wave = caught_up(road)
    wave.deploy()
    wave.activate()
    assert wave.run().state == RolloutState.FINISHED
    assert wave.rollout.release.state == "hypercare"
    assert "reported with its rollout" in str(can.report.why_not(wave.rollout, at=wave.at))


def test_what_another_hold_stops_stays_and_comes_with_that_one(road):
    first = make_hold(road.world, road.rollout.release, at=road.at)
    road.deploy()
    second = make_hold(road.world, road.rollout.release, stage="activation", at=road.at)
    lift(road, first)
    assert verbs.catch_up(road.rollout, by=ENGINE, at=road.at) is None
    lift(road, second)
    assert verbs.catch_up(road.rollout, by=ENGINE, at=road.at).hubs == 100


def test_hubs_of_a_cancelled_catch_up_are_taken_by_the_next(road):
    kept_back(road)
    wave = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    verbs.cancel(wave, by=road.manager, at=road.at, why="Later.")
    again = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    assert (again.reference, again.hubs) == (f"{road.rollout}-C2", 100)


def test_who_and_when(road):
    with pytest.raises(NotAllowed):
        verbs.catch_up(road.rollout, by=road.world.actor("supplier"), at=road.at)
    assert may.catch_up.why_not(road.rollout, by=road.manager) is None
    assert "has left no hub behind" in str(can.catch_up.why_not(road.rollout))
    kept_back(road)
    wave = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    assert "is a catch-up wave itself" in str(can.catch_up.why_not(wave))
    Release.objects.filter(pk=road.rollout.release_id).update(state="withdrawn")
    assert "no hub is asked for it any more" in str(can.catch_up.why_not(road.fresh()))


def test_the_clock_finds_what_a_lost_message_would_have_planned(road, set_clock):
    kept_back(road)
    set_clock(road.at)
    assert catch_up_task(release_id=road.rollout.release_id + 1) == 0
    assert catch_up_task() == 1
    assert catch_up_task(release_id=road.rollout.release_id) == 0
    assert [row.pk for row in queries.may_catch_up()] == [road.rollout.pk]


def test_a_catch_up_wave_has_its_date_in_the_database(road):
    with pytest.raises(IntegrityError, match="a_catch_up_has_its_date"), transaction.atomic():
        Rollout.objects.filter(pk=road.rollout.pk).update(starts_from=road.at)


def test_both_pages_show_it(road, sign_in, set_clock):
    kept_back(road)
    set_clock(road.at)
    wave = verbs.catch_up(road.rollout, by=ENGINE, at=road.at)
    client = sign_in("manager")
    page = client.get(reverse("rollouts:rollout", args=[road.rollout.reference])).content.decode()
    assert wave.reference in page and "Catch-up waves" in page
    shown = client.get(reverse("rollouts:rollout", args=[wave.reference])).content.decode()
    assert f"Catch-up wave {wave.reference}" in shown
    assert "A catch-up wave of" in shown and "not before" in shown
    assert client.get(f"/api/v1/rollouts/{wave.reference}/").json()["catches_up"] == road.rollout.reference


def test_the_effect_of_a_hold_names_the_waves_it_touches(road):
    release, at = road.rollout.release, road.at
    change = hold_queries.changing(NORTH, "both", release=release, at=at)
    (placed,) = contributes.hold_effects(release, change, road.manager, at, False)
    assert placed.text == f"Rollout {road.rollout}: 100 hubs not through yet, in wave 1, 2."
    hold = make_hold(road.world, release, at=at)
    road.deploy()
    (late,) = hold_queries.touched(NORTH, "both", release=None, actor=road.manager, at=at, lifted=hold)
    assert late.text == "100 hubs of waves gone by catch up, from 26 January 2017 at the earliest."
    nothing = hold_queries.changing(NORTH, "both", release=release, at=at)
    assert (nothing.deployment, nothing.activation, nothing.free) == (frozenset(), frozenset(), frozenset())


def test_what_another_hold_keeps_is_not_set_free(road):
    """Lifting one of two overlapping holds moves only the hubs whose stage no other hold stops."""
    release, at = road.rollout.release, road.at
    both = make_hold(road.world, release, at=at)
    activation = make_hold(road.world, release, stage="activation", at=at)

    def lifting(hold):
        found = hold_queries.touched(
            Cohort.of(hold), hold.stage, release=release, actor=road.manager, at=at, lifted=hold
        )
        return [effect.text for effect in found]

    waits = f"Rollout {road.rollout}: 100 hubs not through yet, in wave 1, 2."
    assert lifting(activation) == []
    assert lifting(both) == [waits]  # to deploy: activation stays held
    road.deploy()
    assert lifting(activation) == []
    assert lifting(both) == []  # left behind by the deployment, and no catch-up while the other stands
    lift(road, activation)
    (late,) = lifting(both)
    assert late.startswith("100 hubs of waves gone by catch up")


def test_a_hub_kept_from_deployment_is_not_waiting_for_activation(road):
    release, at = road.rollout.release, road.at
    make_hold(road.world, release, stage="deployment", at=at)
    activation = make_hold(road.world, release, stage="activation", at=at)
    found = hold_queries.touched(NORTH, "activation", release=release, actor=road.manager, at=at, lifted=activation)
    assert found == []
    placed = hold_queries.changing(Cohort(), "activation", release=release, at=at)
    (effect,) = contributes.hold_effects(release, placed, road.manager, at, False)
    assert "250 hubs not through yet" in effect.text  # all but the 100 in the north


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(
        st.tuples(st.sets(st.sampled_from(["north", "south"]), min_size=1), st.booleans(), st.booleans()), max_size=4
    )
)
def test_who_catches_up_is_set_arithmetic(deployed_around_all, drawn):
    """Lifted cohorts, less the cohorts still held, are exactly the hubs that catch up."""
    road = deployed_around_all
    release, at = road.rollout.release, road.at
    with transaction.atomic():
        Hold.objects.all().delete()
        freed, held = set[int](), set[int]()
        for regions, both, is_lifted in drawn:
            cohort = Cohort(regions=frozenset(regions))
            hold = make_hold(road.world, release, cohort=cohort, stage="both" if both else "activation", at=at)
            cells = set(cohorts.cells(cohort).values_list("number", flat=True))
            if is_lifted:
                lift(road, hold)
            (freed if is_lifted else held).update(cells)
        found = left_behind.find(road.rollout, at)
        expected = Hub.objects.filter(cell__in=(freed - held) & set(road.rollout.batches.first().cell_numbers))
        assert set(found.hubs.tolist()) == set(expected.values_list("pk", flat=True))
        transaction.set_rollback(True)


@pytest.fixture
def deployed_around_all(road) -> Road:
    """A rollout that has deployed around all of its hubs."""
    Rollout.objects.filter(pk=road.rollout.pk).update(state="deployed", deployment_started_at=road.at)
    road.rollout.batches.update(phase=100, due_at=None)
    road.fresh()
    return road
