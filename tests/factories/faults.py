"""A rollout in bad weather, and what must be true after it whatever happened.

Workers are killed at random points, the broker loses everything, the database crashes, messages come three times and
out of order, two sweepers sweep, the clock steps back, people pause, resume, hold and lift without end.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from redis import Redis

from devices.alerts import verbs as alerting
from devices.rollouts import queries, tasks, verbs
from devices.rollouts.models import Batch, Rollout
from devices.rollouts.planning import FIRST_BATCH, cut_batches
from devices.rollouts.states import LIVE, RolloutState
from devices.rollouts.verbs import hints, planning
from portal.workflow import barrier, clock
from portal.workflow.actor import Actor
from portal.workflow.errors import Refusal
from portal.workflow.models import ClockSetting
from releases.holds import verbs as holds
from releases.holds.models import Cause, Ground, Hold, Stage
from releases.holds.states import HoldState
from releases.products.cohorts import Cohort
from tests.factories.crew import Workers
from tests.factories.rightness import HELD_REGION
from tests.factories.rollouts import Road

LOST = (OperationalError, InterfaceError)
BACK = timedelta(seconds=1)
ANSWERS = 2.2  # for each hub, by which all faults have happened; silence counts too, so there are nearly 3 in a storm


@contextmanager
def hasty() -> Iterator[None]:
    """Plan small batches, so that much is under way at any moment, and call a message lost after two seconds."""
    quiet, hints.QUIET = hints.QUIET, timedelta(seconds=2)
    cut, planning.cut_batches = planning.cut_batches, partial(cut_batches, later=FIRST_BATCH)
    try:
        yield
    finally:
        hints.QUIET, planning.cut_batches = quiet, cut


@dataclass
class Weather:
    """How much happens; where in the rollout is drawn from the seed."""

    kills: int
    flushes: int
    steps_back: int
    crashes: int = 0
    seed: int = 1
    seconds: float = 300


@dataclass
class Ordeal:
    """One rollout under faults. `happened` counts them, `errors` keeps what no fault explains."""

    road: Road
    workers: Workers
    weather: Weather
    happened: Counter[str] = field(default_factory=Counter)
    errors: list[BaseException] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> Rollout:
        """Take the rollout to its end; return it as it stands then."""
        helpers = [(self._sweep, 0.5), (self._sweep, 0.5), (self._deliver, 4.0), (self._meddle, 0.3)]
        threads = [threading.Thread(target=self._loop, args=one, daemon=True) for one in helpers]
        self.workers.start()
        for thread in threads:
            thread.start()
        try:
            self._strike()
        finally:
            self.over.set()
            for thread in threads:
                thread.join(30)
            self.workers.kill()
        assert not self.errors, self.errors
        return self.road.fresh()

    def _strike(self) -> None:
        """Let the faults come, each when the hubs have answered so often, and wait for the end."""
        rng = random.Random(self.weather.seed)
        acts = [
            *[self._kill_one, self._kill_all] * (self.weather.kills // 2),
            *[self._flush] * self.weather.flushes,
            *[self._step_back] * self.weather.steps_back,
            *[self._crash] * self.weather.crashes,
        ]
        rng.shuffle(acts)
        answers = ANSWERS * self.road.rollout.hubs
        due = sorted(rng.random() * answers for _ in acts)
        end = time.monotonic() + self.weather.seconds
        while True:
            assert time.monotonic() < end, f"still {self.road.rollout.state} after {dict(self.happened)}"
            assert not self.errors, self.errors
            try:
                if self._is_over():
                    break
                if acts and queries.figures(self.road.rollout).outcomes.sum() >= due[0]:
                    due.pop(0)
                    act = acts.pop()
                    self.happened[act.__name__.strip("_")] += 1
                    act()
            except LOST:
                connection.close()
            time.sleep(rng.random() * 0.1)
        assert not acts, f"over before {len(acts)} more faults"

    def _is_over(self) -> bool:
        state = self.road.fresh().state
        if state == RolloutState.HALTED:
            raise AssertionError(self.road.rollout.stood_still_why)
        if state == RolloutState.DEPLOYED:
            with suppress(Refusal):
                self.road.at = clock.now()
                self.road.activate()
        return state not in LIVE | {RolloutState.DEPLOYED}

    @property
    def _manager(self) -> Actor:
        return self.road.world.actor("manager", at=clock.now())

    def _loop(self, act: Callable[[random.Random], None], most: float) -> None:
        """Repeat an act, at most so many seconds apart, on a connection of its own; a lost database is waited for."""
        rng = random.Random(f"{self.weather.seed} {threading.get_ident()}")
        try:
            while not self.over.wait(rng.random() * most):
                try:
                    act(rng)
                except Refusal:
                    continue  # somebody was faster
                except LOST:
                    connection.close()
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def _sweep(self, _: random.Random) -> None:
        tasks.advance_all()
        verbs.republish(at=clock.now())
        alerting.number()

    def _deliver(self, rng: random.Random) -> None:
        """Send messages of some batches three times, with those of phases gone by and to come, in any order."""
        found = list(Batch.objects.filter(rollout=self.road.rollout).values_list("pk", "phase"))
        chosen = rng.sample(found, min(3, len(found)))
        letters = [(batch, phase + shift) for batch, phase in chosen for shift in (-1, 0, 0, 0, 1)]
        rng.shuffle(letters)
        for batch, phase in letters:
            current_app.send_task("rollouts.step", kwargs={"batch_id": batch, "phase": phase}, retry=False)
        self.happened["messages too many"] += len(letters)

    def _meddle(self, rng: random.Random) -> None:
        """Pause, or place a hold; or end the one that stands, behind the barrier, so that the check below is exact."""
        at, rollout = clock.now(), Rollout.objects.get(pk=self.road.rollout.pk)
        held = Hold.objects.filter(state=HoldState.PLACED).first()
        if rollout.state == RolloutState.PAUSED:
            with transaction.atomic():
                barrier.shut()
                verbs.resume(rollout, by=self._manager, at=at, why="It blows over.")
            self.over.wait(rng.random() * 2)
        elif held is not None and rng.random() < 0.5:
            with transaction.atomic():
                barrier.shut()
                holds.lift(held, ground=Ground.DCC, why="Nothing was found.", by=self._manager, at=at)
        elif held is None and rollout.state == RolloutState.ACTIVATING and rng.random() < 0.5:
            self._hold(rollout)
        else:
            verbs.pause(rollout, by=self._manager, at=at, why="It blows.")
            self.happened["pause"] += 1

    def _hold(self, rollout: Rollout) -> None:
        holds.place(
            rollout.release,
            Cohort(regions=frozenset({HELD_REGION})),
            stage=Stage.ACTIVATION,
            cause=Cause.DCC,
            cause_text="Displays stay dark.",
            by=self._manager,
            at=clock.now(),
        )
        self.happened["hold"] += 1

    def _kill_one(self) -> None:
        """SIGKILL one of the two processes that do the work."""
        child = self.workers.child
        assert child is not None
        found = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
        if not found:  # it is still starting
            self._kill_all()
            return
        with suppress(ProcessLookupError):
            os.kill(int(found[0]), signal.SIGKILL)

    def _kill_all(self) -> None:
        self.workers.kill()
        self.workers.start()

    def _flush(self) -> None:
        """Empty it over a connection of its own: one from Celery's pool may still wait for answers of a worker."""
        with Redis.from_url(settings.REDIS_URL) as broker:
            broker.flushdb()

    def _step_back(self) -> None:
        ClockSetting.objects.update_or_create(
            pk=1, defaults={"real_base": timezone.now(), "portal_base": clock.now() - BACK, "speed": 1}
        )

    def _crash(self) -> None:
        """SIGKILL a process of the database: it ends all others and recovers from its log."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            [(number,)] = cursor.fetchall()
        os.kill(number, signal.SIGKILL)
