import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rollouts.planning import (
    BATCH,
    FIRST_BATCH,
    LARGE,
    LARGE_BATCH,
    Cut,
    WaveSpec,
    arrange,
    arrange_by_group,
    cut,
    cut_batches,
    line_up,
    quotas,
)

fleets = st.integers(1, 400).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 2**32 - 1), min_size=n, max_size=n, unique=True),
        st.lists(st.integers(0, 6), min_size=n, max_size=n),
    )
)
REGIONS = ("north", "central", "south")
some = st.lists(st.sampled_from(REGIONS), unique=True, max_size=3).map(tuple)
sizes = st.one_of(
    st.tuples(st.integers(1, 300), some).map(lambda size: WaveSpec(hubs=size[0], regions=size[1])),
    st.tuples(st.floats(0.001, 1), some).map(lambda size: WaveSpec(share=size[0], regions=size[1])),
)
split = st.tuples(st.integers(1, 300), st.floats(0.001, 1)).map(
    lambda size: WaveSpec(
        parts=(WaveSpec(hubs=size[0], regions=("north",)), WaveSpec(share=size[1], regions=("south",)))
    )
)
specs = st.lists(st.one_of(sizes, split), min_size=1, max_size=6)
countries = st.fixed_dictionaries({region: st.integers(0, 5_000) for region in REGIONS})


def cut_waves(totals, wave_specs):
    return cut([sum(wave.values()) for wave in quotas(totals, wave_specs)])


def arrays(fleet):
    hubs, strata = fleet
    return np.array(hubs, dtype=np.uint32), np.array(strata, dtype=np.int64)


@given(fleets, st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_the_line_is_a_permutation_that_forgets_the_order_of_arrival(fleet, seed, random):
    hubs, strata = arrays(fleet)
    line = line_up(hubs, strata, seed=seed)
    assert sorted(line) == list(range(len(hubs)))
    shuffle = np.array(random.sample(range(len(hubs)), len(hubs)))
    again = line_up(hubs[shuffle], strata[shuffle], seed=seed)
    assert np.array_equal(hubs[line], hubs[shuffle][again])


@given(fleets, st.integers(0, 2**32), st.data())
def test_every_stretch_of_the_line_is_the_country_in_small(fleet, seed, data):
    hubs, strata = arrays(fleet)
    line = line_up(hubs, strata, seed=seed)
    low = data.draw(st.integers(0, len(hubs) - 1))
    high = data.draw(st.integers(low + 1, len(hubs)))
    distinct = len(np.unique(strata))
    for stratum in np.unique(strata):
        expected = np.mean(strata == stratum) * (high - low)
        found = np.count_nonzero(strata[line[low:high]] == stratum)
        assert abs(found - expected) <= 2 + distinct * np.mean(strata == stratum)


def test_another_seed_gives_another_line():
    hubs = np.arange(500, dtype=np.uint32)
    strata = np.zeros(500, dtype=np.int64)
    assert not np.array_equal(line_up(hubs, strata, seed=1), line_up(hubs, strata, seed=2))


def test_nobody_to_line_up():
    nobody = np.array([], dtype=np.uint32)
    assert len(line_up(nobody, nobody.astype(np.int64), seed=1)) == 0


@given(countries, specs)
def test_waves_are_dense_and_cover_everybody_once(totals, wave_specs):
    waves = cut_waves(totals, wave_specs)
    assert sum(wave.size for wave in waves) == sum(totals.values())
    assert [wave.number for wave in waves] == list(range(len(waves)))
    assert all(a.high == b.low for a, b in zip(waves, waves[1:], strict=False))
    assert all(wave.size > 0 for wave in waves)


@given(countries, specs)
def test_a_wave_takes_what_it_names_of_its_regions_and_no_more(totals, wave_specs):
    left = dict(totals)
    waves = iter(quotas(totals, wave_specs))
    for spec in wave_specs[:-1]:
        expected = {}
        for part in spec.parts or (spec,):
            chosen = [region for region in REGIONS if not part.regions or region in part.regions]
            named = part.hubs or int(sum(totals[region] for region in chosen) * part.share + 0.5)
            expected[tuple(chosen)] = min(named, sum(left[region] for region in chosen))
        if not any(expected.values()):
            continue
        wave = next(waves)
        for chosen, size in expected.items():
            assert sum(wave[region] for region in chosen) == size
            room = sum(left[region] for region in chosen)
            assert all(abs(wave[region] - size * left[region] / (room or 1)) < 1 for region in chosen)
        assert all(0 <= wave[region] <= left[region] for region in REGIONS)
        left = {region: left[region] - wave[region] for region in REGIONS}
    assert list(waves) == ([left] if any(left.values()) else [])


@given(countries, specs, st.randoms(use_true_random=False))
def test_a_line_arranged_in_waves_keeps_everybody_and_the_order_within_a_wave(totals, wave_specs, random):
    small = {region: totals[region] // 20 for region in REGIONS}
    line = [place for place, region in enumerate(REGIONS) for _ in range(small[region])]
    random.shuffle(line)
    waves = [list(wave.values()) for wave in quotas(small, wave_specs)]
    order = arrange(np.array(line, dtype=np.uint8), waves)
    assert sorted(order) == list(range(len(line)))
    for wave, sizes_ in zip(cut([sum(wave) for wave in waves]), waves, strict=True):
        stretch = order[wave.low : wave.high]
        assert list(stretch) == sorted(stretch)
        assert np.bincount(np.array(line)[stretch], minlength=3).tolist() == sizes_


@given(countries, specs)
def test_batches_never_straddle_a_wave(totals, wave_specs):
    waves = cut_waves(totals, wave_specs)
    batches = cut_batches(waves, first=100, later=700)
    assert [b.number for b in batches] == list(range(len(batches)))
    assert sum(b.size for b in batches) == sum(totals.values())
    for batch in batches:
        wave = waves[batch.wave]
        assert wave.low <= batch.low < batch.high <= wave.high
        assert batch.size <= (100 if batch.wave == 0 else 700)


@given(specs)
def test_a_size_is_read_back_as_it_was_kept(wave_specs):
    assert [WaveSpec.read(spec.as_json()) for spec in wave_specs] == wave_specs


def test_a_canary_then_shares():
    waves = cut_waves({"north": 10_000}, [WaveSpec(hubs=500), WaveSpec(share=0.1), WaveSpec(share=1.0)])
    assert waves == [Cut(0, 0, 0, 500), Cut(1, 1, 500, 1_500), Cut(2, 2, 1_500, 10_000)]


def test_what_a_wave_names_at_least():
    parts = (WaveSpec(hubs=5, regions=("north",)), WaveSpec(hubs=7, regions=("south",)))
    assert (WaveSpec(hubs=3).least, WaveSpec(parts=parts).least, WaveSpec(share=0.1).least) == (3, 12, None)


NORTH = WaveSpec(hubs=1, regions=("north",))


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"hubs": 1, "share": 0.5},
        {"hubs": 0},
        {"share": 0.0},
        {"share": 1.1},
        {"hubs": 1, "parts": (NORTH,)},
        {"parts": (NORTH, NORTH)},
        {"parts": (WaveSpec(hubs=1),)},
        {"parts": (WaveSpec(parts=(NORTH,)),)},
    ],
)
def test_impossible_waves_are_refused(spec):
    with pytest.raises(ValueError, match="wave"):
        WaveSpec(**spec)


