from dataclasses import replace
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rollouts.verdicts import (
    INTERIM,
    STRATUM_MINIMUM,
    Evidence,
    Stratum,
    Thresholds,
    Verdict,
    bounds,
    halts,
    judge,
    surely_over,
    tail,
    together,
)

STORED = {"limit": 0.05, "minimum": 50, "confidence": 0.95}


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (Evidence(980, 10, 10), Verdict.GO_ON),
        (Evidence(800, 150, 50), Verdict.HALT),
        (Evidence(950, 25, 25), Verdict.INCONCLUSIVE),
        (Evidence(49, 0, 0), Verdict.INCONCLUSIVE),
        (Evidence(0, 0, 0), Verdict.INCONCLUSIVE),
        (Evidence(10, 30, 0), Verdict.INCONCLUSIVE),
    ],
)
def test_three_verdicts(evidence, verdict):
    assert judge(evidence, STORED).verdict is verdict


def test_silent_hubs_count_as_failures():
    assert judge(Evidence(800, 0, 200), STORED).verdict is Verdict.HALT
    assert judge(Evidence(800, 0, 200), STORED).share == pytest.approx(0.2)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "0.05",
        {},
        {"limit": 0.05, "minimum": 50},
        {**STORED, "limit": None},
        {**STORED, "limit": "much"},
        {**STORED, "limit": float("nan")},
        {**STORED, "limit": 0},
        {**STORED, "limit": 1},
        {**STORED, "minimum": 0},
        {**STORED, "minimum": float("inf")},
        {**STORED, "confidence": 0.5},
        {**STORED, "confidence": 1},
    ],
)
def test_thresholds_that_cannot_be_read_stop(stored):
    judgement = judge(Evidence(1_000, 0, 0), stored)
    assert judgement.verdict is Verdict.HALT
    assert judgement.why.startswith("Stopped: thresholds") or "could not convert" in judgement.why


def test_the_working_is_told_in_words():
    assert judge(Evidence(800, 200, 0), STORED).why == (
        "The share of failures is at least 17.94%, over the limit of 5.0%."
    )


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_bound_holds_the_share_and_tightens(good, bad):
    low, high = bounds(bad, good + bad, 0.95)
    share = bad / (good + bad) if good + bad else 0.5
    assert 0 <= low <= share <= high <= 1
    wide_low, wide_high = bounds(bad, good + bad, 0.99)
    assert wide_low <= low <= high <= wide_high


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500))
def test_more_failures_never_soften_a_verdict(good, bad, silent):
    order = [Verdict.GO_ON, Verdict.INCONCLUSIVE, Verdict.HALT]
    total = good + bad + silent
    if total < STORED["minimum"]:
        return
    worse = judge(Evidence(good, bad, silent), STORED).verdict
    better = judge(Evidence(good + 1, bad - 1, silent), STORED).verdict
    assert order.index(better) <= order.index(worse)


def test_thresholds_are_read_from_json_text_numbers():
    assert Thresholds.read({"limit": "0.05", "minimum": "50", "confidence": "0.95"}) == Thresholds(0.05, 50, 0.95)


def stratum(bad: int, reported: int, name: str = "Alder 2 + Orchard ESME") -> Stratum:
    return Stratum("combination", name[-1], name, Evidence(reported - bad, bad, 0))


class TestExactChance:
    @given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 99))
    def test_it_is_the_sum_of_the_binomial(self, bad, more, percent):
        reported, share = bad + more, Fraction(percent, 100)
        told = sum(
            comb(reported, count) * share**count * (1 - share) ** (reported - count)
            for count in range(bad, reported + 1)
        )
        assert tail(bad, reported, percent / 100) == pytest.approx(float(told), rel=1e-9, abs=1e-15)

    @pytest.mark.parametrize("reported", [30, 200, 5_000])
    @pytest.mark.parametrize("limit", [0.01, 0.05, 0.1])
    @pytest.mark.parametrize("confidence", [0.95, INTERIM])
    def test_chance_alone_halts_no_oftener_than_was_chosen(self, reported, limit, confidence):
        first = next(
            bad for bad in range(reported + 1) if surely_over(Evidence(reported - bad, bad, 0), limit, confidence)
        )
        assert tail(first, reported, limit) <= 1 - confidence < tail(first - 1, reported, limit)

    def test_millions_of_reports_are_no_trouble(self):
        assert tail(250_000, 5_000_000, 0.05) == pytest.approx(0.5, abs=0.001)
        low, high = bounds(250_000, 5_000_000, 0.95)
        assert (low, high) == pytest.approx((0.05 - 1.645 * 9.747e-5, 0.05 + 1.645 * 9.747e-5), abs=2e-6)


