"""Writing, publishing and locking the release notes."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.publishing import can, may, messages, notes
from releases.publishing.models import NotesRevision, Release


@transaction.atomic
def save_notes(release: Release, markdown: str, *, by: Actor, at: datetime, seen: int | None = None) -> NotesRevision:
    """Keep the notes as a new revision and return it; the present one when nothing changed."""
    release = lock(release, seen=seen)
    may.save_notes(release, by=by)
    can.save_notes(release)
    text = markdown.replace("\r\n", "\n").rstrip() + "\n"
    if len(text) > notes.LONGEST:
        raise Invalid("Notes are too long.", {"markdown": [f"Keep the notes under {notes.LONGEST:,} characters."]})
    current = release.notes.first()
    if current is not None and current.markdown == text:
        return current
    revision = write_revision(release, text, by=by, at=at)
    save(release)
    note(release, by=by, at=at, verb="save_notes", data={"revision": revision.number})
    return revision


def write_revision(release: Release, text: str, *, by: Actor, at: datetime) -> NotesRevision:
    """Add the next revision of the notes and return it; for verbs that hold the release's lock."""
    last = release.notes.first()
    number = last.number + 1 if last else 1
    return NotesRevision.objects.create(
        release=release, number=number, markdown=text, saved_by_name=by.name, saved_at=at
    )


@transaction.atomic
def publish_notes(release: Release, *, by: Actor, at: datetime, seen: int | None = None) -> NotesRevision:
    """Publish the newest revision of an announced release and tell its recipients; no clock restarts."""
    release = lock(release, seen=seen)
    may.publish_notes(release, by=by)
    can.publish_notes(release)
    revision = release.notes.latest("number")
    lacking = notes.missing(revision.markdown, release.urgency_class.name)
    if lacking:
        raise Invalid(f"The release notes lack: {', '.join(lacking)}.")
    revision.published_at = at
    revision.save(update_fields=["published_at"])
    save(release)
    note(release, by=by, at=at, verb="publish_notes", data={"revision": revision.number})
    tell(messages.NotesPublished(release, revision.number), at=at)
    return revision


@transaction.atomic
def lock_notes(release: Release, *, by: Actor, at: datetime, why: str) -> Release:
    """Let nobody change the notes while, for example, a ballot is open; `why` completes "The notes are locked: "."""
    release = lock(release)
    may.lock_notes(release, by=by)
    release.notes_locked = why[:200]
    save(release, "notes_locked")
    note(release, by=by, at=at, verb="lock_notes", why=why)
    return release


@transaction.atomic
def free_notes(release: Release, *, by: Actor, at: datetime) -> Release:
    """End the lock of the notes."""
    release = lock(release)
    may.lock_notes(release, by=by)
    release.notes_locked = ""
    save(release, "notes_locked")
    note(release, by=by, at=at, verb="free_notes")
    return release
