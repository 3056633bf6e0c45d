"""How rollouts of the past ran: the engine's own steps, at the moments at which they fell due, without a broker."""

from collections.abc import Generator
from datetime import datetime, timedelta

from devices.demonstration.desk import MANAGER, SECOND
from devices.demonstration.stage import MACHINE, Stage, Story
from devices.detection import verbs as detection
from devices.rollouts import queries, verbs
from devices.rollouts.models import Batch, Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import RUNNING, WINDING_UP, RolloutState
from devices.rollouts.verdicts import Thresholds
from releases.publishing.models import Release


def plan_of(*waves: int | float, scenario: str = "calm", seed: int = 1) -> verbs.Plan:
    """Return a plan: whole numbers are hubs, fractions shares; silent hubs are asked again every ten minutes."""
    return verbs.Plan(
        waves=[WaveSpec(hubs=one) if isinstance(one, int) else WaveSpec(share=one) for one in waves],
        thresholds=Thresholds(limit=0.05, minimum=200, confidence=0.95),
        answer_seconds=120,
        retry_seconds=600,
        soak_seconds=900,
        scenario=scenario,
        seed=seed,
    )


def planned(stage: Stage, release: Release, plan: verbs.Plan) -> Rollout:
    """Plan a rollout and let the engine prepare it; return it."""
    release.refresh_from_db()
    rollout = verbs.plan(release, plan, by=stage.actor(MANAGER), at=stage.at)
    return verbs.prepare(rollout, by=MACHINE, at=stage.at)


def deployed(stage: Stage, release: Release, plan: verbs.Plan, start: datetime) -> Generator[datetime, None, Rollout]:
    """Plan a rollout, have it approved the day after, and deploy it from ``start``; the generator returns it."""
    rollout = planned(stage, release, plan)
    yield stage.later(1, 10)
    verbs.approve(rollout, by=stage.actor(SECOND), at=stage.at)
    yield start
    rollout.refresh_from_db()
    verbs.start(rollout, by=stage.actor(MANAGER), at=stage.at)
    yield from running(stage, rollout)
    return rollout


def activated(stage: Stage, rollout: Rollout, *, declines: str = "") -> Story:
    """Activate a deployed rollout from now on; resumes what stood still for want of evidence.

    With a reason to decline what is proposed its hubs are listened to.
    """
    verbs.start_activation(rollout, by=stage.actor(MANAGER), at=stage.at)
    yield from running(stage, rollout, declines=declines)


def running(stage: Stage, rollout: Rollout, *, declines: str = "") -> Story:
    """Let the engine work until the programme is over or halted; a person lets a pause for thought end."""
    while True:
        if declines:
            yield from _listening(stage, rollout, declines)
        _turn(stage, rollout)
        if rollout.state == RolloutState.PAUSED:
            yield stage.at + timedelta(minutes=30)
            why = "Too few hubs to judge by the threshold: the reports were read one by one."
            verbs.resume(rollout, by=stage.actor(MANAGER), at=stage.at, why=why)
            continue
        if rollout.state not in RUNNING | WINDING_UP:
            return
        due = _next_due(stage, rollout)
        if due is None:
            return
        yield due


def _listening(stage: Stage, rollout: Rollout, declines: str) -> Story:
    """Listen to the hubs; what is proposed is looked into for 40 minutes and declined, and the rollout goes on."""
    rollout.refresh_from_db()
    heard = detection.listen(rollout, by=MACHINE, at=stage.at) if rollout.state in RUNNING else []
    for proposal in heard:
        yield stage.at + timedelta(minutes=40)
        detection.decline(proposal, why=declines, by=stage.actor(MANAGER), at=stage.at)
        rollout.refresh_from_db()
        why = f"The hold proposed as {proposal} is declined."
        verbs.resume(rollout, by=stage.actor(MANAGER), at=stage.at, why=why)


def _turn(stage: Stage, rollout: Rollout) -> None:
    """Do everything that is due now, until nothing moves."""
    moved = 1
    while moved:
        was = rollout.state
        verbs.advance(rollout, by=MACHINE, at=stage.at)
        due = Batch.objects.filter(rollout=rollout, due_at__lte=stage.at).order_by("phase", "number")
        moved = sum(verbs.step(batch, phase, at=stage.at) for batch, phase in list(due.values_list("pk", "phase")))
        rollout.refresh_from_db()
        moved += rollout.state != was


def _next_due(stage: Stage, rollout: Rollout) -> datetime | None:
    """Return when the next batch falls due, or the wave at work has soaked."""
    due = Batch.objects.filter(rollout=rollout, due_at__gt=stage.at).order_by("due_at").values_list("due_at", flat=True)
    moments = [moment for moment in due[:1] if moment is not None]
    wave = queries.present_wave(rollout)
    settled = getattr(wave, f"{rollout.stage.word}_settled_at") if wave else None
    if settled is not None:
        moments.append(settled + timedelta(seconds=rollout.soak_seconds))
    return min((moment for moment in moments if moment > stage.at), default=None)
