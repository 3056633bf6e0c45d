"""Reading the journal."""

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from portal.journal.models import Block, Entry, Verification
from portal.journal.sealing import unsealed


def timeline(kind: str, number: int) -> QuerySet[Entry]:
    """Return what was done to one object, oldest first."""
    return Entry.objects.filter(subject_kind=kind, subject_id=number).order_by("id")


def acts_of(user_id: int) -> QuerySet[Entry]:
    """Return what one person did, newest first."""
    return Entry.objects.filter(actor_id=user_id).order_by("-id")


@dataclass(frozen=True)
class Record:
    """How the sealed record stands."""

    blocks: int
    entries: int
    unsealed: int
    verifications: list[Verification]
    latest: list[Block]


def the_record(*, verifications: int = 10, blocks: int = 20) -> Record:
    """Return how many blocks and entries there are, the last verifications and the last blocks with their hashes."""
    return Record(
        blocks=Block.objects.count(),
        entries=Block.objects.aggregate(sum=Sum("entries"))["sum"] or 0,
        unsealed=unsealed().count(),
        verifications=list(Verification.objects.all()[:verifications]),
        latest=list(Block.objects.order_by("-number")[:blocks]),
    )
