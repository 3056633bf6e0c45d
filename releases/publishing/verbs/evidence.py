"""Attaching test evidence, and replacing it by a newer document."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from portal.journal.writing import Jsonable
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.publishing import can, documents, may
from releases.publishing.classification import effective
from releases.publishing.models import Classification, Evidence, Release


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """A document of test evidence: what it shows, where it was made, who signed it, who may read it.

    An empty classification is the release's. `replaces` is the document whose place it takes.
    """

    title: str
    region: str
    environment: str
    signatory: str
    signed_on: date
    summary: str
    file: "File[Any] | None" = None
    classification: str = ""
    replaces: Evidence | None = None


_PLAIN = ("title", "region", "environment", "signatory", "signed_on", "summary", "classification")


@transaction.atomic
def attach_evidence(
    release: Release, facts: EvidenceFacts, *, by: Actor, at: datetime, seen: int | None = None
) -> Evidence:
    """Attach test evidence (Section T) for a region and return it; a file is kept with its SHA-256.

    A document it replaces is kept and marked. Raises Invalid for contradictions and files that are not allowed.
    """
    release = lock(release, seen=seen)
    may.attach_evidence(release, by=by)
    can.attach_evidence(release)
    kind = _check(release, facts, at)
    evidence = Evidence(release=release, added_by_name=by.name, added_at=at)
    for name in _PLAIN:
        setattr(evidence, name, getattr(facts, name))
    if facts.file is not None and kind is not None:
        evidence.file_kind, evidence.file_size = kind.name, facts.file.size
        evidence.sha256 = documents.digest(facts.file)
        evidence.file.save(f"{evidence.sha256}.bin", facts.file, save=False)
    evidence.save()
    if facts.replaces is not None:
        facts.replaces.replaced_by = evidence
        facts.replaces.save(update_fields=["replaced_by"])
    save(release)
    replaced = facts.replaces.pk if facts.replaces else None
    data: dict[str, Jsonable] = {"evidence": evidence.pk, "region": facts.region, "replaces": replaced}
    note(release, by=by, at=at, verb="attach_evidence", data=data)
    return evidence


def _check(release: Release, facts: EvidenceFacts, at: datetime) -> documents.Kind | None:
    """Return the kind of the file, None without one. Raises Invalid for what contradicts itself or is not allowed."""
    wrong: dict[str, list[str]] = {}
    if facts.signed_on > at.date():
        wrong["signed_on"] = ["It cannot be signed in the future."]
    wrong |= _who_may_read(release, facts.classification)
    old = facts.replaces
    if old is not None and (old.release_id != release.pk or old.replaced_by_id is not None):
        wrong["replaces"] = ["Choose a document of this release that is not replaced yet."]
    kind = documents.kind_of(facts.file) if facts.file is not None else None
    if facts.file is not None and (refused := documents.why_refused(facts.file, kind)):
        wrong["file"] = [refused]
    if wrong:
        raise Invalid("The evidence needs to be put right.", wrong)
    return kind


def _who_may_read(release: Release, own: str) -> dict[str, list[str]]:
    if own and effective(release, own) != own:
        sentence = f"The release is {release.get_classification_display()}: its documents cannot be read more widely."
        return {"classification": [sentence]}
    if own == Classification.AMBER and not release.readers.exists():
        return {"classification": ["Name the organisations on the release first: Amber is for those named on it."]}
    if own == Classification.RED and not release.named_people.exists():
        return {"classification": ["Name the people on the release first: Red is for those named on it."]}
    return {}
