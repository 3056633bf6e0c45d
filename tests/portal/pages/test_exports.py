"""Lists as CSV."""

from datetime import UTC, date, datetime

import pytest

from portal.pages.exports import Column, lines

COLUMNS = [Column("Name", lambda row: row[0]), Column("Value", lambda row: row[1])]


def text(*rows):
    return "".join(lines(rows, COLUMNS))


def test_it_begins_with_a_mark_and_a_heading():
    assert text() == "\ufeffName,Value\r\n"


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+1", "@x", "\t=x", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(formula):
    cell = text((formula, 1)).splitlines()[1]
    assert cell.lstrip('"').startswith("'")


def test_moments_are_iso_and_nothing_is_empty():
    noon = datetime(2017, 1, 9, 12, tzinfo=UTC)
    assert text(("a", noon), ("b", date(2017, 1, 9)), ("c", None)).splitlines()[1:] == [
        "a,2017-01-09T12:00:00+00:00",
        "b,2017-01-09",
        "c,",
    ]


def test_separators_and_lines_are_quoted():
    assert text(('a,"b"\nc', 1)).partition("\r\n")[2] == '"a,""b""\nc",1\r\n'
