"""Lists as CSV: exactly the rows the filter shows, journalled, and harmless in a spreadsheet."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from defusedcsv import csv
from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse

from portal.journal.writing import Jsonable, record
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often

A_MINUTE = 10
AT_ONCE = 1000  # rows read from the database


class Column(NamedTuple):
    """A column: its heading, and how its value is read from a row."""

    title: str
    value: Callable[[Any], Any]


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_of(request: PortalRequest, name: str, rows: QuerySet[Any], columns: Sequence[Column]) -> HttpResponseBase:
    """Return the rows as a CSV download, read while it is sent; the export is journalled with its filter and count.

    UTF-8 with a byte order mark, so that spreadsheets read it right; moments in ISO 8601 with their zone. A cell that
    a spreadsheet would take for a formula is made text.
    """
    refused = too_often(request, "export", most=A_MINUTE)
    if refused is not None:
        return refused
    data: dict[str, Jsonable] = {"filter": request.GET.urlencode()[:1000], "rows": rows.count()}
    record(by=request.actor, verb="export", subject=("list", 0, name), at=request.at, data=data)
    sent = StreamingHttpResponse(
        lines(rows.iterator(chunk_size=AT_ONCE), columns), content_type="text/csv; charset=utf-8"
    )
    sent["Content-Disposition"] = f'attachment; filename="{name}-{request.at:%Y-%m-%d}.csv"'
    return sent


def lines(rows: Iterable[Any], columns: Sequence[Column]) -> Iterator[str]:
    """Yield the lines of a CSV file, the heading first."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([column.title for column in columns])
    for row in rows:
        yield writer.writerow([_text(column.value(row)) for column in columns])


def _text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):  # a spreadsheet drops what is blank and may find a formula behind it
        return f"'{value}" if value.startswith(("\t", "\r", "\n")) else value
    return value.isoformat() if isinstance(value, date) else value
