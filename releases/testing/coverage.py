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
    """Counts of homes; `cell_homes` counts a home once per case, so it is homes x cases.

    `untested_homes` are those of combinations on which nobody reported anything.
    """

    homes: int
    cases: int
    covered_cell_homes: int
    failed_cell_homes: int
    full_homes: int
    untested_homes: int
    by_case: Mapping[int, int]
    by_combination: Mapping[int, int]

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


def standing_of(outcomes: Iterable[str]) -> Standing:
    """What the outcomes of one pair amount to: one open fail outweighs every pass."""
    said = set(outcomes)
    if Outcome.FAIL in said:
        return Standing.FAILED
    if Outcome.PASS in said:
        return Standing.COVERED
    return Standing.BLOCKED if Outcome.BLOCKED in said else Standing.UNTESTED


@dataclass(frozen=True, slots=True)
class Tested:
    """A combination with its homes and the standings of its pairs, one sign each, as `sign` makes them.

    Pairs that nobody reported on have no sign. `covered`, `failed` and `blocked` count the signs.
    """

    __test__ = False  # the name is not one of a test

    combination: int
    homes: int
    covered: int
    failed: int
    blocked: int
    signs: str

    def gap(self, cases: int) -> int:
        """Return homes x cases that are not covered, of so many cases."""
        return self.homes * (cases - self.covered)


_SIGNED = (Standing.BLOCKED, Standing.COVERED, Standing.FAILED)
_FIRST = 256  # the number of the first sign, beyond all control codes


def sign(place: int, standing: Standing) -> str:
    """Return the character for a standing in the case at a place of the catalogue, counted from 0."""
    return chr(_FIRST + 4 * place + _SIGNED.index(standing))


def standings_of(signs: str, cases: int) -> list[Standing]:
    """Return the standing in each of so many cases, in the order of the catalogue."""
    found = [Standing.UNTESTED] * cases
    for character in signs:
        place, index = divmod(ord(character) - _FIRST, 4)
        found[place] = _SIGNED[index]
    return found


def tally(rows: Sequence[Tested], cases: Sequence[int]) -> Coverage:
    """Return the coverage of rows whose pairs are counted already; a row for each combination."""
    covers = {case: sign(place, Standing.COVERED) for place, case in enumerate(cases)}
    return Coverage(
        homes=sum(row.homes for row in rows),
        cases=len(cases),
        covered_cell_homes=sum(row.homes * row.covered for row in rows),
        failed_cell_homes=sum(row.homes * row.failed for row in rows),
        full_homes=sum(row.homes for row in rows if cases and row.covered == len(cases)),
        untested_homes=sum(row.homes for row in rows if not row.signs),
        by_case={case: sum(row.homes for row in rows if mark in row.signs) for case, mark in covers.items()},
        by_combination={row.combination: row.covered for row in rows},
    )


def heaviest_gaps(rows: Iterable[Tested], cases: int) -> list[Tested]:
    """Return the combinations by homes x cases not covered, the heaviest first, ties by number."""
    return sorted(rows, key=lambda row: (-row.gap(cases), row.combination))


def course(homes: Mapping[int, int], cases: Sequence[int], days: Iterable[Sequence[Report]]) -> list[Fraction]:
    """Return the share covered at the end of each day, given the reports of each; weighted by the same homes."""
    wanted = set(cases)
    last: dict[Pair, dict[int, str]] = {}
    covered, shares = 0, []
    for reports in days:
        for report in sorted(reports, key=lambda one: one.order):
            pair = (report.combination, report.case)
            if pair[0] not in homes or pair[1] not in wanted:
                continue
            words = last.setdefault(pair, {})
            before = standing_of(words.values()) is Standing.COVERED
            words[report.organisation] = report.outcome
            after = standing_of(words.values()) is Standing.COVERED
            covered += homes[pair[0]] * (after - before)
        shares.append(ratio(covered, sum(homes.values()) * len(wanted)))
    return shares
