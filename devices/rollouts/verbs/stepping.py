"""One step of one batch: the only code that moves hubs.

One transaction: barrier shared, batch claimed, phase compared, gates asked, hubs moved, events written, counts
kept. Redelivery finds the phase moved; a kill leaves nothing behind. The barrier comes before the row, because
whoever shuts the gates takes the barrier and then the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import numpy as np
from django.db import transaction

from devices.gateway import Order, Stage
from devices.rollouts import firm, hot, outcomes, pacing, path, windows
from devices.rollouts.models import Batch, Rollout, Wave
from devices.rollouts.network import gateway_to, image_number
from devices.rollouts.path import Beat, Phase, Step, Wait
from devices.rollouts.states import RUNNING, STANDING_STILL, WINDING_UP, HubState, RolloutState
from devices.rollouts.verbs.advancing import advance
from devices.rollouts.verdicts import halts
from devices.simulator.scenarios import REGIONS
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from releases.gates.queries import open_cells

# What a step reads of its rollout: every column more is built into a statement and an object, at every step.
_READ = (
    *("state", "programme", "turns", "answer_seconds", "retry_seconds", "thresholds", "window_opens", "window_closes"),
    *("network_seed", "scenario", "regressing_cells", "exercise", "release__image__sha256"),
)
AT_A_STRETCH = 1.0  # seconds for which a worker stays with one batch


@dataclass(frozen=True, slots=True)
class _Done:
    """A committed step: the batch's wave and rollout, its next phase and whether that is due at once, whether it now
    waits for its wave, and whether its answers alone would halt it."""

    rollout: int
    wave: int
    phase: int
    is_due: bool
    waits: bool
    is_alarming: bool = False


def step(batch: int, phase: int, *, at: datetime) -> bool:
    """Take a batch through one phase, if that is still its next and due; return whether it moved.

    The batch's next message, and the one that lets its wave go on, are only hints: the sweep repeats them.
    """
    done = _step(batch, phase, at=at)
    if done is None:
        return False
    if _concerns_wave(done):
        enqueue("rollouts.advance", rollout_id=done.rollout)
    if done.is_due:
        _hint(batch, done.phase)
    return True


def walk(batch: int, phase: int, *, by: Actor, now: Callable[[], datetime]) -> int:
    """Take a batch through a phase and through those after it that are due at once; return through how many.

    Each is a step of its own, with its own transaction and the gates asked anew. A message a phase would cost more
    than a phase of few hubs, and would ask all batches before the first has answered: this way fewer hubs have been
    asked when the evidence stops a wave. Where a step ends its wave or alarms, the rollout is advanced there and
    then, not behind the batches that wait. After `AT_A_STRETCH` seconds the rest is left to a message, so that other
    batches have their turn.
    """
    taken, began = 0, monotonic()
    while (done := _step(batch, phase, at=now())) is not None:
        taken += 1
        if _concerns_wave(done):
            advance(Rollout.objects.get(pk=done.rollout), by=by, at=now())
        if not done.is_due:
            break
        phase = done.phase
        if monotonic() - began > AT_A_STRETCH:
            _hint(batch, phase)
            break
    return taken


def _hint(batch: int, phase: int) -> None:
    enqueue("rollouts.step", batch_id=batch, phase=phase)


def _concerns_wave(done: _Done) -> bool:
    """Whether the step was the last of its wave, or its answers alone would halt it."""
    settles = done.waits and not Batch.objects.filter(wave=done.wave, phase__lt=done.phase).exists()
    return done.is_alarming or settles


@transaction.atomic
def _step(batch: int, phase: int, *, at: datetime) -> _Done | None:
    barrier.pass_shared()
    claimed = hot.claim(batch)
    if claimed is None or claimed.phase != phase or claimed.due_at is None or claimed.due_at > at:
        return None
    rollout = Rollout.objects.select_related("release__image").only(*_READ).get(pk=claimed.rollout)
    if phase == path.RECORD:
        return _wind_up(claimed, rollout, at=at)
    return _take(claimed, rollout, Phase.read(phase), at=at)


def _take(claimed: hot.Claimed, rollout: Rollout, phase: Phase, *, at: datetime) -> _Done | None:
    if not _may_move(rollout, phase):
        return None
    limit = _night_ends(claimed, rollout, phase.stage)
    if phase.beat is Beat.SEND and phase.stage is Stage.ACTIVATION:
        opening = _opening(rollout, at)
        if opening > at and not _is_over(rollout, limit, at):
            _keep(claimed, phase=claimed.phase, due_at=opening, at=at)
            return None
    taken = _beat(claimed, rollout, phase, limit, at=at)
    if claimed.rest_at is not None and phase.beat is Beat.SEND and not taken.moved:
        _keep(claimed, phase=claimed.phase, due_at=claimed.rest_at, at=at)
        return None
    hot.move(claimed, taken, at=at)
    if phase.beat is Beat.COLLECT and phase.stage is Stage.ACTIVATION:
        hot.note_activated(claimed, taken, at=at)
    claimed.places = path.apply(claimed.places, taken)
    number, wait = path.following(phase, claimed.places, rest=claimed.rest_at is not None)
    if rollout.state in WINDING_UP:
        number, wait = path.RECORD, Wait.NOTHING
    due_at = claimed.rest_at if wait is Wait.NIGHT else _due(rollout, wait, at)
    if phase.beat is Beat.COLLECT and wait is not Wait.NIGHT:
        claimed.rest_at = None
    _keep(claimed, phase=number, due_at=due_at, at=at)
    is_due = due_at is not None and due_at <= at
    is_alarming = _is_alarming(claimed, rollout, phase)
    return _Done(claimed.rollout, claimed.wave, number, is_due, wait is Wait.WAVE, is_alarming)


def _night_ends(claimed: hot.Claimed, rollout: Rollout, stage: Stage) -> datetime | None:
    """Return when the firm night of a batch is over; None where nobody has promised one."""
    if rollout.exercise_id is None or stage is Stage.DEPLOYMENT:
        return None
    night = Wave.objects.values_list("night", flat=True).get(pk=claimed.wave)
    return None if night is None else firm.ends_at(rollout, night)


def _opening(rollout: Rollout, at: datetime) -> datetime:
    return windows.next_opening(at, rollout.window_opens, rollout.window_closes)


def _is_over(rollout: Rollout, limit: datetime | None, at: datetime) -> bool:
    """Whether a hub asked at a moment, or when the window opens next, would be asked after its firm night.

    Rule: a firm date changes in a re-run only (Approaches).
    """
    return limit is not None and _opening(rollout, at) >= limit


def _is_alarming(claimed: hot.Claimed, rollout: Rollout, phase: Phase) -> bool:
    """Whether this batch's answers alone would halt its wave: then nobody waits for the next regular look."""
    if phase.beat is Beat.SEND:
        return False
    return halts(outcomes.evidence(claimed.outcomes, phase.stage), rollout.thresholds)


