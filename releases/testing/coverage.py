"""Coverage of user testing, weighted by homes; pure.

A *pair* is one device combination (by number) with one test case (by number). A pair is covered when at
least one organisation's latest word on it is a pass and nobody's latest word is a fail. "Blocked" neither
covers nor fails: the case could not be run. Rule: corrections are new results; the last one of an
organisation counts (portal default).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

Pair = tuple[int, int]


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    BLOCKED = "blocked"


class Standing(StrEnum):
    """What all organisations together say about a pair."""

    COVERED = "covered"
    FAILED = "failed"
    BLOCKED = "blocked"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Report:
    """One reported result: who says what about which pair; a later `order` replaces an earlier one."""

    organisation: int
    combination: int
    case: int
    outcome: str
    order: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of homes; `cell_homes` counts a home once per case, so it is homes x cases."""

    homes: int
    cases: int
    covered_cell_homes: int
    failed_cell_homes: int
    full_homes: int
    by_case: Mapping[int, int]
    by_combination: Mapping[int, int]
    standings: Mapping[Pair, Standing]

    @property
    def cell_homes(self) -> int:
        """Homes x cases: what is to be covered."""
        return self.homes * self.cases

    @property
    def share(self) -> Fraction:
        """Share of homes covered, averaged over the cases: 0 when there is nothing to cover."""
        return ratio(self.covered_cell_homes, self.cell_homes)

    @property
    def full_share(self) -> Fraction:
        """Share of homes whose combination is covered in every case."""
        return ratio(self.full_homes, self.homes)

    @property
    def failed_share(self) -> Fraction:
        """Share of homes under an open fail, averaged over the cases."""
        return ratio(self.failed_cell_homes, self.cell_homes)

    def case_share(self, case: int) -> Fraction:
        """Share of homes whose combination is covered in this case."""
        return ratio(self.by_case.get(case, 0), self.homes)


def ratio(part: int, whole: int) -> Fraction:
    """The part of the whole as an exact fraction; 0 of nothing is 0."""
    return Fraction(part, whole) if whole else Fraction(0)


def latest(reports: Iterable[Report]) -> list[Report]:
    """Each organisation's last word on each pair; earlier ones stay on record but no longer count."""
    last: dict[tuple[int, Pair], Report] = {}
    for report in reports:
        key = (report.organisation, (report.combination, report.case))
        if key not in last or last[key].order < report.order:
            last[key] = report
    return list(last.values())


def standing_of(outcomes: Iterable[str]) -> Standing:
    """What the outcomes of one pair amount to: one open fail outweighs every pass."""
    said = set(outcomes)
    if Outcome.FAIL in said:
        return Standing.FAILED
    if Outcome.PASS in said:
        return Standing.COVERED
    return Standing.BLOCKED if Outcome.BLOCKED in said else Standing.UNTESTED


def standings(reports: Iterable[Report]) -> dict[Pair, Standing]:
    """The standing of every pair that anybody reported on."""
    said: dict[Pair, list[str]] = {}
    for report in latest(reports):
        said.setdefault((report.combination, report.case), []).append(report.outcome)
    return {pair: standing_of(outcomes) for pair, outcomes in said.items()}


def measure(homes: Mapping[int, int], cases: Sequence[int], reports: Iterable[Report]) -> Coverage:
    """Coverage of the combinations in `homes` (number -> count of homes) over `cases`.

    Reports on combinations or cases outside these are ignored: they weigh nothing here.
    """
    wanted = set(cases)
    known = {pair: standing for pair, standing in standings(reports).items() if pair[0] in homes and pair[1] in wanted}
    by_case = dict.fromkeys(wanted, 0)
    by_combination = dict.fromkeys(homes, 0)
    failed = 0
    for (combination, case), standing in known.items():
        if standing is Standing.COVERED:
            by_case[case] += homes[combination]
            by_combination[combination] += 1
        elif standing is Standing.FAILED:
            failed += homes[combination]
    return Coverage(
        homes=sum(homes.values()),
        cases=len(wanted),
        covered_cell_homes=sum(by_case.values()),
        failed_cell_homes=failed,
        full_homes=sum(homes[c] for c, n in by_combination.items() if wanted and n == len(wanted)),
        by_case=by_case,
        by_combination=by_combination,
        standings=known,
    )


def gaps(homes: Mapping[int, int], coverage: Coverage) -> list[tuple[int, int]]:
    """(combination, homes x cases still uncovered), the heaviest gap first, ties by number; no zero gaps."""
    weights = (
        (combination, count * (coverage.cases - coverage.by_combination[combination]))
        for combination, count in homes.items()
    )
    return sorted((gap for gap in weights if gap[1]), key=lambda gap: (-gap[1], gap[0]))
