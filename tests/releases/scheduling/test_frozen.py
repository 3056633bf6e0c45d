"""What the solver is given of an exercise."""

from datetime import date, timedelta

import pytest

from releases.scheduling import verbs
from releases.scheduling.frozen import problem_of
from releases.scheduling.problem import Group, Kind, Limit, Party, Region, Statement
from releases.scheduling.wishes import Blackout
from tests.factories.exercises import FIRST, LAST, PEAK, make_exercise, make_statement

pytestmark = pytest.mark.django_db


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