def _may_move(rollout: Rollout, phase: Phase) -> bool:
    """Rule: a pause or halt asks no further hub; the answers of those asked are still collected."""
    state = RolloutState(rollout.state)
    if phase.beat is Beat.COLLECT:
        return state in RUNNING | STANDING_STILL | WINDING_UP
    return state in RUNNING


def _beat(claimed: hot.Claimed, rollout: Rollout, phase: Phase, limit: datetime | None, *, at: datetime) -> Step:
    if phase.beat is Beat.SEND:
        return _send(claimed, rollout, phase, limit, at=at)
    is_over = _is_over(rollout, limit, at + timedelta(seconds=rollout.retry_seconds))
    last = is_over or phase.turn + 1 >= rollout.turns
    return _collect(claimed, rollout, phase.stage, last=last, is_over=is_over)


def _send(claimed: hot.Claimed, rollout: Rollout, phase: Phase, limit: datetime | None, *, at: datetime) -> Step:
    """Ask the hubs whose gate is open. Rule: no more of a region in a night than its CSP states; the rest is asked in
    the next night, but of a firm night what it has no room for is left where it is."""
    stage = phase.stage
    wanted = path.wanting(claimed.places, stage, phase.turn) & _is_open(claimed, rollout, stage, at)
    if _is_over(rollout, limit, at):
        wanted = np.zeros_like(wanted)
    asked = pacing.within(wanted, claimed.regions, stage, at)
    following = windows.next_night(at)
    is_asked_on = bool(np.any(wanted & ~asked)) and not _is_over(rollout, limit, following)
    claimed.rest_at = following if is_asked_on else None
    return path.send(claimed.places, stage, asked)


