"""Reading the journal."""

from django.db.models import QuerySet

from portal.journal.models import Entry


def timeline(kind: str, number: int) -> QuerySet[Entry]:
    """Return what was done to one object, oldest first."""
    return Entry.objects.filter(subject_kind=kind, subject_id=number).order_by("id")


def acts_of(user_id: int) -> QuerySet[Entry]:
    """Return what one person did, newest first."""
    return Entry.objects.filter(actor_id=user_id).order_by("-id")