class TestStrata:
    def test_a_fault_of_few_homes_is_not_drowned(self):
        drowned = Evidence(9_960, 40, 0)
        assert judge(drowned, STORED).verdict is Verdict.GO_ON
        judgement = judge(drowned, STORED, strata=[stratum(40, 100), stratum(0, 9_900, "all others")])
        assert judgement.verdict is Verdict.HALT
        assert judgement.why == (
            "Failures over the limit of 5.0% in a part: Alder 2 + Orchard ESME 40 of 100 (at least 30.3%)."
        )
        assert [breach.name for breach in judgement.strata] == ["Alder 2 + Orchard ESME"]

    def test_two_at_once_are_one_halt_with_the_surest_first(self):
        parts = [stratum(20 + number, 60, f"part {number}") for number in range(5)]
        judgement = judge(Evidence(9_900, 100, 0), STORED, strata=parts)
        assert judgement.verdict is Verdict.HALT
        assert [breach.name for breach in judgement.strata] == [f"part {number}" for number in (4, 3, 2, 1, 0)]
        assert judgement.why.count(" of 60 ") == 3
        assert judgement.why.endswith("; and 2 more.")

    def test_the_whole_over_the_limit_says_so_and_still_names_the_parts(self):
        judgement = judge(Evidence(800, 200, 0), STORED, strata=[stratum(40, 60)])
        assert judgement.why.startswith("The share of failures is at least")
        assert len(judgement.strata) == 1

    def test_the_more_are_looked_at_the_more_each_must_show(self):
        alone = [stratum(6, 40)]
        many = alone + [stratum(0, 40, f"part {number}") for number in range(80)]
        assert judge(Evidence(9_000, 20, 0), STORED, strata=alone).verdict is Verdict.HALT
        assert judge(Evidence(9_000, 20, 0), STORED, strata=many).verdict is Verdict.GO_ON

    def test_too_few_reports_of_a_part_say_nothing(self):
        few = [stratum(STRATUM_MINIMUM - 1, STRATUM_MINIMUM - 1)]
        assert judge(Evidence(9_000, 29, 0), STORED, strata=few).verdict is Verdict.GO_ON

    def test_while_the_wave_runs_more_is_needed(self):
        evidence = Evidence(930, 70, 0)
        assert judge(evidence, STORED).verdict is Verdict.HALT
        assert judge(evidence, STORED, is_over=False).verdict is Verdict.INCONCLUSIVE
        assert judge(Evidence(880, 120, 0), STORED, is_over=False).verdict is Verdict.HALT

    @given(
        st.integers(0, 400),
        st.integers(0, 60),
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6),
        st.booleans(),
    )
    def test_asked_without_the_working_the_answer_is_the_same(self, good, bad, parts, is_over):
        evidence = Evidence(good, bad, 0)
        strata = [stratum(one, one + other, f"part {n}") for n, (one, other) in enumerate(parts)]
        judgement = judge(evidence, STORED, strata=strata, is_over=is_over)
        assert halts(evidence, STORED, strata=strata, is_over=is_over) is (judgement.verdict is Verdict.HALT)
        if judge(evidence, STORED, is_over=is_over).verdict is Verdict.HALT:
            assert judgement.verdict is Verdict.HALT  # parts add halts, they never take one away

    def test_unreadable_thresholds_halt_without_the_working_too(self):
        assert halts(Evidence(1, 0, 0), None)

    def test_a_higher_confidence_than_the_interim_one_is_kept(self):
        strict = replace(Thresholds.read(STORED), confidence=0.9999)
        assert strict.confidence_of(is_over=False) == strict.confidence_of(is_over=True) == 0.9999


class TestTogether:
    """A firm night whose own reports do not decide, with the nights before it."""

    WELL = Evidence(980, 10, 10)

    def verdict(self, evidence, before, **parts):
        alone = judge(evidence, STORED)
        assert alone.verdict is Verdict.INCONCLUSIVE
        return alone, together(alone, evidence, before, STORED, **parts)

    @pytest.mark.parametrize("evidence", [Evidence(29, 1, 0), Evidence(56, 3, 1)])
    def test_goes_on_where_all_are_within_the_limit(self, evidence):
        _, found = self.verdict(evidence, self.WELL)
        assert (found.verdict, found.reported) == (Verdict.GO_ON, 1_000 + evidence.reported)
        assert found.why.startswith(
            f"{evidence.reported} reports alone do not decide. With those of the nights before,"
        )
        assert found.why.endswith("within the limit of 5.0%.")

    def test_waits_for_a_person_where_it_is_surely_over_however_few_it_is(self):
        alone, found = self.verdict(Evidence(20, 6, 4), self.WELL)
        assert found == alone

    def test_waits_where_nobody_was_before_and_where_all_do_not_decide(self):
        for before in (Evidence(0, 0, 0), Evidence(50, 2, 1)):
            alone, found = self.verdict(Evidence(29, 1, 0), before)
            assert found == alone

    def test_halts_where_all_are_over(self):
        _, found = self.verdict(Evidence(45, 5, 0), Evidence(800, 80, 0))
        assert found.verdict is Verdict.HALT

    def test_halts_where_a_part_of_all_is_over(self):
        part = Stratum("combination", "7", "combination 7", Evidence(25, 15, 0))
        _, found = self.verdict(Evidence(29, 1, 0), self.WELL, strata=[part])
        assert found.verdict is Verdict.HALT and found.strata[0].value == "7"

    @given(
        st.tuples(*[st.integers(0, 60)] * 3), st.tuples(st.integers(0, 2_000), st.integers(0, 60), st.integers(0, 60))
    )
    def test_nothing_surely_over_the_limit_passes(self, own, before):
        evidence, earlier = Evidence(*own), Evidence(*before)
        alone = judge(evidence, STORED)
        if alone.verdict is Verdict.INCONCLUSIVE:
            found = together(alone, evidence, earlier, STORED)
            if found.verdict is Verdict.GO_ON:
                assert not surely_over(evidence, 0.05, 0.95)
                assert judge(earlier + evidence, STORED).verdict is Verdict.GO_ON
