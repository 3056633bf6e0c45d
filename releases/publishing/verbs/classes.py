"""The table of urgency classes."""

from datetime import datetime

from django.db import transaction

from portal.workflow.actor import Actor
from portal.workflow.transitions import note
from releases.publishing import can, may
from releases.publishing.models import UrgencyClass


@transaction.atomic
def keep_class(row: UrgencyClass, *, by: Actor, at: datetime) -> UrgencyClass:
    """Save a new or not yet used version of an urgency class and return it.

    A version in use stays as it is; a change is a new version with its own first day.
    """
    may.keep_class(by=by)
    can.keep_class(row)
    adding = row.pk is None
    if not adding:
        row.version += 1
    row.save()
    note(row, by=by, at=at, verb="add_class" if adding else "edit_class")
    return row
