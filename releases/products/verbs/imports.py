"""Importing a product list: a dry run that keeps each row's fate, then writing exactly what it showed."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any, TypeVar

from django.db import connection, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from portal.people.models import User
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.transitions import lock, move, note
from releases.products import can, fates, may
from releases.products.columns import LAYOUTS
from releases.products.fates import Decided, Target
from releases.products.models import Fate, ImportLine, ListImport
from releases.products.states import ImportState
from releases.products.tables import TableError, read
from releases.products.verbs.entries import lock_list

T = TypeVar("T")
CHUNK = 1000  # rows read, decided and written together: what bounds memory and queries
_COPY = "COPY products_importline (list_import_id, number, fate, subject, words, values) FROM STDIN"


@transaction.atomic
def check_import(stream: IO[bytes], *, kind: str, name: str, by: Actor, at: datetime) -> ListImport:
    """Read a CSV file and keep what each of its rows would do to the list; nothing of the list is changed.

    An earlier check by the same person that was not written is discarded. Raises Invalid for a file that is not
    such a list at all: then nothing is kept.
    """
    may.keep_entry(by=by)
    _discard_earlier(kind, by=by, at=at)
    made = ListImport.objects.create(
        kind=kind, file_name=name[:200], checked_by_id=by.user_id, checked_by_name=by.name, checked_at=at
    )
    target = fates.target_of(kind)
    try:
        counts = _keep_lines(made, target, chunked(read(stream, LAYOUTS[kind])))
    except TableError as error:
        raise Invalid(str(error), {"file": [str(error)]}) from error
    for fate in Fate:
        setattr(made, fate.value, counts[fate])
    if not made.rows:
        raise Invalid("The file names its columns and has no rows.", {"file": ["The file has no rows."]})
    made.save()
    note(made, by=by, at=at, verb="check_import", data={fate.value: counts[fate] for fate in Fate})
    return made


def _discard_earlier(kind: str, *, by: Actor, at: datetime) -> None:
    earlier = ListImport.objects.filter(kind=kind, checked_by_id=by.user_id, state=ImportState.CHECKED)
    for one in earlier.select_for_update(no_key=True):
        one.lines.all().delete()
        move(one, to=ImportState.DISCARDED, by=by, at=at, verb="discard_import", why="Another file was checked.")


def chunked(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield lists of at most so many rows as are handled together."""
    source = iter(rows)
    while chunk := list(itertools.islice(source, CHUNK)):
        yield chunk


def _keep_lines(made: ListImport, target: Target, chunks: Iterable[list[Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for chunk in chunks:
        decided = fates.decide(target, chunk)
        counts.update(one.fate for one in decided)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for one in decided:
                kept = json.dumps(fates.as_json(one.row.values))
                copy.write_row((made.pk, one.row.number, one.fate, one.row.subject, one.words, kept))
    return counts


@transaction.atomic
def write_import(found: ListImport, *, by: Actor, at: datetime, seen: int | None = None) -> ListImport:
    """Write a checked import to its list: exactly what was shown, all or nothing.

    Raises NotNow where the list has changed since, so that a row would now have another fate.
    """
    found = lock(found, seen=seen)
    may.keep_entry(by=by)
    can.write_import(found)
    target = fates.target_of(found.kind)
    lock_list(target.model, "SHARE ROW EXCLUSIVE")
    for lines in chunked(found.lines.iterator(CHUNK)):
        _write(target, found, _as_shown(target, lines), by=by, at=at)
    found.written_at, found.written_by_name = at, by.name
    counts = {fate.value: getattr(found, fate.value) for fate in Fate}
    fields = ("written_at", "written_by_name")
    move(found, to=ImportState.WRITTEN, by=by, at=at, verb="write_import", fields=fields, data=counts)
    return found


def _as_shown(target: Target, lines: list[ImportLine]) -> list[Decided]:
    rows = [fates.from_kept(target, line.number, line.subject, line.values) for line in lines]
    decided = fates.decide(target, rows)
    for line, one in zip(lines, decided, strict=True):
        if (line.fate, line.words) != (one.fate, one.words):
            raise NotNow(
                f"The list has changed since the dry run: row {line.number} ({line.subject}) would now be "
                f"{one.fate}. Nothing was written: check the file again."
            )
    return decided


def _write(target: Target, found: ListImport, decided: list[Decided], *, by: Actor, at: datetime) -> None:
    history = {
        "default_user": User.objects.filter(pk=by.user_id or 0).first(),
        "default_change_reason": f"CSV import {found.pk}",
        "default_date": at,
    }
    added = [one.entry for one in decided if one.fate == Fate.ADDED]
    changed = [one.entry for one in decided if one.fate == Fate.CHANGED]
    if added:
        bulk_create_with_history(added, target.model, batch_size=CHUNK, **history)
    if changed:
        fields = list(target.written)
        bulk_update_with_history(changed, target.model, fields, batch_size=CHUNK, **history)
