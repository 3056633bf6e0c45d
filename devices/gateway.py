"""What the rollout engine asks of the wide-area network, whoever carries it.

The simulator implements this today; a CSP's real gateway would do so tomorrow. All hubs of one order
travel as vectors of equal length. Orders are idempotent: the same order handed over twice is one order,
and its answers never change, because each attempt of each hub and stage is answered once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.uint32]


class Stage(IntEnum):
    """The two steps of an update; separate because each has its own gate (GBCS)."""

    DEPLOYMENT = 0
    ACTIVATION = 1

    @property
    def word(self) -> str:
        """The stage as gates and people name it."""
        return self.name.lower()


class Transfer(IntEnum):
    """Outcome of distributing an image, as GBCS use case CCS08 numbers it."""

    SUCCESS = 0
    IMAGE_DISCARDED = 1
    HARDWARE_VERSION_MISMATCH = 2
    FILE_TRANSFER_FAILURE = 3


class Activation(IntEnum):
    """Outcome of activating an image, as GBCS use case CS06 numbers it."""

    SUCCESS = 0
    NO_IMAGE_HELD = 1
    HASH_MISMATCH = 2
    ACTIVATION_FAILURE = 3


UNREACHABLE = 4  # no answer came; not a GBCS code
QUIET = 0  # nothing was heard of a hub; not a sign
NO_HOME = 0  # where the number of a cell is asked for: the hub was taken down, and no gate is ever open for it


class Sign(IntEnum):
    """What tells of trouble in a home: alerts of its devices, and what only its suppliers notice and report."""

    JOIN_FAILED = 1
    MESSAGE_NOT_DELIVERED = 2
    NOT_ACTIONED = 3
    POWER_OUTAGE = 4
    DISPLAY_DARK = 5
    GAS_READINGS_MISSING = 6
    SUPPLY_INTERRUPTED = 7


@dataclass(frozen=True, slots=True)
class Order:
    """Hubs asked to take or to run one image: number, cell and region of each, and how often it was asked before."""

    image: int
    hubs: Numbers
    cells: Numbers
    regions: Bytes
    attempts: Bytes


@dataclass(frozen=True, slots=True)
class Watched:
    """Hubs listened to for one watch: number, cell and region of each, and whether it runs the image already."""

    image: int
    watch: int
    hubs: Numbers
    cells: Numbers
    regions: Bytes
    activated: NDArray[np.bool_]


class Gateway(Protocol):
    """Distributes and activates images; answers are one code per hub of the order."""

    def distribute(self, order: Order) -> Bytes:
        """Send the image to every hub of the order; return a `Transfer` code or UNREACHABLE for each."""
        ...

    def activate(self, order: Order) -> Bytes:
        """Have every hub of the order run the image; return an `Activation` code or UNREACHABLE for each."""
        ...

    def listen(self, watched: Watched) -> Bytes:
        """Return for each hub the first `Sign` of trouble heard of it in this watch, or QUIET."""
        ...
