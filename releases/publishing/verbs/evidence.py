"""Attaching test evidence."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.publishing import can, may
from releases.publishing.models import Evidence, Release


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """A document of test evidence: what it shows, where it was made, who signed it."""

    title: str
    region: str
    environment: str
    signatory: str
    signed_on: date
    summary: str
    file: "File[Any] | None" = None


@transaction.atomic
def attach_evidence(
    release: Release, facts: EvidenceFacts, *, by: Actor, at: datetime, seen: int | None = None
) -> Evidence:
    """Attach test evidence (Section T) for a region and return it; a file is kept with its SHA-256."""
    release = lock(release, seen=seen)
    may.attach_evidence(release, by=by)
    can.attach_evidence(release)
    if facts.signed_on > at.date():
        raise Invalid("The evidence needs to be put right.", {"signed_on": ["It cannot be signed in the future."]})
    evidence = Evidence(release=release, added_by_name=by.name, added_at=at)
    for name in ("title", "region", "environment", "signatory", "signed_on", "summary"):
        setattr(evidence, name, getattr(facts, name))
    if facts.file is not None:
        evidence.sha256 = _digest(facts.file)
        evidence.file.save(f"{evidence.sha256}.bin", facts.file, save=False)
    evidence.save()
    save(release)
    note(release, by=by, at=at, verb="attach_evidence", data={"evidence": evidence.pk, "region": facts.region})
    return evidence


def _digest(file: "File[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
