"""Four rules for halting a rollout, over the same reports: the table in docs/halting.md and `make bench PART=halting`.

The other three are written from what their systems document: hawkBit's error condition (share of failures among all
targets of the group), AWS IoT Jobs' abort criteria (share of failed and timed out among executed, from a least
number on) and LVFS's demotion (least number of failures, share of successes among reports). All get the same limit.
Hubs are asked batch after batch, a batch reports while the next is asked, and silent hubs time out when their wave's
last batch has reported. Pure; the draws are keyed by the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from devices.rollouts.verdicts import Evidence, Stratum, Verdict, halts, judge

LIMIT, MINIMUM, CONFIDENCE = 0.05, 200, 0.95
THRESHOLDS = {"limit": LIMIT, "minimum": MINIMUM, "confidence": CONFIDENCE}
REGIONS, COMBINATIONS = (0.4, 0.3, 0.3), 40
USUAL, SILENT = 0.0015, 0.03  # shares of hubs that fail without a fault, and that fall silent
BATCH = 1_000
LATER = (0.1, 0.3, 1.0)  # shares of all hubs in the waves after the canary; the last takes the rest
PART = 8  # the combination a fault of one part hits: about 3 % of the hubs
Cells = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reports:
    """What a wave has reported so far by cell (regions x combinations): succeeded, failed, timed out; its size; and
    whether everybody has reported or timed out."""

    by_cell: Cells
    hubs: int
    is_over: bool

    @property
    def whole(self) -> Evidence:
        """All cells together."""
        return Evidence(*(int(count) for count in self.by_cell.sum(axis=0)))


Rule = Callable[[Reports], Verdict]


def hawkbit(reports: Reports) -> Verdict:
    """Failures among all hubs of the wave over the limit; silent hubs are neither."""
    return _halt(reports.whole.failed > LIMIT * reports.hubs)


def aws_jobs(reports: Reports) -> Verdict:
    """Failed and timed out among executed at or over the limit, from the least number of executed on."""
    whole = reports.whole
    return _halt(whole.reported >= MINIMUM and whole.bad / whole.reported >= LIMIT)


def lvfs(reports: Reports) -> Verdict:
    """At least so many failures, and too few successes among those that answered."""
    whole = reports.whole
    answered = whole.succeeded + whole.failed
    return _halt(whole.failed >= LIMIT * MINIMUM and whole.succeeded / answered < 1 - LIMIT)


def portal(reports: Reports) -> Verdict:
    """This portal's rule: exact bounds, on the whole and on every region and combination; a wave that is over and too
    close to the limit waits for a person."""
    table = reports.by_cell.reshape(len(REGIONS), COMBINATIONS, 3)
    parts = [("region", table.sum(axis=1)), ("combination", table.sum(axis=0))]
    strata = [
        Stratum(axis, str(n), f"{axis} {n}", Evidence(*(int(count) for count in row)))
        for axis, rows in parts
        for n, row in enumerate(rows)
    ]
    if reports.is_over:
        return judge(reports.whole, THRESHOLDS, strata=strata).verdict
    return _halt(halts(reports.whole, THRESHOLDS, strata=strata))


def _halt(is_bad: bool) -> Verdict:
    return Verdict.HALT if is_bad else Verdict.GO_ON


RULES: dict[str, Rule] = {"hawkBit": hawkbit, "AWS IoT Jobs": aws_jobs, "LVFS": lvfs, "This portal": portal}


@dataclass(frozen=True, slots=True)
class Fault:
    """A share of failing hubs, everywhere or in one combination; none where the share is 0."""

    share: float
    in_one_part: bool = False

    @property
    def words(self) -> str:
        """The fault in words."""
        if not self.share:
            return "no fault"
        return f"{self.share:.1%} of {'one combination' if self.in_one_part else 'all hubs'}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended (go on: it took everybody), how many hubs failed in it, and how many were asked after the report
    that decided."""

    verdict: Verdict
    harmed: int
    overshoot: int


@cache
def shares() -> NDArray[np.float64]:
    """Share of the hubs in each cell: combinations fall off as one over their rank."""
    ranks = 1 / np.arange(1, COMBINATIONS + 1)
    return np.outer(REGIONS, ranks / ranks.sum()).ravel()


