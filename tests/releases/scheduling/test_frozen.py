"""What the solver is given of an exercise."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from releases.scheduling import verbs
from releases.scheduling.checker import check
from releases.scheduling.frozen import problem_of
from releases.scheduling.problem import Group, Kind, Limit, Party, Region, Statement
from releases.scheduling.solver import solve
from releases.scheduling.wishes import Blackout
from tests.factories.exercises import FIRST, LAST, PEAK, make_exercise, make_statement, terms

pytestmark = pytest.mark.django_db
REGIONS = ("north", "south")


def test_a_closed_exercise_is_a_problem(world, catalogue):
    exercise = make_exercise(world, catalogue)
    heron, osprey = (world.organisation(name).pk for name in ("heron", "osprey"))
    soft = Blackout(date(2017, 2, 10), date(2017, 2, 10), firm=False)
    make_statement(world, exercise, who="other_supplier", of="osprey", blackouts=[], preferred=[date(2017, 2, 6)])
    later = world.at + timedelta(hours=1)
    make_statement(world, exercise, blackouts=[PEAK, soft], limits={"south": 50, "north": 30}, at=later)
    found = problem_of(verbs.close_exercise(exercise, by=world.actor("manager"), at=later))
    assert (found.first, found.last) == (FIRST, LAST)
    assert found.regions == (Region("north", "North", 100), Region("south", "South", 100))
    assert found.parties == (Party(heron, "Heron Power", 2), Party(osprey, "Osprey Gas", 1))
    assert found.groups == (
        Group("north", (heron,), 100, FIRST, LAST),
        Group("south", (heron,), 200, FIRST, LAST),
        Group("south", (heron, osprey), 50, FIRST, LAST),
    )
    assert found.statements == (
        Statement(osprey, Kind.PREFER, date(2017, 2, 6), date(2017, 2, 12)),
        Statement(heron, Kind.BLACKOUT, PEAK.first, PEAK.last, why="Install peak"),
        Statement(heron, Kind.AVOID, soft.first, soft.last),
    )
    assert found.limits == (Limit(heron, 30, "north"), Limit(heron, 50, "south"))
    assert found.closed == tuple(date(2017, month, day) for month, day in ((1, 28), (1, 29), (2, 4), (2, 5)))


def test_what_was_taken_back_and_regions_no_longer_asked_are_left_out(world, catalogue):
    exercise = make_exercise(world, catalogue)
    make_statement(world, exercise, limits={"south": 50, "north": 30}, blackouts=[])
    osprey = {"organisation": world.organisation("osprey"), "by": world.actor("other_supplier"), "at": world.at}
    make_statement(world, exercise, who="other_supplier", of="osprey")
    verbs.leave(exercise, **osprey)
    terms = {"first": FIRST, "last": LAST, "capacity": {"north": 100}, "deployment_on": date(2017, 1, 18)}
    chosen = verbs.Terms(**terms, closes_at=exercise.closes_at)
    verbs.change_exercise(exercise, chosen, why="North first", by=world.actor("manager"), at=world.at)
    found = problem_of(verbs.close_exercise(exercise, by=world.actor("manager"), at=world.at))
    assert found.statements == ()
    assert found.limits == (Limit(world.organisation("heron").pk, 30, "north"),)


def test_a_blackout_in_one_region_binds_there_alone(world, catalogue):
    """Solver and checker, which share no code: Heron’s homes in South are activated on the days ruled out in North."""
    exercise = make_exercise(world, catalogue)
    north = replace(PEAK, first=FIRST, last=date(2017, 2, 9), regions=("north",))
    make_statement(world, exercise, blackouts=[north, replace(PEAK, regions=("south", "north"))])
    given = problem_of(verbs.close_exercise(exercise, by=world.actor("manager"), at=world.at))
    assert [one.regions for one in given.statements] == [("north",), ("south", "north")]
    schedule = solve(given).schedule
    nights = {region: {one.day for one in schedule if given.groups[one.group].region == region} for region in REGIONS}
    assert nights["north"] == {LAST} and min(nights["south"]) < PEAK.first
    assert check(given, schedule) == []
    (one,) = (one for one in schedule if one.group == 0)
    moved = [one._replace(day=FIRST), *(other for other in schedule if other != one)]
    assert [str(breach) for breach in check(given, moved)] == [
        "Heron Power has a firm blackout in North on 25 January 2017, not 100 homes."
    ]


def test_a_blackout_of_a_region_no_longer_asked_binds_nowhere(world, catalogue):
    exercise = make_exercise(world, catalogue)
    both = replace(PEAK, regions=("south", "north"))
    make_statement(world, exercise, blackouts=[replace(PEAK, regions=("south",)), both])
    change = {"why": "North first", "by": world.actor("manager"), "at": world.at}
    verbs.change_exercise(exercise, terms(capacity={"north": 100}), **change)
    (said,) = problem_of(verbs.close_exercise(exercise, by=world.actor("manager"), at=world.at)).statements
    assert said.regions == ("north",)
