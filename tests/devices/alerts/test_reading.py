"""Which alerts stand in a block, and what a cursor is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.alerts.reading import Cursor, Told

CELLS = [(1, 10, 10), (2, 10, 20), (3, 20, None), (4, 30, 10)]
SLOTS = np.array([1, 2, 3, 4, 9, 2], np.uint32)  # nobody may read of cell 9
ALL = np.packbits(np.ones(6, bool)).tobytes()


@pytest.mark.parametrize(
    ("suppliers", "places"),
    [(None, [0, 2, 3, 4, 6, 7, 10, 11]), ({10}, [0, 2, 7, 10]), ({20}, [3, 4, 11]), ({10, 30}, [0, 2, 6, 7, 10])],
)
def test_each_supplier_is_told_once_of_a_hub(suppliers, places):
    told = Told.of(CELLS, None if suppliers is None else frozenset(suppliers))
    assert told.places(ALL, SLOTS).tolist() == places
    counts = np.bincount(SLOTS)
    assert told.count(counts) == (len({place // 2 for place in places}), len(places))


def test_a_hub_that_did_not_activate_tells_nobody():
    assert Told.of(CELLS, None).places(np.packbits([0, 1, 0, 0, 1, 0]).tobytes(), SLOTS).tolist() == [2, 3]
    assert Told.of([], None).places(ALL, SLOTS).tolist() == []


def test_an_alert_names_supplier_and_fuels():
    told = Told.of(CELLS, None)
    found = [(told.supplier(place, cell), told.fuels(place, cell)) for place, cell in ((0, 1), (2, 2), (3, 2), (7, 4))]
    assert found == [(10, ("electricity", "gas")), (10, ("electricity",)), (20, ("gas",)), (10, ("gas",))]


@given(st.integers(1, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_a_cursor_reads_back(block, place):
    assert Cursor.read(str(Cursor(block, place))) == Cursor(block, place)


@pytest.mark.parametrize("text", ["", "1", "-", "0-1", "1-", "-1", "a-1", "1-a", "1-²", "1-1-1", f"{10**16}-0"])
def test_what_is_no_cursor_is_said(text):
    with pytest.raises(ValueError, match="is no cursor"):
        Cursor.read(text)
