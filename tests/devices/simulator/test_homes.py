from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.simulator import homes
from devices.simulator.homes import Country, Event, Place, Scale
from devices.simulator.scenarios import Life

BOTH = Place("north", 1, 11, "single", 1, 1)
MIXED = Place("north", 1, 11, "single", 1, 2)
POWER = Place("south", 2, 12, "single", 3, None)
LAND = Country({BOTH: 600, MIXED: 300, POWER: 100}, {1: [1, 4, 5]}, {1: 10})
BUSY = Life(0.5, 0.2, 0.2, 0.1)
CHOICES = st.integers(0, 2**32 - 1)


@settings(max_examples=20)
@given(st.integers(0, 2**31), st.integers(730_000, 740_000), st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_day_of_a_hub_does_not_depend_on_the_hubs_drawn_with_it(seed, day, some, more):
    few = list(homes.happens(seed, day, some, BUSY))
    assert few == [one for one in homes.happens(seed, day, some + more, BUSY) if one[0] <= some]
    assert len({hub for hub, _, _ in few}) == len(few)
    assert all(1 <= hub <= some for hub, _, _ in few)


def test_days_and_seeds_differ():
    days = [list(homes.happens(seed, day, 20_000, BUSY)) for seed, day in ((1, 736_000), (1, 736_001), (2, 736_000))]
    assert days[0] != days[1] and days[0] != days[2]


def test_a_year_brings_the_shares_of_the_scenario():
    found = Counter(event for day in range(365) for _, event, _ in homes.happens(7, day, 20_000, BUSY))
    assert found[Event.CHANGE_OF_SUPPLIER] / 20_000 == pytest.approx(0.5, rel=0.05)
    assert found[Event.METER_EXCHANGE] / 20_000 == pytest.approx(0.2, rel=0.1)
    assert found[Event.HUB_EXCHANGE] / 20_000 == pytest.approx(0.2, rel=0.1)
    new = sum(len(homes.installed(7, day, LAND, BUSY)) for day in range(365))
    assert new == pytest.approx(100, abs=25)


def test_stretches_are_one_country(monkeypatch):
    whole = list(homes.happens(3, 736_000, 5_000, BUSY))
    monkeypatch.setattr(homes, "_STRETCH", 700)
    assert list(homes.happens(3, 736_000, 5_000, BUSY)) == whole


@given(CHOICES)
def test_a_change_of_supplier_changes_the_suppliers_to_another_pair_with_the_same_fuels(choice):
    assert homes.after(BOTH, Event.CHANGE_OF_SUPPLIER, choice, LAND) == MIXED
    assert homes.after(MIXED, Event.CHANGE_OF_SUPPLIER, choice, LAND) == BOTH
    assert homes.after(POWER, Event.CHANGE_OF_SUPPLIER, choice, LAND) == POWER  # nobody else supplies power alone


@given(CHOICES)
def test_an_exchanged_meter_changes_the_combination_alone(choice):
    after = homes.after(BOTH, Event.METER_EXCHANGE, choice, LAND)
    assert after.combination in (4, 5) and after._replace(combination=1) == BOTH
    assert homes.after(POWER, Event.METER_EXCHANGE, choice, LAND) == POWER  # like replaces like


@given(CHOICES)
def test_a_new_hub_comes_on_the_version_it_is_shipped_with(choice):
    assert homes.after(BOTH, Event.HUB_EXCHANGE, choice, LAND) == BOTH._replace(firmware=10)
    assert homes.after(POWER, Event.HUB_EXCHANGE, choice, LAND) == POWER


def test_new_homes_are_like_those_there_are():
    found = Counter(homes.installed(7, 736_000, Country({BOTH: 90_000, POWER: 10_000}, {}, {1: 10}), Life(0, 0, 0, 3)))
    assert found.keys() == {BOTH._replace(firmware=10), POWER}
    assert sum(found.values()) in (821, 822)
    assert found[POWER] == pytest.approx(82, abs=35)
    assert homes.installed(7, 736_000, Country({}, {}, {}), Life(0, 0, 0, 3)) == []


def test_a_scale_weighs():
    scale = Scale({"a": 1, "b": 0, "c": 3})
    assert [scale.at(choice) for choice in (0, 2**30 - 1, 2**30, 2**32 - 1)] == ["a", "a", "c", "c"]
    assert Scale({"b": 0}).at(5) is None


@pytest.mark.parametrize("shares", [(-0.1, 0, 0, 0), (0, 0, 0, -0.1), (200, 100, 66, 0)])
def test_impossible_lives(shares):
    with pytest.raises(ValueError, match="shares of a year"):
        Life(*shares)
