"""Two agents of one supplier state at once, and one states while DCC closes; each with the lock taken out as a control.

The first stays in its transaction until the second waits for it or has ended: nothing depends on who is faster.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from portal.workflow.errors import NotNow
from releases.scheduling import verbs
from releases.scheduling.models import Exercise, Statement
from releases.scheduling.wishes import Wishes
from tests.factories.exercises import PEAK, make_exercise, make_statement
from tests.factories.releases import make_catalogue
from tests.factories.world import make_world
from tests.races.threads import ROW_LOCK, TIMEOUT_SECONDS, Outcome, together

FIRST, SECOND = "From the first agent.", "From the second agent."


@pytest.fixture
def world(transactional_db):
    call_command("ensure_defaults", verbosity=0)
    return make_world()


@pytest.fixture
def exercise(world) -> Exercise:
    """Open, with a statement of Heron Power that stands."""
    exercise = make_exercise(world, make_catalogue(world))
    make_statement(world, exercise)
    return exercise


def one_inside_the_other(
    first: Callable[[], Any], second: Callable[[], Any], *, without: str = ""
) -> tuple[Outcome, Outcome]:
    """Run the second while the first has done its work and not committed; return what each came to."""
    written, ended = threading.Event(), threading.Event()

    def outer() -> Any:
        with transaction.atomic():
            found = first()
            written.set()
            wait_until(lambda: ended.is_set() or is_waited_for())
            return found

    def inner() -> Any:
        assert written.wait(TIMEOUT_SECONDS)
        try:
            return second()
        finally:
            ended.set()

    outcomes = together(outer, inner, without=without)
    return outcomes[0], outcomes[1]


def is_waited_for() -> bool:
    """Whether another transaction waits for one of this connection's locks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
            " WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)) AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + TIMEOUT_SECONDS
    while not holds():
        assert time.monotonic() < until, "the second neither waits nor ends"
        time.sleep(0.01)


def stating(world, exercise, *, who: str, remark: str) -> Callable[[], Statement]:
    """Somebody who states for Heron Power from a page that showed its first statement."""
    act = {"organisation": world.organisation("heron"), "by": world.actor(who), "at": world.at}
    return lambda: verbs.state(exercise, Wishes([PEAK], remark=remark), **act, seen=1)


class TestTwoAgents:
    def race(self, world, exercise, **options):
        return one_inside_the_other(
            stating(world, exercise, who="supplier", remark=FIRST),
            stating(world, exercise, who="rsa", remark=SECOND),
            **options,
        )

    def test_the_second_is_told_that_somebody_was_faster(self, world, exercise):
        first, second = self.race(world, exercise)
        assert first.ok and isinstance(second.error, NotNow), second
        assert "stated something for Heron Power after you opened the page" in second.error.reason
        stands = Statement.objects.get()
        assert (stands.remark, stands.version) == (FIRST, 2)

    def test_without_the_lock_what_the_first_stated_is_lost(self, world, exercise):
        first, second = self.race(world, exercise, without=ROW_LOCK)
        assert first.ok and second.ok
        stands = Statement.objects.get()
        assert (stands.remark, stands.version) == (SECOND, 2)


class TestStatingWhileItCloses:
    def race(self, world, exercise, **options):
        return one_inside_the_other(
            lambda: verbs.close_exercise(exercise, by=world.actor("manager"), at=world.at),
            stating(world, exercise, who="supplier", remark=FIRST),
            **options,
        )

    def test_who_comes_too_late_is_told_so(self, world, exercise):
        first, second = self.race(world, exercise)
        assert first.ok and isinstance(second.error, NotNow), second
        assert "has its statements closed: what was stated stands as it is" in second.error.reason
        assert Statement.objects.get().remark == ""

    def test_without_the_lock_something_is_stated_after_it_closed(self, world, exercise):
        first, second = self.race(world, exercise, without=ROW_LOCK)
        assert first.ok and second.ok
        assert Exercise.objects.get().state == "closed" and Statement.objects.get().remark == FIRST

    def test_what_is_stated_before_is_in_the_schedule(self, world, exercise):
        """The other way round: DCC waits until the statement is there."""
        first, second = one_inside_the_other(
            stating(world, exercise, who="supplier", remark=FIRST),
            lambda: verbs.close_exercise(exercise, by=world.actor("manager"), at=world.at),
        )
        assert first.ok and second.ok
        assert Exercise.objects.get().state == "closed" and Statement.objects.get().remark == FIRST
