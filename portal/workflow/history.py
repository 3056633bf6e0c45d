"""When a row that keeps its history was last changed."""

from typing import Any

from django.db.models import OuterRef, Subquery


def last_changed(model: Any) -> Subquery:
    """Return, for a queryset of this model's rows, the real time of each row's newest past state."""
    past = model.history.model.objects.filter(id=OuterRef("pk")).order_by("-history_date")
    return Subquery(past.values("history_date")[:1])