def _is_open(
    claimed: hot.Claimed, rollout: Rollout, stage: Stage, at: datetime
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Ask the gates for the cells present. Rule: hubs in closed cells are left where they are, the others move."""
    found = open_cells(rollout.release, stage.word, claimed.cell_numbers, at)
    if len(found) == len(claimed.cell_numbers):
        return np.ones(len(claimed.places), dtype=np.bool_)
    if not found:
        return np.zeros(len(claimed.places), dtype=np.bool_)
    _, cells = hot.vectors(claimed.batch)
    return np.isin(cells, np.array(sorted(found), dtype=np.uint32))


def _collect(claimed: hot.Claimed, rollout: Rollout, stage: Stage, *, last: bool, is_over: bool) -> Step:
    hubs, cells = hot.vectors(claimed.batch)
    owing = path.asked(claimed.places, stage)
    everybody = bool(owing.all())
    chosen = slice(None) if everybody else owing
    order = Order(
        image=image_number(rollout),
        hubs=hubs[chosen],
        cells=cells[chosen],
        regions=claimed.regions[chosen],
        attempts=path.attempts(claimed.places)[chosen],
    )
    gateway = gateway_to(rollout)
    codes = gateway.distribute(order) if stage is Stage.DEPLOYMENT else gateway.activate(order)
    answers = codes if everybody else np.zeros(len(hubs), dtype=np.uint8)
    if not everybody:
        answers[owing] = codes
    taken = path.collect(claimed.places, stage, answers, last=last, rest=claimed.rest_at is not None, is_over=is_over)
    claimed.outcomes = outcomes.answered(claimed.outcomes, stage, taken.codes)
    claimed.outcomes = outcomes.timed_out(claimed.outcomes, stage, _expired(taken))
    return taken


def _expired(taken: Step) -> int:
    return int(np.count_nonzero(path.states(taken.places) == HubState.EXPIRED))


def _wind_up(claimed: hot.Claimed, rollout: Rollout, *, at: datetime) -> _Done | None:
    """Close every path of the batch and bring the inventory of its activated hubs up to date."""
    if rollout.state not in WINDING_UP:
        return None
    taken = path.wind_up(claimed.places)
    hot.move(claimed, taken, at=at)
    claimed.outcomes = outcomes.timed_out(claimed.outcomes, rollout.stage, _expired(taken))
    claimed.places = path.apply(claimed.places, taken)
    twins = dict(zip(rollout.source_cells, rollout.target_cells, strict=True))
    hot.record(claimed, twins, activated=HubState.ACTIVATED)
    claimed.rest_at = None
    _keep(claimed, phase=path.DONE, due_at=None, at=at)
    return _Done(claimed.rollout, claimed.wave, path.DONE, is_due=False, waits=True)


def _due(rollout: Rollout, wait: Wait, at: datetime) -> datetime | None:
    if wait is Wait.WAVE:
        return None
    seconds = {Wait.NOTHING: 0, Wait.ANSWERS: rollout.answer_seconds, Wait.RETRY: rollout.retry_seconds}[wait]
    return at + timedelta(seconds=seconds)


def _keep(claimed: hot.Claimed, *, phase: int, due_at: datetime | None, at: datetime) -> None:
    counts = path.count(claimed.places, claimed.regions, regions_total=len(REGIONS))
    hot.keep(claimed, phase=phase, due_at=due_at, at=at, counts=[int(n) for n in counts])
