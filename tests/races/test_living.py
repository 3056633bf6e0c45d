"""A day in the homes comes to two workers, or while batches step: it passes once, and homes add up; with negative
controls."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models import Sum

from devices.fleet.models import Day, Hub, World
from devices.fleet.verbs import living
from devices.rollouts import tasks, verbs
from devices.rollouts.models import MovedHome
from devices.simulator.scenarios import Life
from portal.workflow.errors import NotNow
from releases.products.models import Cell
from tests.factories.rollouts import Road, make_started
from tests.races.threads import ADVISORY_LOCK, ROW_LOCK, TIMEOUT_SECONDS, together

BUSY = Life(60, 0, 60, 30)


@pytest.fixture
def started(transactional_db) -> Road:
    road = make_started(factor=2)
    World.objects.create(seed=3, hubs=Hub.objects.count())
    verbs.advance(road.fresh(), by=tasks.ENGINE, at=road.at)
    return road


def a_day(road: Road):
    return lambda: verbs.pass_day(road.at.date(), life=BUSY, by=tasks.ENGINE, at=road.at)


def homes_that_do_not_add_up() -> int:
    query = """
    SELECT count(*) FROM products_cell c
     WHERE c.homes <> (SELECT count(*) FROM fleet_hub h WHERE h.cell = c.number)
    """
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def strays(road: Road) -> int:
    """Hubs whose rollout has them in another cell than the fleet."""
    query = """
    SELECT count(*) FROM rollouts_hubupdate u JOIN fleet_hub h ON h.id = u.hub_id
     WHERE u.rollout_id = %s AND u.cell <> coalesce(h.cell, 0)
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [road.rollout.pk])
        return int(cursor.fetchone()[0])


def test_a_day_that_comes_to_two_workers_passes_once(started):
    outcomes = together(a_day(started), a_day(started))
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [NotNow]
    (day,) = Day.objects.all()
    assert day.changes_of_supplier + day.hub_exchanges >= MovedHome.objects.count() > 0
    assert Cell.objects.aggregate(total=Sum("homes"))["total"] == 760 + day.installations
    assert homes_that_do_not_add_up() == strays(started) == 0


def test_without_the_locks_both_go_for_it(started, monkeypatch):
    """Negative control: only the row of the day stops the second, after both have drawn."""
    both, country = threading.Barrier(2), living._country

    def meeting():
        both.wait(TIMEOUT_SECONDS)
        return country()

    monkeypatch.setattr(living, "_country", meeting)
    outcomes = together(a_day(started), a_day(started), without=f"{ROW_LOCK}|{ADVISORY_LOCK}")
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [IntegrityError]


def test_batches_step_while_days_pass(started):
    def days():
        for number in range(3):
            verbs.pass_day(started.at.date() + timedelta(days=number), life=BUSY, by=tasks.ENGINE, at=started.at)

    def steps():
        for _ in range(30):
            started.step()

    outcomes = together(days, steps)
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert Day.objects.count() == 3
    assert homes_that_do_not_add_up() == strays(started) == 0
    started.run()
    assert started.rollout.state == "deployed"
