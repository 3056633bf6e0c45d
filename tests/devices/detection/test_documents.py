"""The table of proposed holds in the documents is the one that the rule gives."""

import pytest

from devices.simulator.scenarios import CALM, JOINS_LOST, STORM
from tests.architecture.sources import BASE
from tests.benchmarks.detection import compare, false_proposals, run, table


def test_the_documents_say_what_the_rule_gives():
    document = (BASE / "docs" / "detection.md").read_text()
    shown = document.partition("<!-- detection -->")[2].partition("<!-- end -->")[0].strip()
    assert shown == table()


def test_the_same_seed_harms_the_same_homes():
    first, again = (run(JOINS_LOST, 0.1, hubs=20_000, seed=3) for _ in range(2))
    assert first == again


def test_what_harms_many_is_found_before_most_are_harmed():
    line = compare(JOINS_LOST, 0.5, hubs=100_000, seeds=5)
    assert line.found == line.runs
    assert line.harmed * 10 < line.in_all


@pytest.mark.parametrize("scenario", [CALM, STORM], ids=lambda one: one.name)
def test_without_a_fault_nothing_is_proposed(scenario):
    assert false_proposals(scenario, hubs=30_000, seeds=10) == 0
