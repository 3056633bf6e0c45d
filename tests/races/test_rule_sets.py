"""Two versions of the voting rules at the same moment, on the real database."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from releases.ballots import rulesets, verbs
from releases.ballots.defaults import ensure_defaults
from releases.ballots.models import RuleSet
from releases.ballots.verbs import RuleSetFacts
from tests.factories.world import make_world
from tests.races.threads import ROW_LOCK, together

FIRST = date(2017, 3, 1)


@pytest.fixture
def world(transactional_db):
    ensure_defaults()
    return make_world()


def _both_add(world, **how):
    by, days = world.actor("secretary"), [FIRST, FIRST + timedelta(days=1)]
    several = [RuleSetFacts("Other rules", day, rulesets.DEFAULT) for day in days]
    add = verbs.add_rule_set
    return together(*(lambda one=one: add(one, by=by, at=world.at, why="x") for one in several), **how)


def test_two_versions_at_once_get_numbers_of_their_own(world):
    assert all(one.ok for one in _both_add(world))
    assert sorted(RuleSet.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_without_the_lock_the_second_would_hit_the_database(world):
    for _attempt in range(20):
        outcomes = _both_add(world, without=ROW_LOCK)
        if any(isinstance(one.error, IntegrityError) for one in outcomes):
            return
        RuleSet.objects.filter(number__gt=1).delete()
    raise AssertionError("no clash in 20 attempts: the lock guards nothing")
