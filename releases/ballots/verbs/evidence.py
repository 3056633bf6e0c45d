"""The files of evidence that the objector and those who joined put forward."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note
from releases.ballots import can, may, messages
from releases.ballots.models import Exhibit, Objection
from releases.publishing import documents
from releases.publishing.documents import Kind

Files = Sequence["File[Any]"]


@transaction.atomic
def add_evidence(
    objection: Objection, *, supplier: Organisation, exhibits: Files, by: Actor, at: datetime, seen: int | None = None
) -> list[Exhibit]:
    """Put files of a party beside the evidence of an objection, until voting begins; returns them.

    Raises Invalid without a file, and for one that is too large or of a kind that is not allowed.
    """
    objection = lock(objection, seen=seen)
    may.add_evidence(objection, supplier.pk, by=by)
    can.add_evidence(objection)
    if not exhibits:
        raise Invalid("Choose a file.", {"exhibits": ["Choose a file."]})
    kept = keep(objection, supplier, exhibits, by=by, at=at)
    note(objection, by=by, at=at, verb="add_evidence", data={"supplier": supplier.name, "files": digests(kept)})
    tell(messages.EvidenceAdded(objection, at, supplier), at=at)
    return kept


def keep(objection: Objection, supplier: Organisation, files: Files, *, by: Actor, at: datetime) -> list[Exhibit]:
    """Keep files under their digests, all or none: the names they came with are shown and never used."""
    judged = [(file, documents.kind_of(file)) for file in files]
    wrong = [said for file, kind in judged if (said := documents.why_refused(file, kind))]
    if wrong:
        raise Invalid(" ".join(wrong), {"exhibits": wrong})
    return [_kept(objection, supplier, file, kind, by, at) for file, kind in judged if kind]


def _kept(
    objection: Objection, supplier: Organisation, file: "File[Any]", kind: Kind, by: Actor, at: datetime
) -> Exhibit:
    kept = Exhibit(objection=objection, organisation=supplier, by_name=by.name, at=at)
    kept.file_name, kept.file_kind = documents.shown_name(str(file.name)), kind.name
    kept.file_size, kept.sha256 = file.size, documents.digest(file)
    kept.file.save(f"{kept.sha256}.bin", file, save=False)
    kept.save()
    return kept


def digests(kept: Sequence[Exhibit]) -> list[Jsonable]:
    """The SHA-256 of each file, for the journal."""
    return [one.sha256 for one in kept]
