from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.gateway import UNREACHABLE, Order, Sign, Stage, Watched
from devices.simulator.network import SimulatedNetwork, left_behind
from devices.simulator.scenarios import (
    BAD_IMAGE,
    CALM,
    CENTRAL,
    DARK_DISPLAYS,
    GAS_GAPS,
    JOINS_LOST,
    NORTH,
    REGRESSING_COHORT,
    SCENARIOS,
    SOUTH,
    STORM,
    SUPPLY_LOST,
    USUAL_SIGNS,
    Failures,
    Trouble,
)

COHORT = np.array([40], dtype=np.uint32)
REGION_OF = {10: NORTH, 20: CENTRAL, 30: SOUTH, 40: NORTH}
CELL_BY_REGION = {NORTH: 10, CENTRAL: 20, SOUTH: 30}
MANY = 60_000


def network(scenario=CALM, seed=7):
    return SimulatedNetwork(seed=seed, scenario=scenario, regressing=COHORT)


def order(hubs, *, cell=10, attempt=0, image=3):
    hubs = np.asarray(hubs, dtype=np.uint32)
    return Order(
        image=image,
        hubs=hubs,
        cells=np.full(len(hubs), cell, dtype=np.uint32),
        regions=np.full(len(hubs), REGION_OF[cell], dtype=np.uint8),
        attempts=np.full(len(hubs), attempt, dtype=np.uint8),
    )


@settings(max_examples=50)
@given(
    hubs=st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=200, unique=True),
    cut=st.integers(1, 199),
    stage=st.sampled_from(Stage),
    attempt=st.integers(0, 8),
)
def test_a_hub_has_the_same_fate_in_whatever_batch_it_travels(hubs, cut, stage, attempt):
    def ask(numbers):
        net = network(STORM)
        return (net.distribute if stage is Stage.DEPLOYMENT else net.activate)(order(numbers, attempt=attempt))

    whole = dict(zip(hubs, ask(hubs), strict=True))
    parts = hubs[:cut][::-1], hubs[cut:]
    pieces = {hub: code for part in parts for hub, code in zip(part, ask(part), strict=True)}
    assert pieces == whole


def test_attempts_of_one_order_are_answered_each_by_its_own_draw():
    hubs = np.arange(1_000, dtype=np.uint32)
    mixed = np.tile(np.array([0, 1], dtype=np.uint8), 500)
    alike = order(hubs)
    together = network().distribute(Order(3, alike.hubs, alike.cells, alike.regions, mixed))
    for attempt in (0, 1):
        alone = network().distribute(order(hubs, attempt=attempt))
        assert np.array_equal(together[mixed == attempt], alone[mixed == attempt])


def test_every_part_of_the_key_matters():
    hubs = np.arange(5_000)
    base = network(STORM).distribute(order(hubs))
    others = [
        network(STORM, seed=8).distribute(order(hubs)),
        network(STORM).distribute(order(hubs, image=4)),
        network(STORM).distribute(order(hubs, attempt=1)),
        network(STORM).activate(order(hubs)),
        network(STORM).distribute(order(hubs + 5_000)),
    ]
    assert all(not np.array_equal(base, other) for other in others)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
@pytest.mark.parametrize("region", CELL_BY_REGION)
def test_unreachable_shares_keep_within_the_weather(scenario, region):
    weather = scenario.weather[region]
    for attempt in range(3):
        codes = network(scenario).distribute(order(np.arange(MANY), cell=CELL_BY_REGION[region], attempt=attempt))
        share = np.mean(codes == UNREACHABLE)
        low, high = weather.nightly
        assert low - 0.005 <= share <= high + weather.left_behind + 0.005


@pytest.mark.parametrize("region", CELL_BY_REGION)
def test_hubs_left_behind_never_answer(region):
    hubs = np.arange(MANY, dtype=np.uint32)
    regions = np.full(MANY, region, dtype=np.uint8)
    left = left_behind(7, CALM, hubs, regions)
    assert np.mean(left) == pytest.approx(CALM.weather[region].left_behind, abs=0.003)
    for attempt in range(3):
        codes = network().activate(order(hubs, cell=CELL_BY_REGION[region], attempt=attempt))
        assert np.all(codes[left] == UNREACHABLE)


def share_of(codes, code):
    answered = codes[codes != UNREACHABLE]
    return np.mean(answered == code)


def test_failure_codes_come_in_the_scenarios_shares():
    codes = network(BAD_IMAGE).activate(order(np.arange(MANY)))
    assert share_of(codes, 3) == pytest.approx(0.12, abs=0.01)
    assert share_of(codes, 2) == pytest.approx(0.002, abs=0.001)
    assert set(np.unique(codes)) <= {0, 1, 2, 3, UNREACHABLE}
    assert share_of(network(BAD_IMAGE).distribute(order(np.arange(MANY))), 3) < 0.01


