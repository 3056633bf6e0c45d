"""Changing who may read a release, and keeping record of reads of Red material."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.people.models import Organisation, User
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.publishing import can, may, messages
from releases.publishing.classification import effect_of_reclassifying, effective
from releases.publishing.models import Classification, Release


@dataclass(frozen=True, slots=True)
class Readership:
    """Who may read a release and its notes: the classifications, and the names Amber and Red refer to.

    An empty classification of the notes is the release's.
    """

    classification: str
    notes_classification: str = ""
    readers: Sequence[Organisation] = ()
    named_people: Sequence[User] = ()


@transaction.atomic
def reclassify(
    release: Release, to: Readership, *, why: str, by: Actor, at: datetime, seen: int | None = None
) -> Release:
    """Change who may read a release and its notes, with the reason; whoever gains sight of it is told.

    What was mailed before stays with those who have it. Raises Invalid for contradictions.
    """
    release = lock(release, seen=seen)
    may.reclassify(release, by=by)
    readers, people = {one.pk for one in to.readers}, {one.pk for one in to.named_people}
    can.reclassify(release, classification=to.classification, readers=readers)
    _check(release, to, why)
    was = release.classification
    gained = effect_of_reclassifying(release, to.classification, readers, people, at)
    release.classification, release.notes_classification = to.classification, to.notes_classification
    save(release, "classification", "notes_classification")
    release.readers.set(to.readers)
    release.named_people.set(to.named_people)
    data: dict[str, Jsonable] = {
        "was": was,
        "now": to.classification,
        "notes": to.notes_classification,
        "readers": [*sorted(readers)],
    }
    note(release, by=by, at=at, verb="reclassify", why=why, data=data)
    if release.announced_at is not None and (gained.organisations or gained.people):
        tell(messages.Reclassified(release, tuple(gained.organisations), tuple(gained.people)), at=at)
    return release


def _check(release: Release, to: Readership, why: str) -> None:
    wrong: dict[str, list[str]] = {}
    colours = {to.classification, to.notes_classification}
    if Classification.AMBER in colours and not to.readers:
        wrong["readers"] = ["Amber material names the organisations that may read it."]
    if Classification.RED in colours and not to.named_people:
        wrong["named_people"] = ["Red material names the people who may read it."]
    stricter = Release(classification=to.classification)
    if to.notes_classification and effective(stricter, to.notes_classification) != to.notes_classification:
        wrong["notes_classification"] = ["Notes cannot be read more widely than their release."]
    if not why.strip():
        wrong["why"] = ["Say why who may read it changes."]
    if wrong:
        raise Invalid("Who may read it needs to be put right.", wrong)


def note_reading(release: Release, what: str, *, own: str = "", by: Actor, at: datetime) -> None:
    """Journal that somebody opened `what` of a release, where it is Red; `own` is its own classification."""
    if effective(release, own) == Classification.RED:
        note(release, by=by, at=at, verb="read_red", data={"what": what})
