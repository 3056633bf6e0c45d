"""What to test next: the combinations that raise coverage most for so many slots; pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A combination with its homes and its open cases: those that a pass would cover.

    A case under an open fail is not open: a pass of somebody else leaves the fail standing.
    """

    combination: int
    homes: int
    open_cases: int

    @property
    def gain(self) -> int:
        """Homes x cases that coverage rises by when every open case passes."""
        return self.homes * self.open_cases


def best(candidates: Iterable[Candidate], slots: int) -> list[Candidate]:
    """Return at most `slots` candidates, one a slot, whose gains add up to the most; the heaviest first.

    Guarantee: exact, not an approximation. A result on one combination covers no home of another, so the gain of a
    set is the sum of its gains, and no set of the same size gains more than the heaviest ones; the tests compare it
    with every set. It assumes that every open case passes and that a slot tests one combination in all of them.
    Candidates without a gain are never chosen; of equals the lower number is, so the answer is always the same.
    """
    useful = sorted((one for one in candidates if one.gain), key=lambda one: (-one.gain, one.combination))
    return useful[: max(slots, 0)]
