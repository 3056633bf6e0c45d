"""What the verbs made for one test, put back for the next by the rows they left.

Making the small world takes hundreds of statements and every second test begins with it. The first test of a
process makes it by the verbs; what is found in the tables afterwards, less what was there before, is put back for
each later test by one statement. Sequences never go back, so that new rows never meet the numbers of old ones.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.apps import apps
from django.db import connection, models, transaction

Made = TypeVar("Made")
Rows = dict[tuple[str, str], str]  # (table, key as JSON) -> row as JSON
FOREIGN = {"contenttypes", "auth", "sessions"}  # filled by Django itself, or by the browser


@dataclass(frozen=True)
class Kept:
    """The rows as one SQL text, and the pickled value that names them."""

    sql: str
    value: bytes


_kept: dict[tuple[str, ...], Kept] = {}
_chain: list[str] = []


def forget_chain() -> None:
    """Begin a test: nothing is laid yet."""
    _chain.clear()


def remembered(name: str, make: Callable[[], Made]) -> Made:
    """Return what ``make`` makes on top of what this test has laid so far; made once, put back afterwards."""
    _chain.append(name)
    key = tuple(_chain)
    if key not in _kept:
        before = _rows()
        value = make()
        changed = {place: row for place, row in _rows().items() if before.get(place) != row}
        _kept[key] = Kept("".join(_statements(changed)), pickle.dumps(value))
        return value
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_kept[key].sql)
    value = pickle.loads(_kept[key].value)  # noqa: S301  # pickled above, in this process
    return value  # type: ignore[no-any-return]


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in FOREIGN:
            yield model


def _key(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in getattr(model._meta, "pk_fields", [model._meta.pk])]


def _rows() -> Rows:
    found: Rows = {}
    with connection.cursor() as cursor:
        for model in _models():
            table = model._meta.db_table
            key = ", ".join(f'"{column}"' for column in _key(model))
            cursor.execute(f'SELECT json_build_array({key})::text, row_to_json(t)::text FROM "{table}" t')  # noqa: S608
            found |= {(table, key): row for key, row in cursor.fetchall()}
    return found


def _statements(changed: Rows) -> Iterator[str]:
    keys = {model._meta.db_table: _key(model) for model in _models()}
    tables: dict[str, list[str]] = {}
    for (table, _key_of_row), row in changed.items():
        tables.setdefault(table, []).append(row)
    for table, rows in tables.items():
        columns = _writable(table)
        names = ", ".join(f'"{column}"' for column in columns)
        fresh = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if column not in keys[table])
        document = "[" + ",".join(rows) + "]"
        quoted = document.replace("'", "''")
        clash = ", ".join(f'"{column}"' for column in keys[table])
        then = f"DO UPDATE SET {fresh}" if fresh else "DO NOTHING"
        source = f"json_populate_recordset(NULL::\"{table}\", '{quoted}')"
        put = f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {source}'  # noqa: S608
        yield f"{put} ON CONFLICT ({clash}) {then};\n"


def _writable(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [f'"{table}"'],
        )
        return [str(name) for (name,) in cursor.fetchall()]
