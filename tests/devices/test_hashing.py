import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import hashing


@given(st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=5, unique=True))
def test_keys_tell_the_order_of_their_parts(parts):
    assert hashing.key(*parts) == hashing.key(*parts)
    assert hashing.key(*parts) != hashing.key(*reversed(parts))
    assert 0 <= hashing.unit(hashing.key(*parts)) < 1


def test_draws_are_even_and_do_not_touch_their_counters():
    counters = np.arange(200_000, dtype=np.uint64)
    high, low = hashing.halves(hashing.draw(hashing.key(1), counters))
    assert np.array_equal(counters, np.arange(200_000, dtype=np.uint64))
    for half in (high, low):
        buckets = np.bincount(half >> np.uint32(28), minlength=16)
        assert buckets == pytest.approx(np.full(16, 12_500), rel=0.05)
    assert abs(np.corrcoef(high, low)[0, 1]) < 0.01


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.5, 2**31), (1.0, 2**32 - 1)])
def test_thresholds(share, expected):
    assert hashing.threshold(share) == expected
