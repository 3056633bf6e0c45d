"""The engine under several workers: one batch claimed once, kills survived, holds obeyed; with negative controls."""

import re
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from devices.rollouts import hot, tasks, verbs
from devices.rollouts.models import Batch, HubUpdate, HubUpdateEvent, Rollout
from devices.rollouts.states import HubState
from portal.journal import append_only
from portal.workflow.errors import NotNow
from releases.holds import verbs as holds
from releases.holds.models import Cause, Stage
from releases.products.cohorts import Cohort
from tests.factories.releases import make_catalogue
from tests.factories.rollouts import QUICK, Road, assert_counts_agree, make_served, make_started
from tests.factories.world import make_world
from tests.races.threads import ADVISORY_LOCK, together

ROW_LOCK = r"FOR UPDATE SKIP LOCKED"


@pytest.fixture
def opened(transactional_db) -> Road:
    """A rollout whose first batch is due."""
    road = make_started(factor=1)
    verbs.advance(road.fresh(), by=tasks.ENGINE, at=road.at)
    return road


class TestClaim:
    def race(self, road: Road):
        batch = Batch.objects.get(rollout=road.rollout, number=0)
        return together(*[lambda: verbs.step(batch.pk, 0, at=road.at)] * 2)

    def test_a_batch_delivered_to_two_workers_at_once_moves_once(self, opened):
        outcomes = self.race(opened)
        assert sorted(outcome.value for outcome in outcomes) == [False, True]
        assert HubUpdateEvent.objects.filter(rollout=opened.rollout).count() == 60
        assert_counts_agree(opened.rollout)

    def test_without_the_lock_both_go_for_it(self, opened, monkeypatch):
        """Negative control: the second waits for the first one's hub rows and finds them moved."""
        monkeypatch.setattr(hot, "CLAIM", re.sub(ROW_LOCK, "", hot.CLAIM))
        monkeypatch.setattr(hot, "move", slowly(hot.move))
        outcomes = self.race(opened)
        assert [type(outcome.error) for outcome in outcomes if outcome.error] == [hot.Mismatch]


def slowly(move):
    """Two workers are inside the step at the same moment."""

    def moving(*arguments, **named):
        time.sleep(0.3)
        move(*arguments, **named)

    return moving


class TestHold:
    def race(self, road: Road, monkeypatch, *, without: str = "") -> bool:
        """Place a hold on the north while a batch stands between its question and its commit.

        Return whether a northern hub was moved by a batch that committed after the hold.
        """
        batch = Batch.objects.get(rollout=road.rollout, number=0)
        committed: dict[str, float] = {}
        monkeypatch.setattr(hot, "move", slowly(hot.move))

        def step() -> None:
            verbs.step(batch.pk, 0, at=road.at)
            committed["batch"] = time.monotonic()

        def hold() -> None:
            time.sleep(0.15)
            holds.place(
                Rollout.objects.get(pk=road.rollout.pk).release,
                Cohort(regions=frozenset({"north"})),
                stage=Stage.DEPLOYMENT,
                cause=Cause.DCC,
                cause_text="Displays stay dark.",
                by=road.manager,
                at=road.at,
            )
            committed["hold"] = time.monotonic()

        outcomes = together(step, hold, without=without)
        assert [outcome.error for outcome in outcomes] == [None, None]
        north = HubUpdate.objects.filter(rollout=road.rollout, cell=1)
        return committed["hold"] < committed["batch"] and north.exclude(state=HubState.SCHEDULED).exists()

    def test_no_batch_commits_after_the_hold_that_should_have_stopped_it(self, opened, monkeypatch):
        assert self.race(opened, monkeypatch) is False

    def test_without_the_barrier_one_does(self, opened, monkeypatch):
        """Negative control."""
        assert self.race(opened, monkeypatch, without=ADVISORY_LOCK) is True


def test_two_machines_advance_a_rollout_at_once(opened):
    """Waves open once; the second machine passes by."""
    calls = [lambda: verbs.advance(opened.rollout, by=tasks.ENGINE, at=opened.at)] * 4
    assert all(outcome.ok for outcome in together(*calls))
    assert list(opened.rollout.waves.values_list("state", flat=True)) == ["deploying", "waiting"]


def test_a_pause_by_a_person_and_a_verdict_at_once(opened):
    """Whichever comes first stands; neither waits for the other for ever. What is halted already is not paused."""
    Rollout.objects.filter(pk=opened.rollout.pk).update(thresholds={})
    verdict, pause = together(
        lambda: verbs.advance(opened.rollout, by=tasks.ENGINE, at=opened.at),
        lambda: verbs.pause(opened.rollout, by=opened.manager, at=opened.at, why="Wait."),
    )
    assert verdict.ok
    assert pause.ok or isinstance(pause.error, NotNow)
    assert opened.fresh().state in (("paused", "halted") if pause.ok else ("halted",))


def test_a_rollout_is_planned_once_by_two_managers(transactional_db):
    world = make_world()
    call_command("ensure_defaults", verbosity=0)
    release = make_served(world, make_catalogue(world))
    calls = [lambda: verbs.plan(release, QUICK, by=world.actor("manager"), at=world.at)] * 2
    assert sorted(outcome.ok for outcome in together(*calls)) == [False, True]
    assert Rollout.objects.count() == 1


def test_the_runtime_role_makes_partitions_but_changes_no_event(opened):
    """As the role the portal runs under: no table of its own, no change of what is append-only."""
    role = settings.RUNTIME_DATABASE_ROLE
    append_only.grant_runtime_role()
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT EXECUTE ON FUNCTION rollouts_make_partitions(bigint) TO {role}")
        copy = Rollout.objects.get(pk=opened.rollout.pk)
        copy.pk, copy.state, copy.reference = None, "cancelled", "COPY-R1"
        copy.save()
        with transaction.atomic():
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute("SELECT rollouts_make_partitions(%s)", [copy.pk])
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute("CREATE TABLE mine (n int)")
