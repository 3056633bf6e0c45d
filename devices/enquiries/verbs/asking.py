"""Asking hubs what they run: every enquiry is kept in the journal."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from devices.enquiries import can, may, queries
from devices.enquiries.asked import MOST, MOST_IN_FILE, Asked, Rows, read_rows
from devices.enquiries.models import FileEnquiry, FilePart
from devices.enquiries.queries import Answer
from devices.enquiries.states import UNDER_WAY
from devices.fleet.models import eui64_text
from portal.journal.writing import Jsonable, record
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid, NotAllowed
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, note

ROWS_A_PART = 10_000
EXAMPLES = 20  # of rows that are no EUI-64 or repeat one: kept to be shown; the result names every one
_NEEDS_ONE = "Give an EUI-64: sixteen hexadecimal digits, such as 00-DB-12-34-56-78-90-AB."


@transaction.atomic
def enquire(asked: Sequence[Asked], *, by: Actor, at: datetime) -> list[Answer | None]:
    """Return what `by` may know of each hub asked for, in order; None for one that is unknown or another's.

    The journal keeps who asked for which hubs and how many were answered. Raises Invalid for no hub and for too many.
    """
    may.enquire(by=by)
    numbers = [one.number for one in asked if one.number is not None]
    if not numbers:
        raise Invalid(_NEEDS_ONE, {"hubs": [_NEEDS_ONE]})
    if len(asked) > MOST:
        said = f"These are {len(asked):,} hubs: ask for at most {MOST:,} at once."
        raise Invalid(said, {"hubs": [said]})
    found = queries.answers(numbers, by, at)
    names = [eui64_text(number) for number in numbers]
    words = names[0] if len(names) == 1 else f"{len(names)} hubs"
    data: dict[str, Jsonable] = {"hubs": list(names), "answered": len(found)}
    record(by=by, verb="enquire", subject=("hub", 0, words), at=at, data=data)
    return [None if one.number is None else found.get(one.number) for one in asked]


@transaction.atomic
def ask_by_file(data: bytes, *, name: str, by: Actor, at: datetime) -> FileEnquiry:
    """Take a CSV file of up to 100,000 hubs, one EUI-64 a row, to be answered by a worker; return its row.

    The same file sent again while it is under way gives the row there is. Raises Invalid for what is no text, names
    no hub or too many, and NotNow while too many files of this person are under way.
    """
    may.enquire(by=by)
    rows = _rows(data)
    under_way = queries.files(by).filter(state__in=UNDER_WAY)
    mine: dict[str, Any] = {"user_id": by.user_id, "organisation_id": by.organisation_id}
    mine["digest"] = hashlib.sha256(data).hexdigest()
    if present := under_way.filter(**mine).first():
        return present
    can.ask_by_file(by=by)
    number = take_number(FileEnquiry)
    facts = {"pk": number, "reference": f"HE-{number:04d}", "file_name": name[-100:], **_facts(rows)}
    facts |= {"asked_at": at, "hinted_at": timezone.now()}
    row, is_new = under_way.get_or_create(**mine, defaults=facts)
    if is_new:
        _cut(row, rows)
        asked: dict[str, Jsonable] = {"rows": row.rows, "hubs": row.hubs, "sha256": row.digest}
        note(row, by=by, at=at, verb="ask_by_file", data=asked)
        enqueue("enquiries.answer", enquiry_id=row.pk)
    return row


def _rows(data: bytes) -> Rows:
    """Return the rows of a file that can be asked about, else say what is wrong with it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    said = ""
    if "\0" in text:
        said = "This is no text in UTF-8: save the sheet as “CSV UTF-8”, with one EUI-64 a row."
    elif len(rows := read_rows(text)) > MOST_IN_FILE:
        said = f"The file has {len(rows):,} rows: ask for at most {MOST_IN_FILE:,} at once. Divide it."
    elif rows.malformed == len(rows):
        said = f"No row begins with an EUI-64. {_NEEDS_ONE}"
    if said:
        raise Invalid(said, {"file": [said]})
    return rows


def _facts(rows: Rows) -> dict[str, Any]:
    odd = (place for place, number in enumerate(rows.numbers) if number is None or rows.repeats[place])
    first = islice(odd, EXAMPLES)
    return {
        "rows": len(rows),
        "malformed": rows.malformed,
        "repeated": rows.repeated,
        "heading": rows.heading,
        "examples": [[rows.lines[place], rows.texts[place], rows.repeats[place]] for place in first],
    }


def _cut(row: FileEnquiry, rows: Rows) -> None:
    FilePart.objects.bulk_create(
        FilePart(
            enquiry=row,
            number=number,
            texts=rows.texts[low : low + ROWS_A_PART],
            numbers=rows.numbers[low : low + ROWS_A_PART],
            repeats=rows.repeats[low : low + ROWS_A_PART],
        )
        for number, low in enumerate(range(0, len(rows), ROWS_A_PART))
    )


@transaction.atomic
def fetch(row: FileEnquiry, *, by: Actor, at: datetime) -> File[bytes]:
    """Return the result of a file, open to be read; the journal keeps that it was fetched.

    Raises NotAllowed when the asker may know less now than when it was answered, NotNow when there is no result.
    """
    row = lock(row)
    may.fetch(row, by=by)
    can.fetch(row)
    if not queries.may_know_releases(row, by):
        raise NotAllowed("This result names a release that you may not know of any more: send the file again.")
    note(row, by=by, at=at, verb="fetch_result")
    return row.result.open("rb")
