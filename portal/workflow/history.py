"""When a row that keeps its history was last changed, and since when it has been in its state."""

from typing import Any

from django.db.models import OuterRef, Subquery

from portal.journal.models import Entry


def last_changed(model: Any) -> Subquery:
    """Return, for a queryset of this model's rows, the real time of each row's newest past state."""
    past = model.history.model.objects.filter(id=OuterRef("pk")).order_by("-history_date")
    return Subquery(past.values("history_date")[:1])


def came_into_state(model: Any) -> Subquery:
    """Return, for a queryset of this model's rows, the portal time at which each row moved into its present state.

    None for a row that has never moved since it was made.
    """
    moves = Entry.objects.filter(subject_kind=model._meta.label_lower, subject_id=OuterRef("pk")).exclude(now="")
    return Subquery(moves.order_by("-id").values("at")[:1])
