"""Go on, halt, or wait for a person: judged on what hubs reported, with a confidence bound. Pure.

Hubs that timed out count as reported and failed: silence is evidence too. The bounds are exact (Clopper and
Pearson 1934): with few reports or a share near 0, approximations halt for chance many times too often.

A wave is judged as a whole and by its strata (region, hub model, device combination), so that a fault of few homes is
not drowned by the many that do well; who looks at many strata finds chance among them, so each is judged the more
strictly the more there are (Bonferroni). While a wave still runs it is looked at again and again: a halt then needs
`INTERIM` confidence (Haybittle 1971, Peto et al. 1976), and the wave's end keeps the confidence that was chosen.
Thresholds that cannot be read stop a rollout; they never pass it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

INTERIM = 0.999
_HALVINGS = 50
NAMED = 3  # strata named in a sentence
STRATUM_MINIMUM = 30  # reports of one stratum; the bound itself guards small samples, this only spares idle looks


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

    def confidence_of(self, *, is_over: bool) -> float:
        """Return the confidence that a verdict needs: a higher one while the wave is still looked at again."""
        return self.confidence if is_over else max(self.confidence, INTERIM)

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

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(self.succeeded + other.succeeded, self.failed + other.failed, self.timed_out + other.timed_out)


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of a wave that is judged by itself: the axis of a cohort, its value there, its name, its evidence."""

    axis: str
    value: str
    name: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Breach:
    """A stratum over the limit: what it is, how many of its hubs failed of how many, and the least true share."""

    axis: str
    value: str
    name: str
    bad: int
    reported: int
    low: float

    @property
    def low_words(self) -> str:
        """The least true share in per cent."""
        return f"{self.low:.1%}"

    @property
    def words(self) -> str:
        """The breach as a clause of a sentence."""
        return f"{self.name} {self.bad:,} of {self.reported:,} (at least {self.low_words})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its working: share of reported hubs that failed, the interval around it, the strata at fault."""

    verdict: Verdict
    share: float
    low: float
    high: float
    reported: int
    why: str
    strata: tuple[Breach, ...] = ()


def tail(bad: int, reported: int, share: float) -> float:
    """Return the chance that at least `bad` of `reported` hubs fail where this is the true share (0 to 1)."""
    if bad <= 0:
        return 1.0
    if bad <= reported * share:
        return 1.0 - tail(reported - bad + 1, reported, 1.0 - share)
    spread = math.sqrt(reported * share * (1.0 - share))
    counts = np.arange(bad, min(reported, bad + 200 + int(12 * spread)), dtype=np.float64)
    terms = np.cumprod((reported - counts) / (counts + 1) * (share / (1.0 - share)))
    ways = math.lgamma(reported + 1) - math.lgamma(bad + 1) - math.lgamma(reported - bad + 1)
    first = ways + bad * math.log(share) + (reported - bad) * math.log1p(-share)
    return min(1.0, math.exp(first) * (1.0 + float(terms.sum())))


def bounds(bad: int, reported: int, confidence: float) -> tuple[float, float]:
    """Return the bounds, each exceeded with probability (1 - confidence) at most, of the true share behind a count."""
    if reported == 0:
        return 0.0, 1.0
    low = 0.0 if bad == 0 else _share_with(bad, reported, 1 - confidence)
    high = 1.0 if bad == reported else 1 - _share_with(reported - bad, reported, 1 - confidence)
    return low, high


def _share_with(bad: int, reported: int, chance: float) -> float:
    """Return the true share, at most the one seen, at which so many failures have this chance."""
    low, high = 0.0, bad / reported
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if tail(bad, reported, middle) > chance else (middle, high)
    return low


def surely_over(evidence: Evidence, limit: float, confidence: float) -> bool:
    """Whether so many failures would have come by chance, with a true share within the limit, too seldom."""
    return evidence.reported > 0 and tail(evidence.bad, evidence.reported, limit) <= 1 - confidence


def halts(evidence: Evidence, stored: object, *, strata: Sequence[Stratum] = (), is_over: bool = False) -> bool:
    """Whether `judge` would say halt; the same rule without the working, for those who ask after every report."""
    try:
        thresholds = Thresholds.read(stored)
    except ValueError:
        return True
    confidence = thresholds.confidence_of(is_over=is_over)
    if evidence.reported >= thresholds.minimum and surely_over(evidence, thresholds.limit, confidence):
        return True
    return bool(_breached(strata, thresholds.limit, confidence))


