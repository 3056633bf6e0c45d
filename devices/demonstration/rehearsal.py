"""A rollout over an invented country, as a rehearsal: made by the verbs, run by the real workers, watched meanwhile.

Portal time is real time; nothing waits for a night, so that it runs as fast as the machine can.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Mod

from devices.demonstration import desk, scripts, world
from devices.demonstration.desk import MANAGER, SECOND
from devices.demonstration.director import play
from devices.demonstration.stage import MACHINE, Stage, Story
from devices.rollouts import path, queries, verbs
from devices.rollouts.models import Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.queries import Figures
from devices.rollouts.states import RUNNING, STANDING_STILL, HubState, RolloutState
from devices.rollouts.verdicts import Thresholds
from devices.simulator.scenarios import SCENARIOS
from portal.workflow import clock
from portal.workflow.actor import Actor
from portal.workflow.enqueue import publishing_nothing
from portal.workflow.errors import NotNow
from portal.working_days import london_day
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState

SCRIPT = scripts.FASTER_JOIN
SHARE_OF_MODEL = 0.353  # of all hubs
HISTORY = timedelta(days=60)
LEAST, MOST = world.LEAST_HUBS, 30_000_000
WAVES = (WaveSpec(hubs=2_000), WaveSpec(share=0.1), WaveSpec(share=0.3), WaveSpec(share=1.0))
LOOK_SECONDS, PATIENCE_SECONDS = 0.5, 90.0
_REACHED = {
    RolloutState.DEPLOYING: (HubState.DEPLOYED, HubState.FAILED, HubState.EXPIRED),
    RolloutState.ACTIVATING: (HubState.ACTIVATED, HubState.FAILED, HubState.EXPIRED),
}


class Stuck(RuntimeError):
    """Nothing moved for longer than a sweep takes."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a rollout saw, and after how many seconds of its present programme."""

    rollout: Rollout
    figures: Figures
    seconds: float

    @property
    def done(self) -> int:
        """Hubs that have the present programme behind them, well or not."""
        return sum(self.figures.by_state[state] for state in _REACHED.get(RolloutState(self.rollout.state), ()))

    @property
    def rate(self) -> float:
        """Hubs a second that got through the present programme so far."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the programme lasts yet if it goes on as it went; None before anything is known."""
        return (self.rollout.hubs - self.done) / self.rate if self.rate else None


@transaction.atomic
def make_country(*, hubs: int, now: datetime) -> tuple[Stage, Release]:
    """Make a country in which about so many hubs run what one release updates; return it, with its release cleared."""
    stage = world.build(hubs=ceil(hubs / SHARE_OF_MODEL), seed=2017, now=now, history=HISTORY)
    with publishing_nothing():
        play(stage, [_published(stage)])
    release = Release.objects.get(firmware_version=SCRIPT.version)
    if release.state != ReleaseState.CLEARED:
        raise Stuck(f"The release is {release.state}, not cleared.")
    return stage, release


def _published(stage: Stage) -> Story:
    release = yield from desk.publish(stage, SCRIPT, stage.day(-25, 10), wait=1)
    release.refresh_from_db()
    yield (release.planned_activation_at or stage.at) + timedelta(minutes=1)  # by then the gates have cleared it


def plan(stage: Stage, release: Release, *, scenario: str) -> Rollout:
    """Plan the rollout and write its waves, batches and hubs."""
    chosen = verbs.Plan(
        waves=WAVES,
        thresholds=Thresholds(limit=0.05, minimum=200, confidence=0.95),
        retry_seconds=0,
        soak_seconds=0,
        scenario=scenario,
        seed=1,
    )
    at = clock.now()
    with publishing_nothing():  # prepared here, without a worker's limit of time
        planned = verbs.plan(release, chosen, by=stage.players.actor(MANAGER, at), at=at)
    return verbs.prepare(planned, by=MACHINE, at=at)


def run(rollout: Rollout, actor: Callable[[str], Actor]) -> Iterator[Look]:
    """Have it approved, started and activated; yield looks until it has finished or stands still, the last one too.

    Meanwhile a day passes in the homes with each wave. `actor` gives one of the people as they are now. Raises Stuck
    when nobody moves it.
    """
    verbs.approve(rollout, by=actor(SECOND), at=clock.now())
    verbs.start(_fresh(rollout), by=actor(MANAGER), at=clock.now())
    began = moved = time.monotonic()
    seen, days = b"", 0
    while True:
        rollout = _fresh(rollout)
        days = _live(rollout, days)
        look = Look(rollout, queries.figures(rollout), time.monotonic() - began)
        yield look
        if _is_over(rollout):
            return
        if rollout.state == RolloutState.DEPLOYED:
            verbs.start_activation(rollout, by=actor(MANAGER), at=clock.now())
            began = time.monotonic()
        trace = rollout.state.encode() + look.figures.by_wave.tobytes()
        if trace != seen:
            seen, moved = trace, time.monotonic()
        elif time.monotonic() - moved > PATIENCE_SECONDS:
            raise Stuck(f"The rollout is {rollout.state} and nothing has moved for {PATIENCE_SECONDS:.0f} seconds.")
        time.sleep(LOOK_SECONDS)


def _live(rollout: Rollout, days: int) -> int:
    """Let the days pass that the waves begun so far stand for; return how many have passed."""
    life, at = SCENARIOS[rollout.scenario].life, clock.now()
    begun = rollout.waves.exclude(deployment_opened_at=None).count()
    begun += rollout.waves.exclude(activation_opened_at=None).count()
    while days < begun and rollout.state in RUNNING:
        try:
            verbs.pass_day(london_day(at) + timedelta(days=days), life=life, by=MACHINE, at=at)
        except NotNow:  # it winds up by now, or there is no invented country
            break
        days += 1
    return days


def _fresh(rollout: Rollout) -> Rollout:
    return Rollout.objects.select_related("release").get(pk=rollout.pk)


def _is_over(rollout: Rollout) -> bool:
    """Whether it has finished, or stands still and owes no answer of a hub asked."""
    if rollout.state not in STANDING_STILL:
        return rollout.state not in RUNNING | {RolloutState.DEPLOYED, RolloutState.FINISHING}
    owing = rollout.batches.alias(owes=Mod(F("phase"), 2)).filter(owes=1, phase__lt=path.RECORD)
    return not owing.exists()
