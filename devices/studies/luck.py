"""What is hidden in one run of a study, the same under every approach: the fault, who would find it, when it is seen.

All of it is drawn from the study's seed and the run's number, in an order that no figure of the study changes. So one
figure changed changes only what that figure is about, and approaches are compared on the same misfortune.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.studies.assumptions import Problem, Settings
from devices.studies.fleet import Fleet

Flags = NDArray[np.bool_]
WEEKS = 260  # of which suppliers ask to be spared some; then the pattern repeats


@dataclass(frozen=True)
class Luck:
    """The hidden facts of one run.

    `fault` is None for a good release. `affected` flags the fleet's rows concerned, `rate` is the share of their homes
    harmed, `start` where each row's every-so-manyth home begins. `tests`, `finds` and `alarms` flag suppliers;
    `objector` is the one who finds the fault first, `alarmed` the combination each would wrongly report. `work` is how
    many sightings it takes until a pattern is seen, counted as they come; `spared` flags the weeks that each supplier
    asks to be spared.
    """

    fault: Problem | None
    affected: Flags
    rate: float
    start: NDArray[np.float64]
    tests: Flags
    finds: Flags
    objector: int
    alarms: Flags
    alarmed: NDArray[np.int64]
    is_reproduced: bool
    work: float
    spared: Flags


def draw(seed: int, run: int, fleet: Fleet, figures: Settings, kind: str = "") -> Luck:
    """Draw one run; `kind` fixes the problem by its name, empty draws one of them all."""
    rng = np.random.default_rng([seed, run])
    size = len(fleet.suppliers)
    happens, which, how_much, lab = rng.random(4)
    order, start = rng.permutation(fleet.combinations), rng.random(len(fleet.homes))
    willing, finding, alarming, alarmed = rng.random((4, size))
    spared = rng.random((WEEKS, size)) < figures.unavailable
    problem = _problem(which, kind, figures.problems)
    concerned = order[: max(round(figures.combinations * fleet.combinations), 1)]
    affected = np.isin(fleet.combination, concerned)
    is_faulty = happens < figures.fault
    tests = willing < figures.testing
    able = tests & fleet.has(affected) & is_faulty
    finds = able & (finding < _ever(figures.find * problem.tested, figures.effort))
    return Luck(
        fault=problem if is_faulty else None,
        affected=affected if is_faulty else np.zeros_like(affected),
        rate=_between(figures.rate_least, figures.rate_most, how_much) if is_faulty else 0.0,
        start=start,
        tests=tests,
        finds=finds,
        objector=int(np.argmin(np.where(able, finding, 2.0))),
        alarms=tests & (alarming < _ever(figures.false_alarm, figures.effort)),
        alarmed=(alarmed * fleet.combinations).astype(np.int64),
        is_reproduced=bool(lab < figures.reproduce),
        work=float(rng.gamma(figures.reports)),
        spared=spared,
    )


def _problem(which: float, kind: str, problems: tuple[Problem, ...]) -> Problem:
    """Return the kind drawn; one that is fixed comes whatever its weight."""
    chosen = [one for one in problems if kind in ("", one.name)]
    weights = np.cumsum([1.0 if kind else one.weight for one in chosen])
    return chosen[int(np.searchsorted(weights / weights[-1], which, side="right"))]


def _between(least: float, most: float, share: float) -> float:
    """A rate between two, evenly on a scale of factors: a tenth as often as one is as likely as ten times as often."""
    if least <= 0:
        return most * share
    return float(least * (most / least) ** share)


def _ever(chance: float, times: float) -> float:
    """The chance that something happens at least once in so many tries."""
    return float(1 - (1 - chance) ** times)
