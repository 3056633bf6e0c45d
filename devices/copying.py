"""COPY in PostgreSQL's binary format straight from NumPy columns: no row ever becomes a Python object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import sql

_HEADER = b"PGCOPY\n\xff\r\n\x00" + (0).to_bytes(4, "big") * 2
_TRAILER = (-1).to_bytes(2, "big", signed=True)
_CHUNK = 100_000
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def copy_into(table: str, columns: Mapping[str, NDArray[Any]]) -> int:
    """Append rows to a table in the present transaction and return their number.

    Columns are equally long integer arrays whose item size is the column's (2, 4 or 8 bytes; a timestamptz is
    8 bytes, see `microseconds`). Columns left out become null.
    """
    arrays = {name: np.ascontiguousarray(values) for name, values in columns.items()}
    total = len(next(iter(arrays.values())))
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, arrays))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEADER)
        for start in range(0, total, _CHUNK):
            copy.write(_rows({name: values[start : start + _CHUNK] for name, values in arrays.items()}))
        copy.write(_TRAILER)
    return total


def microseconds(at: datetime) -> int:
    """Return a moment as PostgreSQL counts timestamptz: microseconds since 1 January 2000 UTC."""
    return round((at - _EPOCH).total_seconds() * 1_000_000)


def _rows(columns: Mapping[str, NDArray[Any]]) -> bytes:
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, values in columns.items():
        layout += [(f"{name} length", ">i4"), (name, f">i{values.itemsize}")]
    rows = np.empty(len(next(iter(columns.values()))), dtype=layout)
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} length"] = values.itemsize
        rows[name] = values
    return rows.tobytes()


def copy_out(query: str, parameters: list[Any], *, sizes: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """Return the columns of a query as integer arrays. `sizes` names each column with its bytes, in order.

    The query must return no nulls; a null would shift every row after it and is refused with ValueError.
    """
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters) as copy:
        data = b"".join(bytes(chunk) for chunk in copy)
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, size in sizes.items():
        layout += [(f"{name} length", ">i4"), (name, f">i{size}")]
    width = np.dtype(layout).itemsize
    body = len(data) - len(_HEADER) - len(_TRAILER)
    if body % width:
        raise ValueError("the query returned a null or a column of another size")
    rows = np.frombuffer(data, dtype=layout, count=body // width, offset=len(_HEADER))
    return {name: rows[name].astype(f"i{size}") for name, size in sizes.items()}
