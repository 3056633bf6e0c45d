"""The test behind a proposal is exact, is fair to storms, and spends its false alarms sparingly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.detection.excess import ALPHA, LEAST_SIGNS, LEAST_WATCHED, TOLERATED, Heard, chance_of, find

SIGNS = 7
STRATA = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 500), st.integers(1, 500)), min_size=1, max_size=4
)


def sides(strata):
    return tuple(np.array(column, np.int64) for column in zip(*strata, strict=True))


def heard(watched_after, watched_before, after=0, before=0, *, sign=0, combinations=1, strata=1):
    """The same in every stratum, for the first combination and one sign; the other combinations give none."""
    signs = np.zeros((2, strata, combinations, SIGNS), np.int64)
    signs[0, :, 0, sign], signs[1, :, 0, sign] = after, before
    shape = (strata, combinations)
    return Heard(signs[0], signs[1], np.full(shape, watched_after), np.full(shape, watched_before))


def exactly(after, total, share):
    return sum(math.comb(total, n) * share**n * (1 - share) ** (total - n) for n in range(after, total + 1))


@given(after=st.integers(0, 30), before=st.integers(0, 30), wa=st.integers(1, 900), wb=st.integers(1, 900))
def test_one_stratum_is_the_binomial_of_the_textbook(after, before, wa, wb):
    found = chance_of(*sides([(after, before, wa, wb)]), times=TOLERATED)
    assert found == pytest.approx(exactly(after, after + before, TOLERATED * wa / (TOLERATED * wa + wb)), abs=1e-12)


@given(STRATA)
def test_the_order_of_strata_does_not_matter_and_chances_are_chances(strata):
    there, back = (chance_of(*sides(rows), times=TOLERATED) for rows in (strata, strata[::-1]))
    assert there == pytest.approx(back, rel=1e-9)
    assert 0 <= there <= 1


@given(STRATA)
def test_one_sign_more_after_activation_is_never_less_surprising(strata):
    (after, before, wa, wb), *rest = strata
    more = [(after + 1, before, wa, wb), *rest]
    moved = [(after + 1, max(before - 1, 0), wa, wb), *rest]
    if before:
        assert chance_of(*sides(moved), times=1.0) <= chance_of(*sides(strata), times=1.0) + 1e-12
    assert chance_of(*sides(more), times=2.0) >= chance_of(*sides(more), times=1.0) - 1e-12


def test_strata_alike_add_up_to_one():
    one = chance_of(*sides([(8, 4, 100, 300)]), times=1.0)
    two = chance_of(*sides([(5, 2, 100, 300), (3, 2, 100, 300)]), times=1.0)
    assert two == pytest.approx(one, rel=1e-9)


def test_an_excess_has_its_working():
    [one] = find(heard(100, 1_000, after=12, before=6, sign=3, combinations=40), look=2)
    assert (one.row, one.sign, one.after, one.before) == (0, 4, 12, 6)
    assert (one.watched_after, one.watched_before) == (100, 1_000)
    assert one.expected == pytest.approx(18 * 100 / 1_100)
    assert one.comparisons == 40 * SIGNS
    assert one.allowed == pytest.approx(ALPHA / 6 / 280)
    assert one.chance == pytest.approx(exactly(12, 18, 125 / 1_125))
    assert TOLERATED < one.ratio < 12 / 6 * 10
    assert exactly(12, 18, one.ratio * 100 / (one.ratio * 100 + 1_000)) == pytest.approx(one.allowed, rel=0.01)


def test_where_nothing_is_heard_beside_the_ratio_has_an_end():
    [one] = find(heard(1_000, 31, after=3_000), look=1)
    assert one.ratio > TOLERATED


def test_without_a_hub_beside_so_many_tell_nothing():
    assert find(heard(1_000, 0, after=300), look=1) == []
    assert find(heard(0, 1_000, before=300), look=1) == []


def test_small_samples_are_not_judged():
    assert find(heard(LEAST_WATCHED - 1, 10_000, after=25), look=1) == []
    assert find(heard(10_000, LEAST_WATCHED - 1, after=300), look=1) == []
    assert find(heard(1_000, 1_000_000, after=LEAST_SIGNS - 1), look=1) == []
    assert find(heard(1_000, 1_000_000, after=LEAST_SIGNS), look=1)


def test_a_little_more_than_usual_is_tolerated_however_sure_it_is():
    assert find(heard(1_000_000, 1_000_000, after=12_000, before=10_000), look=1) == []
    assert find(heard(1_000_000, 1_000_000, after=14_000, before=10_000), look=1)


def test_what_is_far_from_usual_is_still_not_proposed_where_many_looks_were_made():
    suspect = heard(100, 1_000, after=7, before=13, combinations=40)
    assert find(suspect, look=1) == []
    alone = heard(100, 1_000, after=9, before=10)
    assert find(alone, look=1)
    assert find(alone, look=10_000) == []


def test_a_storm_that_hits_both_sides_is_no_evidence():
    """Most hubs are activated when it comes: the rates before and after differ, side by side they do not."""
    calm, storm = heard(100, 9_900, after=1, before=99), heard(9_000, 1_000, after=900, before=100)
    both = Heard(
        *(
            np.concatenate([getattr(one, name) for one in (calm, storm)])
            for name in ("after", "before", "watched_after", "watched_before")
        )
    )
    pooled = Heard(*(getattr(both, name).sum(axis=0, keepdims=True) for name in Heard.__slots__))
    assert find(pooled, look=1)
    assert find(both, look=1) == []


def test_two_combinations_at_once_are_two_and_the_surer_is_first():
    both = heard(100, 1_000, after=12, before=6, combinations=3)
    both.after[0, 2, 5], both.before[0, 2, 5] = 40, 6
    assert [(one.row, one.sign) for one in find(both, look=1)] == [(2, 6), (0, 1)]


def test_what_is_known_is_not_found_again():
    both = heard(100, 1_000, after=12, before=6, combinations=3)
    both.after[0, 2, 5], both.before[0, 2, 5] = 40, 6
    [other] = find(both, look=1, known={(2, 6)})
    assert (other.row, other.sign) == (0, 1)
    assert other.comparisons == 3 * SIGNS


def test_without_a_fault_hardly_a_rollout_in_a_hundred_has_a_false_proposal():
    rng = np.random.default_rng(6)
    cells = np.round(20_000 * np.outer([0.4, 0.3, 0.3], 1 / np.arange(1, 21) / 3.6)).astype(int)
    usual = np.array([0.0008, 0.0015, 0.0005, 0.001, 0.0002, 0.0003, 0.00005]) * 5
    false = 0
    for _ in range(60):
        rows = []
        for look, share in enumerate((0.05, 0.05, 0.2, 0.2, 0.5, 0.5), start=1):
            after = rng.binomial(cells, share)
            before = cells - after
            rows.append((*(rng.binomial(side[:, :, None], usual) for side in (after, before)), after, before))
            if find(Heard(*(np.concatenate(column) for column in zip(*rows, strict=True))), look):
                false += 1
                break
    assert false / 60 <= ALPHA
