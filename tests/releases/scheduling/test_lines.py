"""Blackouts as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.scheduling import lines
from releases.scheduling.wishes import Blackout

LONG = Blackout(date(2017, 1, 30), date(2017, 2, 1), reason="install peak")


@pytest.mark.parametrize(
    "written",
    [
        "30 January 2017 to 1 February 2017: install peak",
        "30 jan 2017 until 1 feb 2017: install peak",
        "30/1/2017 - 1/2/2017: install peak",
        "30.01.2017 – 01.02.2017 :install peak",
        "  2017-01-30 to 2017-02-01:  install peak ",
    ],
)
def test_a_period_is_read_however_it_is_written(written):
    assert lines.read(written, firm=True) == ([LONG], [])


def test_one_day_and_no_reason():
    found, wrong = lines.read("\n30 January 2017\n\n2017-02-01: audit: second part\n", firm=False)
    assert wrong == []
    assert found == [
        Blackout(date(2017, 1, 30), date(2017, 1, 30), firm=False),
        Blackout(date(2017, 2, 1), date(2017, 2, 1), firm=False, reason="audit: second part"),
    ]


@pytest.mark.parametrize(
    ("where", "regions"),
    [
        (" in North", ("north",)),
        ("  IN  south, Central  and north", ("south", "central", "north")),
        (" in North & North", ("north",)),
        (" in every region", ()),
        (" in the North Sea", ("the north sea",)),
    ],
)
def test_regions_are_read_however_they_are_written_and_judged_by_the_exercise(where, regions):
    (one,), wrong = lines.read(f"2017-01-30 to 2017-02-01{where}: work in progress", firm=True)
    assert (one.regions, one.reason, wrong) == (regions, "work in progress", [])


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.lists(st.sampled_from(("north", "central", "south")), unique=True).map(tuple),
    st.sampled_from(("", "install peak", "moved in: twice")),
)
def test_every_blackout_written_is_read_back(first, last, regions, reason):
    one = Blackout(first, last, reason=reason, regions=regions)
    assert lines.read(lines.write([one]), firm=True) == ([one], [])


@pytest.mark.parametrize(
    "written",
    [
        "Christmas",
        "in North",
        "2017-01-30 in: x",
        "30 January to 1 February: x",
        "30 February 2017: x",
        "1 Foo 2017: x",
        "1/1/2017 to 2/1/2017 to 3/1/2017",
    ],
)
def test_a_line_that_is_none_is_named(written):
    found, wrong = lines.read(f"2017-02-01\n{written}", firm=True)
    assert len(found) == 1
    assert wrong == [f"Line 2, “{written}”: write it like “30 January 2017 to 1 February 2017: install peak”."]


def test_what_is_written_is_read_back():
    both = [LONG, Blackout(date(2017, 2, 6), date(2017, 2, 6))]
    assert lines.read(lines.write(both), firm=True) == (both, [])
