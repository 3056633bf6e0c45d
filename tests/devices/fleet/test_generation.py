import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.fleet import generation
from devices.fleet.generation import Combination, Country, Supplier

LAND = Country(
    suppliers=[Supplier(1, 20, True), Supplier(2, 5, True), Supplier(3, 2, False), Supplier(4, 9, True)],
    combinations=[Combination(1, 60, 1, True), Combination(2, 30, 1, False), Combination(3, 10, 2, True)],
    versions={1: [(11, 0.4), (12, 0.6)], 2: [(21, 1.0)]},
)


@settings(max_examples=20)
@given(st.integers(1, 20_000), st.integers(0, 2**31))
def test_every_home_is_in_a_cell_and_every_hub_in_its_place(hubs, seed):
    homes = generation.homes_among(hubs)
    cells = generation.make_cells(LAND, homes=homes, seed=seed)
    assert cells.homes.sum() == homes
    assert np.all(cells.homes > 0)
    made = generation.make_hubs(cells, LAND, hubs=hubs, seed=seed)
    in_home = made.cell != generation.NO_CELL
    assert np.count_nonzero(in_home) == homes
    assert np.array_equal(np.bincount(made.cell[in_home], minlength=len(cells.homes)), cells.homes)
    assert np.array_equal(made.inventory[in_home], cells.firmware[made.cell[in_home]])
    assert len(np.unique(made.eui64)) == hubs
    assert np.all(made.eui64 % 2 == 0)


def test_the_same_seed_makes_the_same_country():
    first, again = (generation.make_cells(LAND, homes=5_000, seed=3) for _ in range(2))
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in first.__slots__)
    other = generation.make_cells(LAND, homes=5_000, seed=4)
    assert not np.array_equal(first.homes, other.homes)


@pytest.fixture(scope="module")
def made():
    cells = generation.make_cells(LAND, homes=generation.homes_among(200_000), seed=7)
    return cells, generation.make_hubs(cells, LAND, hubs=200_000, seed=7)


class TestProportions:
    def test_regions(self, made):
        shares = np.bincount(made[0].region, weights=made[0].homes) / made[0].homes.sum()
        assert shares == pytest.approx([0.4, 0.3, 0.3], abs=0.01)

    def test_suppliers(self, made):
        cells, _ = made
        gas = cells.gas != generation.NO_GAS
        assert np.all(gas == (cells.combination != 2))
        same = cells.homes[gas & (cells.gas == cells.electricity)].sum() / cells.homes[gas].sum()
        assert 0.70 < same < 0.85
        assert 3 not in cells.gas

    def test_statuses(self, made):
        cells, hubs = made
        in_home = hubs.cell != generation.NO_CELL
        share = np.mean(hubs.smi_status[in_home] == generation.INSTALLED_NOT_COMMISSIONED)
        assert 0.01 < share < 0.03
        assert set(np.unique(hubs.smi_status[~in_home])) == {0, 1, 5, 6}
        assert set(np.unique(hubs.smi_status[in_home])) <= {2, 3, 4, 7, 8}

    def test_lost_responses(self, made):
        differ = np.mean(made[1].inventory != made[1].read)
        assert 0 < differ < generation.LOST_RESPONSE_SHARE


def test_a_lone_supplier_supplies_both_fuels():
    land = Country([Supplier(1, 1, True)], LAND.combinations, LAND.versions)
    cells = generation.make_cells(land, homes=100, seed=1)
    assert set(cells.gas) <= {1, generation.NO_GAS}


def test_gas_meters_need_a_supplier_of_gas():
    land = Country([Supplier(1, 1, False)], LAND.combinations, LAND.versions)
    with pytest.raises(ValueError, match="supplier of gas"):
        generation.make_cells(land, homes=100, seed=1)
