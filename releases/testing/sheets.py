"""The CSV file in which the results of a window are reported: its columns, how they are read, and a row's fate.

Pure. The template a supplier downloads has the same columns and can be sent back as it is: rows without an outcome
report nothing, rows that say what was said before change nothing.
"""

from collections.abc import Mapping
from enum import StrEnum

from releases.products.columns import FORMULA, Column, Layout, Unreadable, Value
from releases.testing.coverage import Outcome

MAX_BYTES = 2 * 1024 * 1024
_OUTCOMES = tuple(outcome.value for outcome in Outcome)


class Fate(StrEnum):
    """What becomes of a row."""

    REFUSED = "refused"
    NEW = "new"
    CORRECTS = "corrects"
    SAME = "same"
    EMPTY = "empty"

    @property
    def writes(self) -> bool:
        """Whether the row becomes a result."""
        return self in (Fate.NEW, Fate.CORRECTS)


def _number(text: str) -> Value:
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise Unreadable(f"“{text[:40]}” is not the number of a combination: take it from the template.")
    return text.lstrip("0") or "0"


def _code(text: str) -> Value:
    return text.upper()


def _outcome(text: str) -> Value:
    if text.lower() not in _OUTCOMES:
        raise Unreadable(f"“{text[:40]}” is not pass, fail or blocked.")
    return text.lower()


def _version(text: str) -> Value:
    if len(text) == 8 and all(char in "0123456789ABCDEF" for char in text.upper()):
        return text.upper()
    hint = " A spreadsheet may have taken it for a number." if text[:1].isdigit() else ""
    raise Unreadable(f"“{text[:40]}” is not 8 hexadecimal digits, such as 0A010200.{hint}")


def _note(text: str) -> Value:
    if len(text) > 5000:
        raise Unreadable("It is longer than 5,000 characters.")
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text  # as the template writes it


def _contradictions(values: Mapping[str, Value]) -> dict[str, str]:
    if not values["outcome"] and values["note"]:
        return {"outcome": "Say pass, fail or blocked, or leave out the note."}
    return {}


LAYOUT = Layout(
    kind="results",
    title="Results of a test window",
    columns=(
        Column("combination", _number),
        Column("devices", lambda text: text, required=False),  # for people; the number counts
        Column("case", _code),
        Column("outcome", _outcome, required=False),
        Column("version_read", _version, required=False),
        Column("note", _note, required=False, prose=True),
    ),
    key=("combination", "case"),
    contradictions=_contradictions,
)
