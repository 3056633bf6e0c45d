"""What a gate answered last in this process, taken again while it cannot have changed.

Rule: every batch asks again in its own transaction. It does: one statement asks whether anything the gate reads was
written since its facts were looked up; only if so, or in another second of portal time, they are looked up anew.
Looking up costs more than moving the hubs of a batch, and most batches ask in the same second.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from releases.gates import touched

KEPT_SECONDS = 60.0  # real seconds, far below the age at which touches are forgotten
KEPT = 64


@dataclass(frozen=True, slots=True)
class _Answer:
    at: datetime
    looked: float
    seen: str
    cells: frozenset[int]

    def stands(self, at: datetime) -> bool:
        """Whether it may be asked for at `at`: in the same second, not before it was looked up."""
        same = self.at <= at and self.at.replace(microsecond=0) == at.replace(microsecond=0)
        return same and time.monotonic() - self.looked < KEPT_SECONDS


_answers: dict[tuple[int, str], _Answer] = {}


def open_cells(release: int, stage: str, at: datetime, look_up: Callable[[], frozenset[int]]) -> frozenset[int]:
    """Return the cells of a release that are open for the stage at `at`, looked up by `look_up` where need be.

    A hold or an objection that has committed is seen whatever the second: it is a write.
    """
    kept = _answers.get((release, stage))
    if kept is not None and not kept.stands(at):
        kept = None
    # The snapshot is taken before the facts: a write that comes in between counts as one they may have missed.
    snapshot, is_touched = touched.since(kept.seen if kept else None)
    if kept is not None and not is_touched:
        return kept.cells
    cells = look_up()
    if len(_answers) >= KEPT:
        _answers.clear()
    _answers[release, stage] = _Answer(at, time.monotonic(), snapshot, cells)
    return cells