def judge(evidence: Evidence, stored: object, *, strata: Sequence[Stratum] = (), is_over: bool = True) -> Judgement:
    """Return the verdict on a wave. `stored` is what the rollout keeps as thresholds, readable or not.

    Halt when even the lower bound, of the whole or of one stratum, is over the limit; go on when even the upper
    bound of the whole is within it; otherwise, or below the minimum sample, a person decides. `is_over` says that
    the wave has no answer to come; before that only a halt counts. However many strata are at fault, it is one halt.
    """
    share = evidence.bad / evidence.reported if evidence.reported else 0.0
    try:
        thresholds = Thresholds.read(stored)
    except ValueError as error:
        return Judgement(Verdict.HALT, share, 0.0, 1.0, evidence.reported, f"Stopped: {error}.")
    confidence = thresholds.confidence_of(is_over=is_over)
    low, high = bounds(evidence.bad, evidence.reported, confidence)
    verdict, why = _verdict(evidence, low, high, thresholds, confidence)
    breached = breaches(strata, thresholds.limit, confidence)
    if breached and verdict is not Verdict.HALT:
        worst = "; ".join(breach.words for breach in breached[:NAMED])
        rest = f"; and {len(breached) - NAMED} more" if len(breached) > NAMED else ""
        verdict, why = Verdict.HALT, f"Failures over the limit of {thresholds.limit:.1%} in a part: {worst}{rest}."
    return Judgement(verdict, share, low, high, evidence.reported, why, breached)


def together(
    alone: Judgement, evidence: Evidence, before: Evidence, stored: object, *, strata: Sequence[Stratum] = ()
) -> Judgement:
    """Return the verdict on a wave whose own reports do not decide, taken with those of the waves before it.

    `strata` are those of all together. Nothing that stops a wave passes: what halts it by itself has halted it, one
    that is surely over the limit waits for a person however few its reports are, and all together may halt it too.
    """
    thresholds = Thresholds.read(stored)  # by which it was judged alone
    if not before.reported or surely_over(evidence, thresholds.limit, thresholds.confidence):
        return alone
    found = judge(before + evidence, stored, strata=strata)
    if found.verdict is Verdict.INCONCLUSIVE:
        return alone
    alike = f"{evidence.reported:,} reports alone do not decide. With those of the nights before, {found.reported:,}: "
    return replace(found, why=alike + found.why)


def breaches(strata: Sequence[Stratum], limit: float, confidence: float) -> tuple[Breach, ...]:
    """Return the strata whose share of failures is over the limit, the surest first."""
    each = _confidence_of_each(strata, confidence)
    found = []
    for one in _breached(strata, limit, confidence):
        bad, reported = one.evidence.bad, one.evidence.reported
        low, _ = bounds(bad, reported, each)
        found.append(Breach(one.axis, one.value, one.name, bad, reported, low))
    return tuple(sorted(found, key=lambda breach: (-breach.low, breach.name)))


def _breached(strata: Sequence[Stratum], limit: float, confidence: float) -> list[Stratum]:
    each = _confidence_of_each(strata, confidence)
    return [one for one in _judged(strata) if surely_over(one.evidence, limit, each)]


def _confidence_of_each(strata: Sequence[Stratum], confidence: float) -> float:
    return 1 - (1 - confidence) / max(len(_judged(strata)), 1)


def _judged(strata: Sequence[Stratum]) -> list[Stratum]:
    return [one for one in strata if one.evidence.reported >= STRATUM_MINIMUM]


def _verdict(
    evidence: Evidence, low: float, high: float, thresholds: Thresholds, confidence: float
) -> tuple[Verdict, str]:
    limit = f"the limit of {thresholds.limit:.1%}"
    if evidence.reported < thresholds.minimum:
        return (
            Verdict.INCONCLUSIVE,
            f"{evidence.reported:,} hubs reported, fewer than the {thresholds.minimum:,} needed to judge.",
        )
    if surely_over(evidence, thresholds.limit, confidence):
        return Verdict.HALT, f"The share of failures is at least {low:.2%}, over {limit}."
    if high <= thresholds.limit:
        return Verdict.GO_ON, f"The share of failures is at most {high:.2%}, within {limit}."
    return (
        Verdict.INCONCLUSIVE,
        f"The share of failures lies between {low:.2%} and {high:.2%}, too close to {limit} to decide.",
    )
