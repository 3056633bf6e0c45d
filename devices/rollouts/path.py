"""How a batch of hubs moves along its path: phases, and what one step makes of every hub. Pure.

A hub's place is one byte: its state in the low four bits, its attempts in the high four. A batch's phase is
one number that says which stage, which turn and which beat comes next, so that a task delivered twice finds the
number moved. It grows, but where a night was full: then the rest is asked by the same beat of the same turn, not
before its own time, so that a task of the night before does nothing or exactly what is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from devices.gateway import UNREACHABLE, Bytes, Stage
from devices.rollouts.states import HubState

MAX_ATTEMPTS = 8
RECORD, DONE = 200, 300
LEAVE = 0xFF  # a hub that this step does not touch
NO_CODE = 0xFF  # a move that no device answered for
_PER_STAGE = 100


class Beat(IntEnum):
    """The beats of a turn: hubs are asked, then their answers are collected."""

    SEND = 0
    COLLECT = 1


class Wait(IntEnum):
    """What must happen before a batch's next phase may run."""

    NOTHING = 0
    ANSWERS = 1
    RETRY = 2
    WAVE = 3
    NIGHT = 4


@dataclass(frozen=True, slots=True)
class Phase:
    """A batch phase, read: stage, turn (0 is the first) and beat."""

    stage: Stage
    turn: int
    beat: Beat

    @property
    def number(self) -> int:
        """The number kept on the batch row."""
        return self.stage * _PER_STAGE + 2 * self.turn + self.beat

    @classmethod
    def read(cls, number: int) -> Phase:
        """Return the phase behind a number; raise ValueError for one that names no step."""
        if not 0 <= number < RECORD:
            raise ValueError(f"{number} is not a phase with a step")
        stage, place = divmod(number, _PER_STAGE)
        return cls(Stage(stage), place // 2, Beat(place % 2))


ENDS = {Stage.DEPLOYMENT: _PER_STAGE, Stage.ACTIVATION: RECORD}
START = {stage: Phase(stage, 0, Beat.SEND).number for stage in Stage}
WAITING = {Stage.DEPLOYMENT: HubState.SCHEDULED, Stage.ACTIVATION: HubState.DEPLOYED}
UNDERWAY = {Stage.DEPLOYMENT: HubState.DISTRIBUTING, Stage.ACTIVATION: HubState.ACTIVATING}
REACHED = {Stage.DEPLOYMENT: HubState.DEPLOYED, Stage.ACTIVATION: HubState.ACTIVATED}


@dataclass(frozen=True, slots=True)
class Step:
    """What a step does: `places` is each hub's new byte (LEAVE where it stays), `codes` the answer behind it."""

    places: Bytes
    codes: Bytes

    @property
    def moved(self) -> int:
        """How many hubs move."""
        return int(np.count_nonzero(self.places != LEAVE))


def pack(state: HubState, attempts: int = 0) -> int:
    """Return the byte for a hub in this state after so many attempts."""
    return int(state) | attempts << 4


def states(places: Bytes) -> Bytes:
    """Return each hub's state."""
    return places & np.uint8(0x0F)


def attempts(places: Bytes) -> Bytes:
    """Return how often each hub was asked without an answer in its present stage."""
    return places >> np.uint8(4)


def asked(places: Bytes, stage: Stage) -> NDArray[np.bool_]:
    """Return which hubs have been asked and owe an answer."""
    owing: NDArray[np.bool_] = states(places) == UNDERWAY[stage]
    return owing


def wanting(places: Bytes, stage: Stage, turn: int) -> NDArray[np.bool_]:
    """Return which hubs wait to be asked in this turn: those not asked in the stage, or silent in every turn before."""
    now = states(places)
    silent = (now == HubState.UNREACHABLE) & (attempts(places) <= turn)
    waiting: NDArray[np.bool_] = (now == WAITING[stage]) | silent
    return waiting


def send(places: Bytes, stage: Stage, is_open: NDArray[np.bool_]) -> Step:
    """Ask every hub that waits for this stage, or fell silent in it, and stands in an open cell."""
    now = states(places)
    chosen = ((now == WAITING[stage]) | (now == HubState.UNREACHABLE)) & is_open
    fresh = np.where(now == HubState.UNREACHABLE, places & np.uint8(0xF0), 0) | np.uint8(UNDERWAY[stage])
    return _step(chosen, fresh)


def collect(
    places: Bytes, stage: Stage, answers: Bytes, *, last: bool, rest: bool = False, is_over: bool = False
) -> Step:
    """Move every asked hub by its answer: success, failure, or one more attempt without an answer.

    `rest` says that a full night left hubs that this turn still asks. On the last turn a hub without an answer has
    expired: its time ran out, and it counts. One that fell silent before and that a shut gate kept from being asked
    once more has not had its time: it waits for the stage as if never asked. Where the time of all of them `is_over`
    it has expired with the others.
    """
    chosen = asked(places, stage)
    tried = np.minimum(attempts(places) + 1, 0x0E) << np.uint8(4)
    fresh = np.full(len(places), HubState.FAILED, dtype=np.uint8)
    fresh[answers == 0] = REACHED[stage]
    silent = tried | np.uint8(HubState.EXPIRED if last else HubState.UNREACHABLE)
    fresh = np.where(answers == UNREACHABLE, silent, fresh)
    kept_back = (states(places) == HubState.UNREACHABLE) & (last and not rest)
    expired = (places & np.uint8(0xF0)) | np.uint8(HubState.EXPIRED)
    fresh = np.where(kept_back, expired if is_over else pack(WAITING[stage]), fresh)
    return _step(chosen | kept_back, fresh, np.where(kept_back, NO_CODE, answers).astype(np.uint8))


def wind_up(places: Bytes) -> Step:
    """Close every path at the end: hubs that a shut gate kept back are excluded, silent ones have expired."""
    now = states(places)
    waiting = (now == HubState.SCHEDULED) | (now == HubState.DEPLOYED)
    silent = now == HubState.UNREACHABLE
    expired = (places & np.uint8(0xF0)) | np.uint8(HubState.EXPIRED)
    return _step(waiting | silent, np.where(silent, expired, np.uint8(HubState.EXCLUDED)))


def apply(places: Bytes, step: Step) -> Bytes:
    """Return where every hub stands after the step."""
    return np.where(step.places == LEAVE, places, step.places)


def following(phase: Phase, places: Bytes, *, rest: bool = False) -> tuple[int, Wait]:
    """Return the next phase of a batch that has just done `phase`, and what it must wait for.

    With a `rest` that a full night left, the turn is taken once more for it. Hubs left behind a shut gate are tried
    again on each turn that the batch takes for others, but do not hold the batch up.
    """
    if phase.beat is Beat.SEND:
        return Phase(phase.stage, phase.turn, Beat.COLLECT).number, Wait.ANSWERS
    if rest:
        return Phase(phase.stage, phase.turn, Beat.SEND).number, Wait.NIGHT
    if np.any(states(places) == HubState.UNREACHABLE):
        return Phase(phase.stage, phase.turn + 1, Beat.SEND).number, Wait.RETRY
    if phase.stage is Stage.DEPLOYMENT:
        return START[Stage.ACTIVATION], Wait.WAVE
    return RECORD, Wait.WAVE


def count(places: Bytes, regions: Bytes, *, regions_total: int) -> NDArray[np.int64]:
    """Return the numbers of hubs by region and state, flat: region * len(HubState) + state."""
    width = len(HubState)
    flat = regions.astype(np.int64) * width + states(places)
    return np.bincount(flat, minlength=regions_total * width)


def _step(chosen: NDArray[np.bool_], fresh: NDArray[np.integer], codes: Bytes | None = None) -> Step:
    return Step(
        places=np.where(chosen, fresh, LEAVE).astype(np.uint8),
        codes=np.where(chosen, NO_CODE if codes is None else codes, NO_CODE).astype(np.uint8),
    )
