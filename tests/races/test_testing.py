"""Many bookings for a few places at the same moment, on the real database.

Two things stand against overbooking: the row lock on the environment, and the exclusion constraints on places and on
rigs. Each alone must hold; with both taken out, the overbooking must show, else these tests prove nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Model

from portal.workflow.actor import system
from portal.workflow.errors import NotNow
from releases.publishing.models import Release
from releases.testing import verbs
from releases.testing.models import Environment, Rig, RigBooking, TestWindow, WaitingPlace
from releases.testing.states import WaitingState
from tests.factories.releases import Catalogue, make_announced, make_catalogue
from tests.factories.world import World, make_world
from tests.races.threads import ROW_LOCK, Outcome, together

CROWD, PLACES = 200, 10
FEW = 24  # for the races in between


@pytest.fixture
def world(transactional_db) -> World:
    call_command("ensure_defaults", verbosity=0)
    Environment.objects.filter(slug="uit-a").update(places=PLACES)
    return make_world()


@pytest.fixture
def catalogue(world) -> Catalogue:
    return make_catalogue(world)


@pytest.fixture
def release(world, catalogue) -> Release:
    return make_announced(world, catalogue)


@pytest.fixture
def rig(world, catalogue) -> Rig:
    """A rig where no place stands in the way of a second booking: in an own lab."""
    facts = verbs.RigFacts("Rig 1", [catalogue.models["alder"]])
    return verbs.add_rig(Environment.objects.get(slug="own-lab"), facts, by=world.actor("manager"), at=world.at)


def book_together(
    world: World, release: Release, *, crowd: int = FEW, rigs: tuple[Rig, ...] = (), without: str = ""
) -> list[Outcome]:
    """Let a crowd book the same hours of the same environment at once; with rigs in an own lab, which has no places."""
    where = Environment.objects.get(slug="own-lab" if rigs else "uit-a")
    heron, by = world.organisation("heron"), world.actor("supplier")
    start = world.at + timedelta(days=1)

    def call():
        return verbs.book(
            release,
            environment=where,
            organisation=heron,
            start=start,
            end=start + timedelta(hours=4),
            rigs=rigs,
            again=True,
            by=by,
            at=world.at,
        )

    return together(*[call] * crowd, without=without)


def busiest(model: type[Model], what: str) -> int:
    """How many windows stand in the same place, or on the same rig; they are all of the same hours."""
    rows = model.objects.order_by().values(what).annotate(windows=Count("pk"))
    return max((row["windows"] for row in rows), default=0)


@contextmanager
def without_the_constraint(model: type[Model], name: str) -> Iterator[None]:
    """Take an exclusion constraint away and put it back, emptying the tables in between."""
    constraint = next(one for one in model._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE testing_testwindow CASCADE")
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def test_two_hundred_get_exactly_the_ten_places_there_are(world, release):
    outcomes = book_together(world, release, crowd=CROWD)
    refused = [outcome.error for outcome in outcomes if not outcome.ok]
    assert TestWindow.objects.count() == PLACES
    assert busiest(TestWindow, "place") == 1
    assert len(refused) == CROWD - PLACES
    assert all(isinstance(error, NotNow) and "is full at that time" in error.reason for error in refused)


def test_without_the_row_lock_the_database_still_refuses_to_overbook(world, release):
    book_together(world, release, without=ROW_LOCK)
    assert 1 <= TestWindow.objects.count() <= PLACES
    assert busiest(TestWindow, "place") == 1


def test_without_the_constraint_the_row_lock_still_holds(world, release):
    with without_the_constraint(TestWindow, verbs.ONE_BOOKING):
        book_together(world, release)
        assert (TestWindow.objects.count(), busiest(TestWindow, "place")) == (PLACES, 1)


def test_without_both_the_overbooking_shows(world, release):
    with without_the_constraint(TestWindow, verbs.ONE_BOOKING):
        book_together(world, release, crowd=CROWD, without=ROW_LOCK)
        assert TestWindow.objects.count() > PLACES
        assert busiest(TestWindow, "place") > 1


def test_without_the_row_lock_the_database_still_gives_a_rig_once(world, release, rig):
    book_together(world, release, rigs=(rig,), without=ROW_LOCK)
    assert busiest(RigBooking, "rig") == 1


def test_without_both_a_rig_is_given_twice(world, release, rig):
    with without_the_constraint(RigBooking, verbs.ONE_RIG):
        book_together(world, release, rigs=(rig,), without=ROW_LOCK)
        assert busiest(RigBooking, "rig") > 1


def accept_together(world: World, release: Release) -> list[Outcome]:
    """Let one supplier accept an offer many times at once, while others book the same hours."""
    uit, by = Environment.objects.get(slug="uit-a"), world.actor("supplier")
    start = world.at + timedelta(days=1)
    facts = {
        "environment": uit,
        "organisation": world.organisation("heron"),
        "start": start,
        "end": start + timedelta(hours=4),
    }
    booked = [verbs.book(release, **facts, again=True, by=by, at=world.at) for _ in range(PLACES)]
    entry = verbs.join_waiting_list(release, **facts, by=by, at=world.at)
    verbs.cancel(booked[0], by=by, at=world.at)
    assert verbs.offer_places(by=system("User testing"), at=world.at) == 1

    def accept():
        return verbs.accept_offer(entry, by=by, at=world.at)

    def book():
        return verbs.book(release, **facts, again=True, by=by, at=world.at)

    return together(*[accept, book] * (FEW // 2))


def test_an_offer_is_accepted_once_and_its_place_taken_by_nobody_else(world, release):
    outcomes = accept_together(world, release)
    assert sum(outcome.ok for outcome in outcomes) == 1
    entry = WaitingPlace.objects.get()
    assert (entry.state, entry.window.place) == (WaitingState.ACCEPTED, 1)
    assert all(isinstance(one.error, NotNow) for one in outcomes if not one.ok)
