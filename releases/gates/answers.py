"""What was last found of a gate in this process, taken again while it cannot have changed.

Rule: every batch asks again in its own transaction. It does: one statement asks whether anything the gate reads was
written since its facts were looked up; only if so, or in another second of portal time, they are looked up anew.
Looking up costs more than moving the hubs of a batch, and most batches ask in the same second.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from releases.gates import touched

KEPT_SECONDS = 60.0  # real seconds, far below the age at which touches are forgotten
KEPT = 64
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer:
    at: datetime
    looked: float
    seen: str
    value: Any

    def stands(self, at: datetime) -> bool:
        """Whether it may be asked for at `at`: in the same second, not before it was looked up."""
        same = self.at <= at and self.at.replace(microsecond=0) == at.replace(microsecond=0)
        return same and time.monotonic() - self.looked < KEPT_SECONDS


_answers: dict[tuple[str, int, str], _Answer] = {}


def remembered(what: str, release: int, stage: str, at: datetime, look_up: Callable[[], T]) -> T:
    """Return what `look_up` finds of a release's gate at `at`, looked up where need be.

    It may read only what is watched. A hold or an objection that has committed is seen whatever the second. In a
    transaction that has itself written what gates read, nothing is taken again and nothing is kept.
    """
    key = what, release, stage
    kept = _answers.get(key)
    if kept is not None and not kept.stands(at):
        kept = None
    # The snapshot is taken before the facts: a write that comes in between counts as one they may have missed.
    snapshot, is_touched, by_itself = touched.since(kept.seen if kept else None)
    if by_itself:
        return look_up()
    if kept is not None and not is_touched:
        value: T = kept.value
        return value
    found = look_up()
    if len(_answers) >= KEPT:
        _answers.clear()
    _answers[key] = _Answer(at, time.monotonic(), snapshot, found)
    return found
