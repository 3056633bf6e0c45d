"""How conditions stand and add up."""

from datetime import UTC, datetime, timedelta

import pytest

from releases.gates.conditions import Condition, Gate, Standing, fact, holds, passed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MET = Condition("A", Standing.MET, "It holds.")
WAITING = Condition("B", Standing.NOT_YET, "Not yet.", NOON)


@pytest.mark.parametrize(
    ("standing", "blocks"),
    [
        (Standing.MET, False),
        (Standing.NOT_NEEDED, False),
        (Standing.NOTE, False),
        (Standing.NOT_YET, True),
        (Standing.UNMET, True),
    ],
)
def test_what_blocks(standing, blocks):
    assert standing.blocks is blocks
    assert holds([Condition("A", standing, "")]) is not blocks


def test_no_condition_blocks_nothing():
    assert holds([])


def test_the_clock_opens_a_condition_at_its_very_moment():
    def at(moment):
        return passed("Test period", NOON, moment, still="Testing.", done="Over.")

    assert at(NOON - timedelta(microseconds=1)) == Condition("Test period", Standing.NOT_YET, "Testing.", NOON)
    assert at(NOON) == Condition("Test period", Standing.MET, "Over.", NOON)


def test_without_a_date_it_does_not_apply():
    assert passed("Deferred date", None, NOON, still="", done="").standing == Standing.NOT_NEEDED


def test_somebodys_work_decides_a_fact():
    assert fact("Notes", True, met="Published.", unmet="None.") == Condition("Notes", Standing.MET, "Published.")
    assert fact("Notes", False, met="Published.", unmet="None.") == Condition("Notes", Standing.UNMET, "None.")


def test_a_gate_is_open_with_every_wide_condition_and_at_least_one_home():
    assert Gate((MET,), (WAITING,), open_homes=5, all_homes=9).is_open
    assert not Gate((MET,), (), open_homes=0, all_homes=9).is_open
    assert not Gate((MET, WAITING), (), open_homes=5, all_homes=9).is_open


def test_rows_for_a_page_keep_the_order():
    gate = Gate((MET,), (WAITING,), 5, 9)

    assert gate.conditions == (MET, WAITING)
    assert gate.rows == [*gate.release_wide_rows, *gate.by_cell_rows]
    assert gate.by_cell_rows == [{"name": "B", "state": Standing.NOT_YET, "reason": "Not yet.", "date": NOON}]
