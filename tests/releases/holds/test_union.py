"""Hold arithmetic equals set arithmetic: what the queries answer in SQL is held against sets of cells."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.workflow.actor import ANONYMOUS, system
from releases.holds import queries
from releases.holds.models import Cause, Hold, Stage
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from releases.publishing.models import Release
from tests.factories.findings import make_hold

pytestmark = pytest.mark.django_db
STAGES = (Stage.DEPLOYMENT, Stage.ACTIVATION)


@st.composite
def worlds(draw):
    """Holds as (regions, supplier names, scope, of this release or every one, start, end in hours from now)."""
    hours = st.integers(min_value=-3, max_value=3)
    one = st.tuples(
        st.sets(st.sampled_from(["north", "south", "central"])),
        st.sets(st.sampled_from(["heron", "osprey", "fernlight"]), max_size=2),
        st.sampled_from(list(Stage)),
        st.booleans(),
        hours,
        st.none() | hours,
    )
    return draw(st.lists(one, max_size=5))


def build(world, release, drawn) -> list[Hold]:
    Hold.objects.all().delete()
    for number, (regions, names, scope, own, start, end) in enumerate(drawn, start=1):
        cohort = Cohort(regions=frozenset(regions), suppliers=frozenset(world.organisation(name).pk for name in names))
        lifted = (
            {}
            if end is None
            else {"state": "lifted", "lift_reason": "x", "lift_ground": "dcc", "lifted_by_name": "Ada"}
        )
        Hold.objects.create(
            reference=f"H-{number}",
            release=release if own else None,
            stage=scope,
            cause=Cause.DCC,
            cause_text="x",
            placed_at=world.at + timedelta(hours=start),
            placed_by_name="x",
            lifted_at=None if end is None else world.at + timedelta(hours=end),
            **lifted,
            **cohort.as_fields(),
        )
    return list(Hold.objects.all())


def sets(holds: list[Hold], stage: str, at, cells: list[Cell]) -> dict[int, set[int]]:
    """Return the cells of each hold in force, by hold: the arithmetic by hand."""
    return {
        hold.pk: {cell.number for cell in cells if cohorts.covers(Cohort.of(hold), cell)}
        for hold in holds
        if hold.stops(stage) and (hold.lifted_at is None or at < hold.lifted_at)
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=worlds())
def test_held_cells_are_the_union_and_lifting_frees_what_no_other_holds(world, announced, drawn):
    holds, at = build(world, announced, drawn), world.at
    cells = list(Cell.objects.select_related("combination"))
    for stage in STAGES:
        by_hold = sets(holds, stage, at, cells)
        held = set().union(*by_hold.values())
        assert queries.held_cells(stage, at, release=announced) == held
        for number, own in by_hold.items():
            others = set().union(*(found for other, found in by_hold.items() if other != number))
            hold = next(one for one in holds if one.pk == number)
            left = set(queries.held(stage, at, release=announced, without=hold).values_list("number", flat=True))
            assert (left, held - left) == (others, own - others)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=worlds(), colour=st.sampled_from(["white", "green", "amber", "red"]))
def test_the_holds_that_stop_a_cell_are_those_in_force_that_one_may_see(world, announced, drawn, colour):
    holds, at = build(world, announced, drawn), world.at
    Release.objects.filter(pk=announced.pk).update(classification=colour)
    cells = list(Cell.objects.select_related("combination"))
    in_force = {hold.pk for hold in queries.in_force(at)}
    for actor in (
        *map(world.actor, ("manager", "supplier", "secretary", "administrator")),
        system("Engine"),
        ANONYMOUS,
    ):
        seen = {hold.pk for hold in queries.visible_to(actor)} & in_force
        reached = {
            hold.pk: set(queries.cells_of(Cohort.of(hold), hold.release).values_list("number", flat=True))
            for hold in sorted(holds, key=lambda hold: hold.pk)
            if hold.pk in seen
        }
        found = queries.stopping(cells, actor, at)
        for cell in cells:
            wanted = [pk for pk, numbers in reached.items() if cell.number in numbers]
            assert [hold.pk for hold in found.get(cell.number, [])] == wanted


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=worlds(), regions=st.sets(st.sampled_from(["north", "south", "central"])))
def test_the_preview_of_placing_counts_exactly_what_was_free(world, announced, drawn, regions):
    holds, at = build(world, announced, drawn), world.at
    cells = list(Cell.objects.select_related("combination"))
    cohort = Cohort(regions=frozenset(regions))
    alder = {cell.number for cell in cells if cell.combination.hub_model.name == "Alder 1"}
    wanted = {cell.number for cell in cells if cohorts.covers(cohort, cell)} & alder
    homes = {cell.number: cell.homes for cell in cells}
    for effect in queries.effect_of_placing(cohort, Stage.BOTH, release=announced, at=at):
        held = set().union(*sets(holds, effect.stage, at, cells).values())
        assert effect.cohort.homes == sum(homes[number] for number in wanted)
        assert effect.changed.homes == sum(homes[number] for number in wanted - held)
        assert effect.unchanged_homes == sum(homes[number] for number in wanted & held)


def test_lifting_one_of_two_leaves_the_other(world, announced):
    first = make_hold(world, announced, cohort=Cohort(regions=frozenset({"north", "south"})))
    make_hold(world, announced, stage=Stage.ACTIVATION)
    deployment, activation = queries.effect_of_lifting(first, at=world.at)
    assert (deployment.changed.homes, activation.changed.homes) == (350, 250)
    assert (activation.unchanged_homes, activation.changed.suppliers) == (100, 2)


def test_a_hold_over_every_release_counts_for_each_and_another_releases_for_none(world, announced):
    make_hold(world, None)
    numbers = set(Cell.objects.filter(region="north").values_list("number", flat=True))
    assert queries.held_cells(Stage.DEPLOYMENT, world.at, release=announced) == numbers
    over_all = queries.held(Stage.DEPLOYMENT, world.at, release=None)
    assert set(over_all.values_list("number", flat=True)) == numbers
    make_hold(world, announced, cohort=Cohort(regions=frozenset({"south"})))
    assert queries.held(Stage.DEPLOYMENT, world.at, release=None).count() == 1


def test_homes_held_of_no_holds_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.homes_held([]) == {}


def test_a_hold_of_one_scope_leaves_the_other_stage_alone(world, announced):
    make_hold(world, announced, stage=Stage.ACTIVATION)
    assert queries.held_cells(Stage.DEPLOYMENT, world.at, release=announced) == frozenset()
    assert len(queries.effect_of_placing(Cohort(), Stage.ACTIVATION, release=None, at=world.at)) == 1
