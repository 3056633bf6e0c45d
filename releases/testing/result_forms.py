"""Forms in which results are reported: the grid of a window, and its CSV file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from portal.pages.forms import GovForm
from portal.workflow.errors import Invalid
from releases.publishing.documents import ALLOWED
from releases.testing.findings import Found
from releases.testing.models import TestCase, TestResult
from releases.testing.queries import Row
from releases.testing.sheets import MAX_BYTES


class NeededField(forms.CharField):
    """A field that only some answers need; `needed` says which, where others would be called optional."""

    def __init__(self, *, needed: str, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.needed = needed


def version_field() -> NeededField:
    """Return the field for the version that the hub reported."""
    return NeededField(
        needed="needed for a pass",
        label="Version the hub reported",
        max_length=8,
        help_text="Eight hexadecimal digits, as read from the hub. A pass counts on the version of the release only.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )


def evidence_field() -> forms.FileField:
    """Return the field for a file that is kept with every result of the form."""
    return forms.FileField(
        label="Evidence",
        required=False,
        help_text=f"At most 20 MB: {ALLOWED}. Its content is checked; it is kept with each result you report here.",
    )


class SeenForm(GovForm):
    """A form that knows which results of its window were on the page it came from.

    `until` is the number of the window's newest result, read before the page's results are. Once a refusal has said
    what was reported meanwhile, the page shown again has seen that too.
    """

    seen_until = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, until: int, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen_until": until, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.until = until

    def add_refusal(self, refusal: Invalid) -> None:
        super().add_refusal(refusal)
        self.has_seen()

    def has_seen(self) -> None:
        """Send with the page from now on that it shows what was reported meanwhile."""
        sent = {name: self.data[name] for name in self.data}  # what came cannot be changed
        self.data = sent | self.shown_now() | {"seen_until": str(self.until)}

    def shown_now(self) -> dict[str, str]:
        """Return the answers that the page shown again has otherwise than they were sent."""
        return {}


@dataclass(frozen=True, slots=True)
class GridCell:
    """A pair of the grid: what is chosen, what stood there when the page was made, and the last result."""

    name: str
    case: TestCase
    chosen: str
    shown: str
    last: TestResult | None

    @property
    def options(self) -> list[tuple[str, str]]:
        """What may be chosen: nothing only where nothing was reported, for a result is corrected, not taken back."""
        return [*([] if self.shown else [("", "–")]), *TestResult.Outcome.choices]


@dataclass(frozen=True, slots=True)
class GridRow:
    """A line of the grid: a combination, its note and its cells."""

    combination: Any
    note_name: str
    note: str
    cells: list[GridCell]


class GridForm(SeenForm):
    """Outcomes of many combinations at once; only cells that were changed on the page become results."""

    version_read = version_field()
    file = evidence_field()

    def __init__(self, *args: Any, rows: Sequence[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read = rows
        self.rows = [self._row(row) for row in rows]

    def _row(self, row: Row) -> GridRow:
        number = row.combination.pk
        name = f"n-{number}"
        cells = [self._cell(f"{number}-{case.pk}", case, last) for case, last in row.results]
        return GridRow(row.combination, name, self._sent(name, "").strip(), cells)

    def _cell(self, pair: str, case: TestCase, last: TestResult | None) -> GridCell:
        """Return the cell; `shown` goes with the page, so that what somebody reported meanwhile is no change here."""
        known = last.outcome if last else ""
        shown = self._sent(f"w-{pair}", "") if self.is_bound else known
        return GridCell(f"r-{pair}", case, self._sent(f"r-{pair}", shown), shown, last)

    def _sent(self, name: str, otherwise: str) -> str:
        return str(self.data.get(name, otherwise)) if self.is_bound else otherwise

    def _changed(self) -> Iterator[tuple[GridRow, GridCell]]:
        return ((row, cell) for row in self.rows for cell in row.cells if cell.chosen and cell.chosen != cell.shown)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        changed = {row.note_name for row, _ in self._changed()}
        for row in self.rows:
            if row.note and row.note_name not in changed:
                self.add_error(None, f"{row.combination}: choose the result that the note is about, or clear the note.")
        return answers

    def found(self) -> list[Found]:
        """Return the results as the verb takes them."""
        version = self.cleaned_data["version_read"]
        return [Found(row.combination, cell.case, cell.chosen, version, row.note) for row, cell in self._changed()]

    def add_refusal(self, refusal: Invalid) -> None:
        """Say each thing that is wrong once, with the pairs it is wrong for."""
        found, pairs = self.found(), dict[str, list[str]]()
        for name, sentences in refusal.fields.items():
            if name.startswith("results."):
                one = found[int(name.partition(".")[2]) - 1]
                for sentence in sentences:
                    pairs.setdefault(sentence, []).append(f"{one.case.code} on {one.combination}")
        for sentence, where in pairs.items():
            self.add_error(None, f"{sentence} This is about {_listed(where)}.")
        if pairs:
            self.has_seen()
        else:
            super().add_refusal(refusal)

    def has_seen(self) -> None:
        super().has_seen()
        self.rows = [self._row(row) for row in self._read]

    def shown_now(self) -> dict[str, str]:
        """Return what stands now in every cell; what was chosen is kept."""
        chosen = {cell.name: cell.chosen for _, cell in self._changed()}
        shown: dict[str, str] = {}
        for cell in (cell for row in self.rows for cell in row.cells):
            now = cell.last.outcome if cell.last else ""
            shown |= {f"w{cell.name[1:]}": now, cell.name: chosen.get(cell.name, now)}
        return shown


def _listed(where: list[str], most: int = 3) -> str:
    rest = len(where) - most
    return ", ".join(where[:most]) + (f" and {rest} more" if rest > 0 else "")


class CheckSheetForm(GovForm):
    """A file of results to be checked."""

    file = forms.FileField(label="CSV file", help_text="UTF-8, at most 2 MB. A byte order mark does no harm.")

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 1024**2} MB. Divide it.")
        return file


class ReportSheetForm(SeenForm):
    """The file that was checked, to be recorded; it comes back with the page, so nothing is chosen twice."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False)
    file = evidence_field()
