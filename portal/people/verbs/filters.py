"""A person's own saved filters."""

from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from portal.people import can, may
from portal.people.models import SavedFilter
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid

_NOT_KEPT = ("page", "csrfmiddlewaretoken")
LONGEST = 1500  # characters of an address


@transaction.atomic
def keep_filter(*, page: str, name: str, query: str, by: Actor, at: datetime) -> SavedFilter:
    """Keep what an address asks of a list under a name, in place of an older one of that name; return it."""
    may.keep_filter(by=by)
    asked = QueryDict(query, mutable=True)
    for key in _NOT_KEPT:
        asked.pop(key, None)
    kept = QueryDict(mutable=True)
    for key, values in asked.lists():
        kept.setlist(key, [value for value in values if value])
    text = kept.urlencode()
    if not name.strip():
        raise Invalid("The filter needs a name.", {"name": ["Give the filter a name."]})
    if len(text) > LONGEST:
        raise Invalid("This filter is too long to be kept.", {"name": ["This filter is too long: choose less."]})
    can.keep_filter(by.user_id or 0, page=page, name=name.strip())
    defaults = {"query": text, "kept_at": at}
    row, _ = SavedFilter.objects.update_or_create(
        user_id=by.user_id or 0, page=page, name=name.strip(), defaults=defaults
    )
    return row


@transaction.atomic
def forget_filter(row: SavedFilter, *, by: Actor) -> None:
    """Delete a saved filter."""
    may.forget_filter(row, by=by)
    row.delete()
