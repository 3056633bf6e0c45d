import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.workflow.errors import Invalid
from releases.holds.models import Hold
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell

pytestmark = pytest.mark.django_db


def numbers(found):
    return sorted(found.values_list("number", flat=True))


def test_the_empty_cohort_is_every_hub(catalogue):
    everything = Cohort()
    assert everything.is_everything
    assert numbers(cohorts.cells(everything)) == [1, 2, 3, 4]
    assert cohorts.words(everything) == "every hub"
    assert everything.as_json() == {}


def test_each_axis_selects(world, catalogue):
    heron, osprey = world.organisations["heron"].pk, world.organisations["osprey"].pk
    c = catalogue
    expected = {
        Cohort(hub_models=frozenset({c.models["birch"].pk})): [4],
        Cohort(firmware=frozenset({c.versions["alder 0A010100"].pk})): [1, 2, 3],
        Cohort(regions=frozenset({"south", "central"})): [2, 3, 4],
        Cohort(han_variants=frozenset({"dual"})): [],
        Cohort(esme=frozenset({c.devices["esme"].pk})): [1, 2, 3, 4],
        Cohort(gsme=frozenset({c.devices["gsme"].pk})): [1, 2, 3],
        Cohort(displays=frozenset({c.devices["ppmid"].pk, c.devices["ihd"].pk})): [1, 2, 3],
        Cohort(suppliers=frozenset({osprey})): [3],
        Cohort(suppliers=frozenset({heron}), regions=frozenset({"north"})): [1],
    }
    for cohort, found in expected.items():
        assert numbers(cohorts.cells(cohort)) == found
        assert [cell.number for cell in Cell.objects.order_by("number") if cohorts.covers(cohort, cell)] == found


def test_cells_are_matched_with_several_cohorts_at_once(catalogue):
    north, everything = Cohort(regions=frozenset({"north"})), Cohort()
    cells = Cell.objects.select_related("combination").order_by("number")
    found = cohorts.covering([(north, "north"), (everything, "all"), (north, "again")], cells)
    assert found == {1: ["north", "all", "again"], 2: ["all"], 3: ["all"], 4: ["all"]}
    assert cohorts.covering([], cells) == {1: [], 2: [], 3: [], 4: []}


def test_homes_are_counted_once_and_suppliers_each(world, catalogue):
    assert cohorts.counts(Cohort()) == cohorts.Counts(homes=380, suppliers=3, cells=4)
    assert cohorts.counts(Cohort()).hubs == 380
    assert cohorts.counts(Cohort(han_variants=frozenset({"dual"}))) == cohorts.Counts(0, 0, 0)
    heron, osprey, fernlight = (world.organisations[name].pk for name in ("heron", "osprey", "fernlight"))
    assert cohorts.homes_by_supplier(Cell.objects.all()) == {heron: 350, osprey: 50, fernlight: 30}


def test_counting_takes_one_query(catalogue, django_assert_num_queries):
    with django_assert_num_queries(1):
        cohorts.counts(Cohort(regions=frozenset({"south"})))


def test_a_union_holds_each_cell_once(catalogue):
    north, alder = Cohort(regions=frozenset({"north"})), Cohort(hub_models=frozenset({catalogue.models["alder"].pk}))
    assert numbers(cohorts.union([north, alder])) == [1, 2, 3]
    assert numbers(cohorts.union([])) == []
    assert numbers(cohorts.union([north, Cohort()])) == [1, 2, 3, 4]


def test_the_smallest_selection_that_holds_several_is_open_where_one_of_them_is():
    north = Cohort(regions=frozenset({"north"}), suppliers=frozenset({1}))
    south = Cohort(regions=frozenset({"south"}), suppliers=frozenset({1}), smets=frozenset({2}))
    assert cohorts.spanning([north]) == north
    both = Cohort(regions=frozenset({"north", "south"}), suppliers=frozenset({1}))
    assert cohorts.spanning([north, south]) == both
    assert cohorts.spanning([north, Cohort()]) == cohorts.spanning([]) == Cohort()


def test_words_name_what_is_selected(world, catalogue):
    cohort = Cohort(
        hub_models=frozenset({catalogue.models["alder"].pk}),
        firmware=frozenset({catalogue.versions["alder 0A010100"].pk}),
        regions=frozenset({"south", "north"}),
        displays=frozenset({catalogue.devices["ppmid"].pk}),
        suppliers=frozenset({world.organisations["heron"].pk}),
    )
    assert cohorts.words(cohort) == (
        "hub model Alder 1; firmware Alder 1 0A010100; region North or South; display Orchard PPMID;"
        " supplier Heron Power"
    )


def test_a_row_and_its_cohort_say_the_same(catalogue):
    cohort = Cohort(regions=frozenset({"south"}), esme=frozenset({3, 1}))
    hold = Hold(**cohort.as_fields())
    assert (hold.regions, hold.esme, hold.gsme) == (["south"], [1, 3], [])
    assert Cohort.of(hold) == cohort


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"colour": [1]}, "A cohort has no axis colour."),
        ({"esme": ["1"]}, "The axis esme of a cohort takes a list of numbers."),
        ({"esme": [True]}, "takes a list of numbers"),
        ({"esme": 1}, "takes a list of numbers"),
        ({"regions": [1]}, "takes a list of words"),
        ({"regions": ["west"]}, "knows only north, central, south"),
    ],
)
def test_what_is_no_cohort_is_refused(stored, sentence):
    with pytest.raises(Invalid, match=sentence):
        Cohort.from_json(stored)


COHORTS = st.builds(
    Cohort,
    hub_models=st.frozensets(st.integers(1, 9)),
    suppliers=st.frozensets(st.integers(1, 9)),
    regions=st.frozensets(st.sampled_from(["north", "central", "south"])),
    han_variants=st.frozensets(st.sampled_from(["single", "dual"])),
    smets=st.frozensets(st.sampled_from([1, 2])),
)


@given(COHORTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_json_gives_the_same_cohort_back(cohort):
    assert Cohort.from_json(cohort.as_json()) == cohort
