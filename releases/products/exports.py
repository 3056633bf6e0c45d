"""The product lists as CSV, line by line, in the columns in which they are imported; no spreadsheet executes a cell."""

from collections.abc import Iterable, Iterator
from typing import Any

from defusedcsv import csv
from django.db.models import QuerySet

from releases.products.columns import VALIDITY, VERSIONS
from releases.products.models import FirmwareVersion, ValidityPeriod

CHUNK = 2000


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def versions(rows: QuerySet[FirmwareVersion]) -> Iterator[str]:
    """Yield the lines of the Central Products List."""
    cells = (
        (
            row.hub_model.manufacturer,
            row.hub_model.model_number,
            row.hub_model.hardware_version,
            row.version,
            row.chts,
            row.gbcs,
            row.image_hash,
            row.status,
            row.listed_on,
            row.removed_on,
        )
        for row in rows.iterator(CHUNK)
    )
    return _lines(VERSIONS.names, cells)


def validity(rows: QuerySet[ValidityPeriod]) -> Iterator[str]:
    """Yield the lines of the validity periods."""
    return _lines(VALIDITY.names, rows.values_list(*VALIDITY.names).iterator(CHUNK))


def _lines(head: list[str], rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow(["" if cell is None else str(cell) for cell in row])
