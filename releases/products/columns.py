"""The columns in which the product lists are exported and imported: how each text is read, and what it may hold.

Pure: texts in, values or a sentence out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from releases.products import validity

Value: TypeAlias = "str | date | None"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(ValueError):
    """A text that cannot stand in its column; `str()` is the sentence."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its name, and how a text that is not empty is read. Raises Unreadable."""

    name: str
    read: Callable[[str], Value]
    required: bool = True
    prose: bool = False  # what people write, where a dash begins a list: exports make text of it, so it is taken


def _digits(count: int, example: str, *, lower: bool = False) -> Callable[[str], Value]:
    pattern = re.compile(rf"[0-9A-Fa-f]{{{count}}}")

    def read(text: str) -> Value:
        if pattern.fullmatch(text):
            return text.lower() if lower else text.upper()
        hint = " A spreadsheet may have taken it for a number." if _was_number(text, count) else ""
        raise Unreadable(f"“{_short(text)}” is not {count} hexadecimal digits, such as {example}.{hint}")

    return read


def _was_number(text: str, count: int) -> bool:
    return bool(re.fullmatch(r"\d+", text) and len(text) < count) or bool(re.fullmatch(r"[\d.,]+E[+-]?\d+", text))


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _words(longest: int) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        if len(text) > longest:
            raise Unreadable(f"“{_short(text)}” is longer than {longest} characters.")
        return text

    return read


def _one_of(*choices: str, upper: bool = False) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        value = text.upper() if upper else text.lower()
        if value not in choices:
            raise Unreadable(f"“{_short(text)}” is not {' or '.join(choices)}.")
        return value

    return read


def _date(text: str) -> Value:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Unreadable(f"“{_short(text)}” is not a date like 2017-01-19.")


@dataclass(frozen=True, slots=True)
class Layout:
    """A list's columns, those by which a row is told from others, and what contradicts in a row."""

    kind: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    contradictions: Callable[[Mapping[str, Value]], dict[str, str]]

    @property
    def names(self) -> list[str]:
        """The names of the columns in order."""
        return [column.name for column in self.columns]

    def read(self, texts: Mapping[str, str]) -> tuple[dict[str, Value], list[str]]:
        """Return the values of a row, and a sentence for each text that cannot stand."""
        values: dict[str, Value] = {}
        wrong = []
        for column in self.columns:
            try:
                values[column.name] = _cell(column, texts[column.name].strip())
            except Unreadable as error:
                wrong.append(f"{column.name}: {error}")
        if not wrong:
            wrong = [f"{name}: {sentence}" for name, sentence in self.contradictions(values).items()]
        return values, wrong

    def key_of(self, values: Mapping[str, Value]) -> tuple[Value, ...]:
        """Return what tells a row from others."""
        return tuple(values[name] for name in self.key)


def _cell(column: Column, text: str) -> Value:
    if not text:
        if column.required:
            raise Unreadable("This is empty.")
        return None
    if text.startswith(FORMULA) and not column.prose:
        raise Unreadable(f"“{_short(text)}” is a formula. Give the value itself.")
    return column.read(text)


def _listing(values: Mapping[str, Value]) -> dict[str, str]:
    listed, removed = values["listed_on"], values["removed_on"]
    return validity.of_listing(
        str(values["status"]),
        listed if isinstance(listed, date) else None,
        removed if isinstance(removed, date) else None,
    )


def _periods(values: Mapping[str, Value]) -> dict[str, str]:
    return validity.of_periods({name: value for name, value in values.items() if isinstance(value, date)})


VERSIONS = Layout(
    kind="versions",
    title="Central Products List",
    columns=(
        Column("manufacturer", _digits(4, "10F2")),
        Column("model", _digits(4, "0A01")),
        Column("hardware_version", _digits(4, "0001")),
        Column("firmware_version", _digits(8, "0A010200")),
        Column("chts", _words(12)),
        Column("gbcs", _words(12)),
        Column("image_hash", _digits(64, "9f86d081… (SHA-256)", lower=True), required=False),
        Column("status", _one_of("current", "removed")),
        Column("listed_on", _date),
        Column("removed_on", _date, required=False),
    ),
    key=("manufacturer", "model", "hardware_version", "firmware_version"),
    contradictions=_listing,
)
VALIDITY = Layout(
    kind="validity",
    title="Validity periods",
    columns=(
        Column("specification", _one_of("CHTS", "GBCS", upper=True)),
        Column("version", _words(12)),
        Column("installation_from", _date),
        Column("installation_to", _date, required=False),
        Column("maintenance_to", _date, required=False),
        Column("applicability_to", _date, required=False),
    ),
    key=("specification", "version"),
    contradictions=_periods,
)
LAYOUTS = {layout.kind: layout for layout in (VERSIONS, VALIDITY)}
