from datetime import date

import pytest

from releases.products.validity import of_listing, of_periods, span

DAY = date(2017, 1, 9)


@pytest.mark.parametrize(
    ("start", "end", "state", "words", "is_over"),
    [
        (date(2017, 1, 10), None, "planned", "From 10 January 2017", False),
        (date(2017, 1, 9), None, "open", "No end set", False),
        (None, date(2017, 1, 9), "open", "To 9 January 2017", False),
        (None, date(2017, 1, 8), "expired", "Ended 8 January 2017", True),
    ],
)
def test_a_period_includes_its_first_and_its_last_day(start, end, state, words, is_over):
    found = span(start, end, DAY)
    assert (found.state, found.words, found.is_over) == (state, words, is_over)


def test_a_closed_installation_period_is_not_an_expired_one():
    assert span(None, date(2017, 1, 8), DAY, over="closed").state == "closed"


def test_a_row_without_contradiction_has_none():
    assert of_periods({"installation_from": DAY, "installation_to": DAY, "maintenance_to": DAY}) == {}
    assert of_periods({"applicability_to": DAY}) == {}
    assert of_listing("removed", DAY, DAY) == of_listing("current", DAY, None) == of_listing("removed", None, DAY) == {}


def test_each_end_before_the_beginning_is_named():
    early = date(2016, 1, 1)
    found = of_periods({"installation_from": DAY, "installation_to": early, "maintenance_to": early})
    assert set(found) == {"installation_to", "maintenance_to"}
