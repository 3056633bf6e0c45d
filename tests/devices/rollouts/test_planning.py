import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rollouts.planning import Cut, WaveSpec, cut_batches, cut_waves, line_up

fleets = st.integers(1, 400).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 2**32 - 1), min_size=n, max_size=n, unique=True),
        st.lists(st.integers(0, 6), min_size=n, max_size=n),
    )
)
specs = st.lists(
    st.one_of(
        st.integers(1, 300).map(lambda hubs: WaveSpec(hubs=hubs)),
        st.floats(0.001, 1).map(lambda share: WaveSpec(share=share)),
    ),
    min_size=1,
    max_size=6,
)


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


@given(st.integers(0, 5_000), specs)
def test_waves_are_dense_and_cover_everybody_once(total, wave_specs):
    waves = cut_waves(total, wave_specs)
    assert sum(wave.size for wave in waves) == total
    assert [wave.number for wave in waves] == list(range(len(waves)))
    assert all(a.high == b.low for a, b in zip(waves, waves[1:], strict=False))
    assert all(wave.size > 0 for wave in waves)


@given(st.integers(1, 50_000), specs)
def test_batches_never_straddle_a_wave(total, wave_specs):
    waves = cut_waves(total, wave_specs)
    batches = cut_batches(waves, first=100, later=700)
    assert [b.number for b in batches] == list(range(len(batches)))
    assert sum(b.size for b in batches) == total
    for batch in batches:
        wave = waves[batch.wave]
        assert wave.low <= batch.low < batch.high <= wave.high
        assert batch.size <= (100 if batch.wave == 0 else 700)


def test_a_canary_then_shares():
    waves = cut_waves(10_000, [WaveSpec(hubs=500), WaveSpec(share=0.1), WaveSpec(share=1.0)])
    assert waves == [Cut(0, 0, 0, 500), Cut(1, 1, 500, 1_500), Cut(2, 2, 1_500, 10_000)]


@pytest.mark.parametrize("spec", [{}, {"hubs": 1, "share": 0.5}, {"hubs": 0}, {"share": 0.0}, {"share": 1.1}])
def test_impossible_waves_are_refused(spec):
    with pytest.raises(ValueError, match="wave"):
        WaveSpec(**spec)


def test_a_plan_without_waves_is_refused():
    with pytest.raises(ValueError, match="at least one wave"):
        cut_waves(10, [])
