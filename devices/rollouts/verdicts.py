"""Go on, halt, or wait for a person: judged on what hubs reported, with a confidence bound. Pure.

Hubs that timed out count as reported and failed: silence is evidence too. The bound is Wilson's score
interval (Wilson 1927), which behaves at small samples and shares near 0. Thresholds that cannot be
read stop a rollout; they never pass it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist


class Verdict(StrEnum):
    """What the evidence says about opening the next wave."""

    GO_ON = "go_on"
    HALT = "halt"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Highest tolerable share of failures, least number of reports to judge on, and confidence of the bound."""

    limit: float
    minimum: int
    confidence: float

    def __post_init__(self) -> None:
        if not (0 < self.limit < 1 and 0.5 < self.confidence < 1 and self.minimum >= 1):
            raise ValueError("thresholds out of range")

    @classmethod
    def read(cls, stored: object) -> Thresholds:
        """Return the thresholds kept with a rollout; raise ValueError when they cannot be read."""
        if not isinstance(stored, Mapping):
            raise ValueError("thresholds are not a mapping")
        try:
            return cls(
                limit=float(stored["limit"]),
                minimum=int(stored["minimum"]),
                confidence=float(stored["confidence"]),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"thresholds incomplete: {error}") from error


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hubs asked in a wave and stage: how many did well, failed, or never answered until their time ran out."""

    succeeded: int
    failed: int
    timed_out: int

    @property
    def reported(self) -> int:
        """Hubs that count: answered, or timed out."""
        return self.succeeded + self.failed + self.timed_out

    @property
    def bad(self) -> int:
        """Hubs that failed or fell silent."""
        return self.failed + self.timed_out


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its working: share of reported hubs that failed, and the interval around it."""

    verdict: Verdict
    share: float
    low: float
    high: float
    reported: int
    why: str


def wilson(bad: int, reported: int, confidence: float) -> tuple[float, float]:
    """Return the bounds, each exceeded with probability (1 - confidence), of the true share behind a count."""
    if reported == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(confidence)
    share = bad / reported
    scale = 1 + z * z / reported
    centre = (share + z * z / (2 * reported)) / scale
    spread = z * math.sqrt(share * (1 - share) / reported + z * z / (4 * reported**2)) / scale
    low = 0.0 if bad == 0 else max(0.0, centre - spread)
    high = 1.0 if bad == reported else min(1.0, centre + spread)
    return low, high


def judge(evidence: Evidence, stored: object) -> Judgement:
    """Return the verdict on a wave. `stored` is what the rollout keeps as thresholds, readable or not.

    Halt when even the lower bound is over the limit; go on when even the upper bound is within it;
    otherwise, or below the minimum sample, a person decides.
    """
    share = evidence.bad / evidence.reported if evidence.reported else 0.0
    try:
        thresholds = Thresholds.read(stored)
    except ValueError as error:
        return Judgement(Verdict.HALT, share, 0.0, 1.0, evidence.reported, f"Stopped: {error}.")
    low, high = wilson(evidence.bad, evidence.reported, thresholds.confidence)
    verdict, why = _verdict(evidence.reported, low, high, thresholds)
    return Judgement(verdict, share, low, high, evidence.reported, why)


def _verdict(reported: int, low: float, high: float, thresholds: Thresholds) -> tuple[Verdict, str]:
    limit = f"the limit of {thresholds.limit:.1%}"
    if reported < thresholds.minimum:
        return (
            Verdict.INCONCLUSIVE,
            f"{reported:,} hubs reported, fewer than the {thresholds.minimum:,} needed to judge.",
        )
    if low > thresholds.limit:
        return Verdict.HALT, f"The share of failures is at least {low:.2%}, over {limit}."
    if high <= thresholds.limit:
        return Verdict.GO_ON, f"The share of failures is at most {high:.2%}, within {limit}."
    return (
        Verdict.INCONCLUSIVE,
        f"The share of failures lies between {low:.2%} and {high:.2%}, too close to {limit} to decide.",
    )
