"""A scheduling problem is kept and read back as it was, and refuses what makes no sense by a sentence."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from releases.scheduling.problem import Kind, Limit, Party, Placement, Problem, Region, as_rows, read_rows
from tests.factories.problems import FINCH, HERON, day, group, problem, problems, statement


@given(problems())
@settings(max_examples=30, deadline=None)
def test_a_problem_comes_back_from_json_as_it_went(given_one):
    assert Problem.read(json.loads(json.dumps(given_one.as_json()))) == given_one


def test_a_schedule_comes_back_from_its_rows():
    schedule = (Placement(0, day(2), 90), Placement(1, day(3), 10))
    assert read_rows(json.loads(json.dumps(as_rows(schedule)))) == schedule


def test_days_homes_and_names():
    one = problem()
    assert (len(one.days), one.days[-1], one.homes) == (10, day(9), 1000)
    assert one.party[FINCH].name == "Finch Energy" and one.region["south"].name == "South"
    assert statement(HERON, Kind.AVOID, 0, 1, "north").covers("north")
    assert not statement(HERON, Kind.AVOID, 0, 1, "north").covers("south")
    assert statement(HERON, Kind.AVOID, 0, 1).covers("south")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"last": day(-1)}, "before it begins on 1 March 2027"),
        ({"last": day(400)}, "366 days at most, not for 401"),
        ({"parties": tuple(Party(number, "x") for number in range(1, 500))}, "400 parties at most"),
        ({"groups": ()}, "no homes to schedule"),
        ({"groups": (group("north", (HERON,), 200_000_000),)}, "100,000,000 homes at most"),
        ({"avoid": 2}, "from 0 to 1"),
        ({"outside": -0.1}, "from 0 to 1"),
        ({"parties": (*problem().parties, Party(HERON, "Heron again"))}, "named twice"),
        ({"limits": (Limit(99, 5),)}, "no party 99"),
        ({"limits": (Limit(HERON, 5, "east"),)}, "no region east"),
        ({"statements": (statement(HERON, Kind.AVOID, 0, 1, "west"),)}, "no region west"),
        ({"groups": (group("north", (HERON,), 0),)}, "at least one home"),
        ({"groups": (group("north", (HERON, HERON), 5),)}, "each named once"),
        ({"groups": (group("north", (), 5),)}, "at least one party"),
        ({"statements": (statement(HERON, Kind.AVOID, 4, 1),)}, "Heron Power: 5 March 2027 is after 2 March 2027"),
        ({"limits": (Limit(HERON, -5),)}, "not below nothing"),
        ({"regions": (Region("north", "North", 1, ((day(1), -1),)), Region("south", "South", 1))}, "not below nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_by_a_sentence(changes, says):
    with pytest.raises(ValueError, match=says):
        replace(problem(), **changes)


@pytest.mark.parametrize("kept", [{}, problem().as_json() | {"parties": [{"name": "x"}]}])
def test_what_is_no_problem_is_not_read(kept):
    with pytest.raises(ValueError, match="no scheduling problem"):
        Problem.read(kept)
