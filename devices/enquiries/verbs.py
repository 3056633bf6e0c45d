"""Asking hubs what they run: every enquiry is kept in the journal."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from devices.enquiries import may, queries
from devices.enquiries.asked import MOST, Asked
from devices.enquiries.queries import Answer
from devices.fleet.models import eui64_text
from portal.journal.writing import Jsonable, record
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid


@transaction.atomic
def enquire(asked: Sequence[Asked], *, by: Actor, at: datetime) -> list[Answer | None]:
    """Return what `by` may know of each hub asked for, in order; None for one that is unknown or another's.

    The journal keeps who asked for which hubs and how many were answered. Raises Invalid for no hub and for too many.
    """
    may.enquire(by=by)
    numbers = [one.number for one in asked if one.number is not None]
    if not numbers:
        said = "Give an EUI-64: sixteen hexadecimal digits, such as 00-DB-12-34-56-78-90-AB."
        raise Invalid(said, {"hubs": [said]})
    if len(asked) > MOST:
        said = f"These are {len(asked):,} hubs: ask for at most {MOST:,} at once."
        raise Invalid(said, {"hubs": [said]})
    found = queries.answers(numbers, by, at)
    names = [eui64_text(number) for number in numbers]
    words = names[0] if len(names) == 1 else f"{len(names)} hubs"
    data: dict[str, Jsonable] = {"hubs": list(names), "answered": len(found)}
    record(by=by, verb="enquire", subject=("hub", 0, words), at=at, data=data)
    return [None if one.number is None else found.get(one.number) for one in asked]
