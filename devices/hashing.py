"""Counter-based randomness: a draw is a pure function of its key, so repeating it changes nothing.

The mixing step is the finaliser of SplitMix64 (Steele, Lea, Flood 2014), applied to whole vectors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_GOLDEN = 0x9E37_79B9_7F4A_7C15
_MIX_1 = 0xBF58_476D_1CE4_E5B9
_MIX_2 = 0x94D0_49BB_1331_11EB


def key(*parts: int) -> int:
    """Return one 64-bit key for a sequence of whole numbers; the order of the parts matters."""
    value = 0
    for part in parts:
        value = _mix_one((value + _GOLDEN + (part & _MASK)) & _MASK)
    return value


def draw(key: int, counters: NDArray[np.unsignedinteger]) -> NDArray[np.uint64]:
    """Return 64 random bits for each counter under this key."""
    bits = counters.astype(np.uint64)
    bits *= np.uint64(_GOLDEN)
    bits ^= np.uint64(key)
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(_MIX_1)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(_MIX_2)
    bits ^= bits >> np.uint64(31)
    return bits


def halves(bits: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Split each draw into two independent 32-bit numbers: one for "does it answer", one for "what"."""
    return (bits >> np.uint64(32)).astype(np.uint32), bits.astype(np.uint32)


def threshold(share: float) -> int:
    """Return the 32-bit number below which a draw falls with this probability (0 to 1)."""
    return min(max(round(share * 2**32), 0), 2**32 - 1)


def unit(key: int) -> float:
    """Return a number in [0, 1) fixed by the key."""
    return key / 2**64


def _mix_one(value: int) -> int:
    value = ((value ^ (value >> 30)) * _MIX_1) & _MASK
    value = ((value ^ (value >> 27)) * _MIX_2) & _MASK
    return value ^ (value >> 31)
