"""A hold placed while a batch is between asking the gates and committing, on the real database.

Rule: a batch never commits after the hold that should have stopped it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction

from portal.workflow import barrier
from releases.holds.models import Hold, Stage
from releases.holds.queries import held_cells
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Release
from tests.factories.findings import make_hold
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import World, make_world
from tests.races.threads import ADVISORY_LOCK, together

BATCH_SECONDS = 1.0  # how long a batch works between its question and its commit


@pytest.fixture
def world(transactional_db) -> World:
    ensure_defaults()
    return make_world()


@pytest.fixture
def release(world) -> Release:
    return make_announced(world, make_catalogue(world))


@dataclass
class Record:
    """When what happened, in seconds of one clock, and what the batch was told of the gates."""

    asked: threading.Event = field(default_factory=threading.Event)
    held: frozenset[int] | None = None
    batch_committed: float = 0.0
    hold_committed: float = 0.0


def batch(record: Record, world: World, release: Release) -> Callable[[], None]:
    """A batch as the engine runs it: pass the barrier shared, ask, work, commit."""

    def run() -> None:
        with transaction.atomic():
            barrier.pass_shared()
            record.held = held_cells(Stage.DEPLOYMENT, world.at, release=release)
            record.asked.set()
            time.sleep(BATCH_SECONDS)
            record.batch_committed = time.monotonic()

    return run


def placing(record: Record, world: World, release: Release) -> Callable[[], None]:
    """DCC places a hold while the batch is at work."""

    def run() -> None:
        assert record.asked.wait(10)
        make_hold(world, release)
        record.hold_committed = time.monotonic()

    return run


def race(world: World, release: Release, *, without: str = "") -> Record:
    record = Record()
    outcomes = together(batch(record, world, release), placing(record, world, release), without=without)
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert record.held == frozenset()
    assert Hold.objects.count() == 1
    return record


def test_a_hold_waits_for_the_batch_that_asked_before_it(world, release):
    record = race(world, release)
    assert record.batch_committed < record.hold_committed


def test_without_the_barrier_the_batch_commits_after_the_hold(world, release):
    record = race(world, release, without=ADVISORY_LOCK)
    assert record.hold_committed < record.batch_committed


def test_a_batch_that_asks_after_the_hold_finds_its_cells_held(world, release):
    make_hold(world, release)
    with transaction.atomic():
        barrier.pass_shared()
        assert held_cells(Stage.DEPLOYMENT, world.at, release=release)


def test_batches_pass_the_barrier_together(world, release):
    records = [Record(), Record()]
    began = time.monotonic()
    outcomes = together(*(batch(record, world, release) for record in records))
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert time.monotonic() - began < 2 * BATCH_SECONDS
