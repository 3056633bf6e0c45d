"""The table of halting rules in the documents is the one that the rules give."""

import numpy as np
import pytest

from devices.rollouts.halting import CANARY, HUBS, RULES, Fault, Reports, compare, run, shares, table
from devices.rollouts.verdicts import Verdict
from tests.architecture.sources import BASE


def test_the_documents_say_what_the_rules_give():
    document = (BASE / "docs" / "halting.md").read_text()
    shown = document.partition("<!-- halting -->")[2].partition("<!-- end -->")[0].strip()
    assert shown == table()


def test_the_same_seed_harms_the_same_hubs():
    runs = [run(RULES["LVFS"], Fault(0.1), hubs=20_000, canary=500, seed=3) for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("rule", RULES)
def test_what_fails_everywhere_is_stopped_by_every_rule_and_early(rule):
    outcome = run(RULES[rule], Fault(0.6), hubs=HUBS, canary=CANARY, seed=1)
    assert outcome.verdict is Verdict.HALT and outcome.harmed < CANARY
    assert outcome.overshoot == 0  # the canary is one batch


def test_a_canary_of_everybody_leaves_no_later_wave():
    outcome = run(RULES["hawkBit"], Fault(0.0), hubs=2_000, canary=2_000, seed=1)
    assert outcome.verdict is Verdict.GO_ON and outcome.harmed < 20


def test_a_fault_of_one_part_is_seen_by_the_rule_that_looks_at_parts():
    *others, own = compare(Fault(0.4, in_one_part=True), seeds=3)
    assert own.halted + own.paused == own.runs
    assert all(own.harmed * 5 < line.harmed for line in others)


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_stops_a_wave_that_reports_no_failure(rule):
    counted = np.zeros((len(shares()), 3), np.int64)
    counted[:, 0] = 100
    assert RULES[rule](Reports(counted, int(counted.sum()), is_over=True)) is Verdict.GO_ON


def test_shares_are_of_one_whole():
    assert shares().sum() == pytest.approx(1)