def test_only_the_regressing_cohort_regresses_and_only_after_activation():
    hubs = np.arange(MANY)
    assert share_of(network(REGRESSING_COHORT).activate(order(hubs, cell=40)), 3) == pytest.approx(0.4, abs=0.02)
    assert share_of(network(REGRESSING_COHORT).activate(order(hubs, cell=10)), 3) < 0.01
    assert share_of(network(REGRESSING_COHORT).distribute(order(hubs, cell=40)), 3) < 0.01


def test_without_a_cohort_nothing_regresses():
    healthy = SimulatedNetwork(seed=7, scenario=REGRESSING_COHORT)
    assert share_of(healthy.activate(order(np.arange(MANY), cell=40)), 3) < 0.01


def test_an_order_of_nobody_has_no_answers():
    assert len(network().distribute(order([]))) == 0


@pytest.mark.parametrize("shares", [(-0.1, 0, 0), (0.5, 0.4, 0.2)])
def test_impossible_failure_shares_are_refused(shares):
    with pytest.raises(ValueError, match="failure shares"):
        Failures(*shares)


def watched(hubs, *, cell=10, watch=1, image=3, activated=True):
    hubs = np.asarray(hubs, dtype=np.uint32)
    return Watched(
        image,
        watch,
        hubs,
        np.full(len(hubs), cell, dtype=np.uint32),
        np.full(len(hubs), REGION_OF[cell], dtype=np.uint8),
        np.full(len(hubs), activated),
    )


@settings(max_examples=30)
@given(
    hubs=st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=200, unique=True),
    cut=st.integers(1, 199),
    watch=st.integers(1, 500),
)
def test_of_a_hub_the_same_is_heard_in_whatever_batch_and_order_it_is_listened_to(hubs, cut, watch):
    def hear(numbers):
        return network(JOINS_LOST).listen(watched(numbers, cell=40, watch=watch))

    whole = dict(zip(hubs, hear(hubs), strict=True))
    parts = hubs[:cut][::-1], hubs[cut:]
    assert {hub: sign for part in parts for hub, sign in zip(part, hear(part), strict=True)} == whole


@pytest.mark.parametrize("activated", [False, True])
def test_usual_signs_come_in_their_shares_whatever_a_hub_runs(activated):
    network_ = network(replace(CALM, gusts=(1.0, 1.0)))
    heard = np.concatenate(
        [network_.listen(watched(np.arange(MANY), watch=watch, activated=activated)) for watch in range(20)]
    )
    for sign, share in USUAL_SIGNS.items():
        assert np.mean(heard == sign) == pytest.approx(share, rel=0.25)


def test_gusts_are_of_a_region_and_a_watch():
    def outages(cell, watch):
        return np.mean(network(STORM).listen(watched(np.arange(MANY), cell=cell, watch=watch)) == Sign.POWER_OUTAGE)

    found = {(cell, watch): outages(cell, watch) for cell in (10, 20) for watch in (1, 2)}
    assert all(0.0015 < share < 0.035 for share in found.values())
    assert max(found.values()) > 1.5 * min(found.values())


@pytest.mark.parametrize("scenario", [JOINS_LOST, DARK_DISPLAYS, GAS_GAPS, SUPPLY_LOST], ids=lambda one: one.name)
def test_troubles_tell_of_the_cohort_only_and_only_once_it_runs_the_image(scenario):
    net, hubs = network(scenario), np.arange(MANY)
    for trouble in scenario.troubles:
        heard = {
            (cell, activated): np.mean(net.listen(watched(hubs, cell=cell, activated=activated)) == trouble.sign)
            for cell in (10, 40)
            for activated in (False, True)
        }
        most = heard.pop((40, True))
        assert most == pytest.approx(trouble.harmed * trouble.telling, rel=0.45)
        assert max(heard.values()) < most / 4


def test_who_is_harmed_does_not_depend_on_the_watch_and_only_the_harmed_tell():
    net, hubs = network(DARK_DISPLAYS), np.arange(MANY, dtype=np.uint32)
    cells = np.full(MANY, 40, dtype=np.uint32)
    harmed = net.harmed(3, hubs, cells)
    assert np.mean(harmed) == pytest.approx(0.4, abs=0.01)
    assert not net.harmed(3, hubs, np.full(MANY, 10, dtype=np.uint32)).any()
    assert not np.array_equal(harmed, net.harmed(4, hubs, cells))
    for watch in (1, 2):
        dark = net.listen(watched(hubs, cell=40, watch=watch)) == Sign.DISPLAY_DARK
        assert np.mean(harmed[dark]) > 0.98  # the others are what is usual


def test_nobody_is_listened_to_and_nothing_heard():
    assert len(network(JOINS_LOST).listen(watched([]))) == 0


@pytest.mark.parametrize("shares", [(-0.1, 0.5), (0.5, 1.5)])
def test_impossible_troubles_are_refused(shares):
    with pytest.raises(ValueError, match="shares of a trouble"):
        Trouble(Sign.DISPLAY_DARK, *shares)
