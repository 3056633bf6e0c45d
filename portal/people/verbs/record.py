"""Having the record verified."""

from datetime import datetime

from django.db import transaction

from portal.journal.writing import record
from portal.people import may
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue


@transaction.atomic
def verify_record(*, by: Actor, at: datetime) -> None:
    """Have the whole record verified by a worker; what it finds is kept and shown. Asking is journalled."""
    may.verify_record(by=by)
    record(by=by, verb="verify_record", subject=("record", 0, "The record"), at=at)
    enqueue("journal.verify", by=by.name)