def run(rule: Rule, fault: Fault, *, hubs: int, canary: int, seed: int) -> Outcome:
    """Take a fleet through its waves until the rule stops it or nobody is left."""
    rng = np.random.default_rng(seed)
    failing = np.full(len(REGIONS) * COMBINATIONS, USUAL)
    hit = np.arange(len(failing)) % COMBINATIONS == PART if fault.in_one_part else np.full(len(failing), True)
    failing[hit] += fault.share
    harmed = 0
    for size in _waves(hubs, canary):
        counted = np.zeros((len(failing), 3), np.int64)
        batches = [_batch(rng, min(BATCH, size - low), failing) for low in range(0, size, BATCH)]
        silent = np.zeros(len(failing), np.int64)
        for place, (reports, silenced) in enumerate(batches):
            counted[:, :2] += reports
            silent += silenced
            harmed += int(reports[:, 1].sum())
            under_way = batches[place + 1 : place + 2]
            if not under_way:
                counted[:, 2] = silent
            verdict = rule(Reports(counted, size, is_over=not under_way))
            if verdict is not Verdict.GO_ON:
                late = sum(int(reports.sum()) for reports, _ in under_way)
                return Outcome(verdict, harmed + sum(int(reports[:, 1].sum()) for reports, _ in under_way), late)
    return Outcome(Verdict.GO_ON, harmed, 0)


def _waves(hubs: int, canary: int) -> Iterator[int]:
    done = canary
    yield canary
    for share in LATER:
        size = min(round(hubs * share), hubs - done)
        done += size
        if size:
            yield size


def _batch(rng: np.random.Generator, size: int, failing: NDArray[np.float64]) -> tuple[Cells, Cells]:
    """Return what a batch reports by cell (succeeded, failed), and how many of each cell are silent."""
    asked = rng.multinomial(size, shares())
    silent = rng.binomial(asked, SILENT)
    failed = rng.binomial(asked - silent, failing)
    return np.stack([asked - silent - failed, failed], axis=1), silent


FAULTS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
TABLE = [Fault(0.0), *(Fault(share) for share in FAULTS), *(Fault(share, True) for share in (0.05, 0.1, 0.2, 0.4))]
HUBS, CANARY, SEEDS = 100_000, 1_000, 10


@dataclass(frozen=True, slots=True)
class Line:
    """The runs of one rule under one fault: how many were halted, and how many paused for a person, of how many;
    the means of harm and overshoot."""

    rule: str
    halted: int
    paused: int
    runs: int
    harmed: float
    overshoot: float


def compare(fault: Fault, *, hubs: int = HUBS, canary: int = CANARY, seeds: int = SEEDS) -> Sequence[Line]:
    """Return each rule's runs under a fault, all over the same reports."""
    lines = []
    for name, rule in RULES.items():
        outcomes = [run(rule, fault, hubs=hubs, canary=canary, seed=seed) for seed in range(seeds)]
        halted = [outcome for outcome in outcomes if outcome.verdict is Verdict.HALT]
        paused = sum(outcome.verdict is Verdict.INCONCLUSIVE for outcome in outcomes)
        late = sum(outcome.overshoot for outcome in halted) / max(len(halted), 1)
        harmed = sum(outcome.harmed for outcome in outcomes) / seeds
        lines.append(Line(name, len(halted), paused, seeds, harmed, late))
    return lines


def table() -> str:
    """The table as Markdown: of each rule the runs halted and paused, and the hubs that failed on average."""
    heads = " | ".join(f"{name} | harmed" for name in RULES)
    rows = [f"| Fault | {heads} |", "|---|" + "---:|" * (2 * len(RULES))]
    for fault in TABLE:
        cells = [f"{_ended(line)} | {line.harmed:,.0f}" for line in compare(fault)]
        rows.append(f"| {fault.words} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _ended(line: Line) -> str:
    told = [f"{count} {word}" for count, word in ((line.halted, "halted"), (line.paused, "paused")) if count]
    return ", ".join(told) or "–"
