"""What devices answered, counted by stage: the columns of a batch's ``outcomes``. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.gateway import UNREACHABLE, Activation, Bytes, Stage, Transfer
from devices.rollouts.path import NO_CODE
from devices.rollouts.verdicts import Evidence

TIMED_OUT = UNREACHABLE + 1
WIDTH = TIMED_OUT + 1
GIVEN_UP = "Timed out"
NONE_YET = [0] * (WIDTH * len(Stage))

WORDS: dict[Stage, dict[int, str]] = {
    Stage.DEPLOYMENT: {
        Transfer.SUCCESS: "Success",
        Transfer.IMAGE_DISCARDED: "Image discarded",
        Transfer.HARDWARE_VERSION_MISMATCH: "Hardware version mismatch",
        Transfer.FILE_TRANSFER_FAILURE: "File transfer failure",
    },
    Stage.ACTIVATION: {
        Activation.SUCCESS: "Success",
        Activation.NO_IMAGE_HELD: "No image held",
        Activation.HASH_MISMATCH: "Hash mismatch",
        Activation.ACTIVATION_FAILURE: "Activation failure",
    },
}


def answered(outcomes: Sequence[int], stage: Stage, codes: Bytes) -> list[int]:
    """Return the outcomes with a step's answers added."""
    tally = np.array(outcomes, dtype=np.int64)
    found = np.bincount(codes[codes != NO_CODE], minlength=WIDTH)
    tally[stage * WIDTH : (stage + 1) * WIDTH] += found[:WIDTH]
    return [int(count) for count in tally]


def timed_out(outcomes: Sequence[int], stage: Stage, hubs: int) -> list[int]:
    """Return the outcomes with so many hubs given up."""
    tally = list(outcomes)
    tally[stage * WIDTH + TIMED_OUT] += hubs
    return tally


def evidence(outcomes: Sequence[int], stage: Stage) -> Evidence:
    """Return what the outcomes say about a stage."""
    part = list(outcomes[stage * WIDTH : (stage + 1) * WIDTH])
    return Evidence(succeeded=part[0], failed=sum(part[1:UNREACHABLE]), timed_out=part[TIMED_OUT])