def test_a_plan_without_waves_is_refused():
    with pytest.raises(ValueError, match="at least one wave"):
        quotas({"north": 10}, [])


@pytest.mark.parametrize(("hubs", "size"), [(LARGE - 1, BATCH), (LARGE, LARGE_BATCH)])
def test_a_large_rollout_has_large_batches_but_in_its_first_wave(hubs, size):
    batches = cut_batches(cut([5_000, hubs - 5_000]))
    assert [batch.size for batch in batches[:5]] == [FIRST_BATCH] * 5
    later = [batch.size for batch in batches[5:]]
    assert (size - max(later), max(later) - min(later)) <= (size // len(later), 1)


@pytest.mark.parametrize(("hubs", "count"), [(900, 1), (1_999, 1), (2_000, 2), (9_000, 4), (39_000, 4), (41_000, 5)])
def test_a_later_wave_has_a_batch_for_each_worker_where_it_is_large_enough(hubs, count):
    sizes = [batch.size for batch in cut_batches(cut([500, hubs]))[1:]]
    assert (len(sizes), sum(sizes)) == (count, hubs)
    assert max(sizes) - min(sizes) <= 1


@given(
    groups=st.lists(st.integers(0, 3), max_size=60),
    takes=st.dictionaries(
        st.integers(1, 3), st.lists(st.tuples(st.integers(0, 4), st.integers(1, 15)), min_size=1, max_size=4)
    ),
)
def test_a_line_arranged_by_firm_nights_gives_each_group_its_own_and_keeps_the_order_within_a_night(groups, takes):
    nights = {group: sorted(dict(rows).items()) for group, rows in takes.items()}
    order, sizes = arrange_by_group(np.array(groups, dtype=np.int32), nights)
    assert sorted(order) == [place for place, group in enumerate(groups) if group in nights]
    bounds = np.cumsum([0, *sizes])
    assert bounds[-1] == len(order)
    for night, (low, high) in enumerate(zip(bounds, bounds[1:], strict=False)):
        stretch = order[low:high].tolist()
        assert stretch == sorted(stretch)
        for group, rows in nights.items():
            given_to = sum(groups[place] == group for place in stretch)
            assert given_to <= dict(rows).get(night, 0) or night == rows[-1][0]
