"""A file of results read against its window: what would become of each row, and the template to fill."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from portal.pages.exports import Column, lines
from portal.workflow.errors import Invalid
from releases.products.models import DeviceCombination
from releases.products.tables import Row, TableError, read
from releases.testing import queries
from releases.testing.findings import Found, mistakes, says_the_same
from releases.testing.models import TestCase, TestResult, TestWindow
from releases.testing.sheets import LAYOUT, Fate

Last = dict[tuple[int, int], TestResult]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file, its fate, why in words, and the result it makes, if any."""

    number: int
    subject: str
    fate: Fate
    words: str = ""
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: every row in order."""

    lines: list[Line]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each fate."""
        return {fate.value: sum(line.fate is fate for line in self.lines) for fate in Fate}

    @property
    def found(self) -> list[Found]:
        """The results it makes, in the order of the rows."""
        return [line.found for line in self.lines if line.found is not None and line.fate.writes]

    @property
    def refused(self) -> bool:
        """Whether a row cannot stand: then nothing is written."""
        return any(line.fate is Fate.REFUSED for line in self.lines)


def read_sheet(window: TestWindow, stream: IO[bytes]) -> Sheet:
    """Return what would become of each row; nothing is written. Raises Invalid for what is no such file at all."""
    try:
        rows = list(read(stream, LAYOUT))
    except TableError as error:
        raise _unusable(str(error)) from error
    if not rows:
        raise _unusable("The file names its columns and has no rows.")
    combinations = {str(one.pk): one for one in queries.combinations_of(window)}
    cases = {case.code: case for case in queries.cases()}
    drafts = [_draft(row, combinations, cases) for row in rows]
    return Sheet(list(_judged(window, drafts)))


def _unusable(sentence: str) -> Invalid:
    return Invalid(sentence, {"file": [sentence]})


def _draft(row: Row, combinations: dict[str, DeviceCombination], cases: dict[str, TestCase]) -> Line:
    """Return the row as far as it can be judged alone: refused, empty, or with what it reports."""
    if row.wrong:
        return Line(row.number, row.subject, Fate.REFUSED, " ".join(row.wrong))
    values = {name: str(value or "") for name, value in row.values.items()}
    combination, case = combinations.get(values["combination"]), cases.get(values["case"])
    wrong = []
    if combination is None:
        wrong.append(f"Combination {values['combination']} is not in this window.")
    if case is None:
        wrong.append(f"There is no case {values['case'][:12]} in force: take the code from the template.")
    if combination is None or case is None:
        return Line(row.number, row.subject, Fate.REFUSED, " ".join(wrong))
    subject = f"{combination}, {case.code}"
    if not values["outcome"]:
        return Line(row.number, subject, Fate.EMPTY, "Nothing to report.")
    found = Found(combination, case, values["outcome"], values["version_read"], values["note"])
    return Line(row.number, subject, Fate.NEW, found=found)


def _judged(window: TestWindow, drafts: list[Line]) -> Iterator[Line]:
    """Yield the rows with their fates: what a rule refuses, what was said before, what is corrected."""
    last = queries.latest_in(window)
    reporting = [line for line in drafts if line.found is not None]
    wrong = mistakes(window, [line.found for line in reporting if line.found is not None])
    refused = {reporting[place].number: " ".join(sentences) for place, sentences in wrong.items()}
    for line in drafts:
        if line.found is None:
            yield line
        elif line.number in refused and not says_the_same(line.found, last.get(line.found.pair)):
            yield Line(line.number, line.subject, Fate.REFUSED, refused[line.number])
        else:
            yield _compared(line, line.found, last.get(line.found.pair))


def _compared(line: Line, found: Found, last: TestResult | None) -> Line:
    outcome = TestResult.Outcome(found.outcome).label
    if last is None:
        return Line(line.number, line.subject, Fate.NEW, outcome, found)
    if says_the_same(found, last):
        return Line(line.number, line.subject, Fate.SAME, f"{outcome}, as reported before.", found)
    return Line(line.number, line.subject, Fate.CORRECTS, f"{last.get_outcome_display()} becomes {outcome}.", found)


@dataclass(frozen=True, slots=True)
class Blank:
    """A row of the template: a pair of the window with what was reported last."""

    combination: DeviceCombination
    case: TestCase
    last: TestResult | None


_COLUMNS = (
    Column("combination", lambda row: row.combination.pk),
    Column("devices", lambda row: str(row.combination)),
    Column("case", lambda row: row.case.code),
    Column("outcome", lambda row: row.last.outcome if row.last else ""),
    Column("version_read", lambda row: row.last.version_read if row.last else ""),
    Column("note", lambda row: row.last.remark if row.last else ""),
)


def template(window: TestWindow) -> str:
    """Return the file to fill for a window: every combination with every case in force, and what was reported."""
    last = queries.latest_in(window)
    catalogue = queries.cases()
    rows = [
        Blank(combination, case, last.get((combination.pk, case.pk)))
        for combination in queries.combinations_of(window)
        for case in catalogue
    ]
    return "".join(lines(rows, _COLUMNS))
