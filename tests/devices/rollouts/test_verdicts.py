import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rollouts.verdicts import Evidence, Thresholds, Verdict, judge, wilson

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
        "The share of failures is at least 18.00%, over the limit of 5.0%."
    )


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_bound_holds_the_share_and_tightens(good, bad):
    low, high = wilson(bad, good + bad, 0.95)
    share = bad / (good + bad) if good + bad else 0.5
    assert 0 <= low <= share <= high <= 1
    wide_low, wide_high = wilson(bad, good + bad, 0.99)
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
