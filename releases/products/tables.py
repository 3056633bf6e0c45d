"""Reading a list from a CSV file as a stream: its header checked, each row's values or what is wrong with them.

Pure: a stream in, rows out. Memory holds one row, and the key of each row before it.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from releases.products.columns import Layout, Value

MOST_ROWS = 200_000
MAX_BYTES = 32 * 1024 * 1024
_NOT_TEXT = {
    b"PK\x03\x04": "an Excel workbook or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class TableError(ValueError):
    """A file that is not the list it should be; `str()` is a sentence for its sender."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a spreadsheet numbers it (the header is row 1): its values, or a sentence for each thing wrong."""

    number: int
    subject: str
    values: dict[str, Value]
    wrong: tuple[str, ...] = ()


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row]:
    """Yield the rows of the file; a blank line is skipped. Raises TableError where it is not such a file at all."""
    _check_start(stream)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield from _rows(_records(csv.reader(text, strict=True)), layout)
    finally:
        text.detach()


def _check_start(stream: IO[bytes]) -> None:
    start = stream.read(4096)
    stream.seek(0)
    if not start:
        raise TableError("The file is empty.")
    for magic, what in _NOT_TEXT.items():
        if start.startswith(magic):
            raise TableError(f"This is {what}, not CSV. Save it as “CSV UTF-8 (comma delimited)” and choose that file.")
    if b"\0" in start:
        raise TableError("This is not a text file. Save the list as “CSV UTF-8 (comma delimited)”.")


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield numbered records that hold anything. Raises TableError for what cannot be read as text or as CSV."""
    number = 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise TableError(
                f"The file is not UTF-8 (it has the byte {byte:02X}). In a spreadsheet save it as “CSV UTF-8 (comma "
                "delimited)”, in a text editor with the encoding UTF-8."
            ) from error
        except csv.Error as error:
            raise TableError(f"Row {number + 1} cannot be read as CSV: {error}.") from error
        number += 1
        if number > MOST_ROWS + 1:
            raise TableError(f"The file has more than {MOST_ROWS:,} rows. Divide it.")
        if any(cell.strip() for cell in record):
            yield number, record


def _rows(records: Iterator[tuple[int, list[str]]], layout: Layout) -> Iterator[Row]:
    first = next(records, None)
    if first is None:
        raise TableError("The file is empty.")
    names = _header(first[1], layout)
    seen: dict[tuple[Value, ...], int] = {}
    for number, record in records:
        yield _row(number, record, names, layout, seen)


def _header(cells: list[str], layout: Layout) -> list[str]:
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    wanted = layout.names
    for separator, what in _SEPARATORS.items():
        if len(cells) == 1 and separator in cells[0]:
            raise TableError(f"The columns are separated by {what}. Separate them by commas.")
    lacking = [name for name in wanted if name not in names]
    strange = [name or "(no name)" for name in names if name not in wanted]
    twice = sorted({name for name in names if names.count(name) > 1 and name in wanted})
    sentences = [
        f"Lacking columns: {', '.join(lacking)}." if lacking else "",
        f"Unknown columns: {', '.join(strange)}." if strange else "",
        f"Columns that come twice: {', '.join(twice)}." if twice else "",
    ]
    if any(sentences):
        said = " ".join(one for one in sentences if one)
        raise TableError(f"{said} The first row must name exactly these: {', '.join(wanted)}.")
    return names


def _row(number: int, record: list[str], names: list[str], layout: Layout, seen: dict[tuple[Value, ...], int]) -> Row:
    if len(record) != len(names):
        wrong = f"It has {len(record)} columns, the header {len(names)}."
        return Row(number, _short(", ".join(record)), {}, (wrong,))
    texts = dict(zip(names, record, strict=True))
    subject = _short(" ".join(texts[name].strip() for name in layout.key))
    values, sentences = layout.read(texts)
    if sentences:
        return Row(number, subject, {}, tuple(sentences))
    first = seen.setdefault(layout.key_of(values), number)
    if first != number:
        return Row(number, subject, {}, (f"Row {first} is about the same: keep one of them.",))
    return Row(number, subject, values)


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"
