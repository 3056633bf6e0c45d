"""Many bookings for a few places at the same moment, on the real database.

Two things stand against overbooking: the row lock on the environment, and the exclusion constraint. Each alone
must hold; with both taken out, the overbooking must show, else these tests prove nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from portal.workflow.errors import NotNow
from releases.publishing.models import Release
from releases.testing import verbs
from releases.testing.models import Environment, TestWindow
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import World, make_world
from tests.races.threads import ROW_LOCK, Outcome, together

CROWD = 24
PLACES = 3


@pytest.fixture
def world(transactional_db) -> World:
    call_command("ensure_defaults", verbosity=0)
    Environment.objects.filter(slug="uit-a").update(places=PLACES)
    return make_world()


@pytest.fixture
def release(world) -> Release:
    return make_announced(world, make_catalogue(world))


def book_together(world: World, release: Release, *, without: str = "") -> list[Outcome]:
    """Let a crowd book the same hours of the same environment at once."""
    uit, heron, by = Environment.objects.get(slug="uit-a"), world.organisation("heron"), world.actor("supplier")
    start = world.at + timedelta(days=1)

    def call():
        return verbs.book(
            release,
            environment=uit,
            organisation=heron,
            start=start,
            end=start + timedelta(hours=4),
            by=by,
            at=world.at,
        )

    return together(*[call] * CROWD, without=without)


def busiest_place() -> int:
    """How many windows stand in the same place; they are all of the same hours."""
    places = TestWindow.objects.order_by().values("place").annotate(windows=Count("pk"))
    return max((row["windows"] for row in places), default=0)


@contextmanager
def without_the_constraint() -> Iterator[None]:
    """Take the exclusion constraint away and put it back, emptying the table in between."""
    constraint = next(one for one in TestWindow._meta.constraints if one.name == verbs.ONE_BOOKING)
    with connection.schema_editor() as editor:
        editor.remove_constraint(TestWindow, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE testing_testwindow CASCADE")
        with connection.schema_editor() as editor:
            editor.add_constraint(TestWindow, constraint)


def test_a_crowd_gets_exactly_the_places_there_are(world, release):
    outcomes = book_together(world, release)
    refused = [outcome.error for outcome in outcomes if not outcome.ok]
    assert TestWindow.objects.count() == PLACES
    assert busiest_place() == 1
    assert len(refused) == CROWD - PLACES
    assert all(isinstance(error, NotNow) and "is full at that time" in error.reason for error in refused)


def test_without_the_row_lock_the_database_still_refuses_to_overbook(world, release):
    book_together(world, release, without=ROW_LOCK)
    assert 1 <= TestWindow.objects.count() <= PLACES
    assert busiest_place() == 1


def test_without_the_constraint_the_row_lock_still_holds(world, release):
    with without_the_constraint():
        book_together(world, release)
        assert (TestWindow.objects.count(), busiest_place()) == (PLACES, 1)


def test_without_both_the_overbooking_shows(world, release):
    with without_the_constraint():
        book_together(world, release, without=ROW_LOCK)
        assert busiest_place() > 1
