"""Writing, publishing and locking the release notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.publishing import can, may, messages, notes
from releases.publishing.models import NotesDraft, NotesRevision, Release, WaitingNote
from releases.publishing.notes import Written
from releases.publishing.template import notes_missing, template_of

LONGEST_TITLE = 100


@transaction.atomic
def save_notes(
    release: Release,
    written: Written | str,
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    based_on: int | None = None,
) -> NotesRevision:
    """Keep the notes, as sections or one text with headings, as a new revision; the present one when nothing changed.

    `based_on` is the number of the revision the writer began from: NotNow is raised where a newer one was saved.
    The writer's draft ends with it.
    """
    release = lock(release, seen=seen)
    may.save_notes(release, by=by)
    can.save_notes(release, based_on=based_on)
    sections = checked(release, written)
    NotesDraft.objects.filter(release=release, user_id=by.user_id or 0).delete()
    current = release.notes.first()
    if current is not None and notes.clean(current.written) == sections:
        return current
    revision = write_revision(release, sections, by=by, at=at)
    save(release)
    note(release, by=by, at=at, verb="save_notes", data={"revision": revision.number})
    return revision


def checked(release: Release, written: Written | str) -> dict[str, str]:
    """Return the notes as they are kept: cleaned, in the order of the template. Raises Invalid for what is too long."""
    sections = notes.clean(notes.parse(written) if isinstance(written, str) else written)
    if sum(len(title) + len(text) for title, text in sections.items()) > notes.LONGEST:
        raise Invalid("Notes are too long.", {"markdown": [f"Keep the notes under {notes.LONGEST:,} characters."]})
    if any(len(title) > LONGEST_TITLE for title in sections):
        raise Invalid(f"Keep the title of a section under {LONGEST_TITLE} characters.")
    return notes.arranged(sections, template_of(release))


def write_revision(release: Release, written: Written, *, by: Actor, at: datetime, why: str = "") -> NotesRevision:
    """Add the next revision of the notes and return it; for verbs that hold the release's lock."""
    last = release.notes.first()
    return NotesRevision.objects.create(
        release=release,
        number=last.number + 1 if last else 1,
        sections=[{"title": title, "text": text} for title, text in written.items()],
        markdown=notes.compose(written),
        why=why[:300],
        saved_by_name=by.name,
        saved_at=at,
    )


@transaction.atomic
def publish_notes(release: Release, *, by: Actor, at: datetime, seen: int | None = None) -> NotesRevision:
    """Publish the newest revision of an announced release and tell its recipients; no clock restarts."""
    release = lock(release, seen=seen)
    may.publish_notes(release, by=by)
    can.publish_notes(release)
    revision = release.notes.latest("number")
    lacking = notes_missing(release, revision.written)
    if lacking:
        raise Invalid(f"The release notes lack: {', '.join(lacking)}.")
    _publish(release, revision, at=at)
    save(release)
    note(release, by=by, at=at, verb="publish_notes", data={"revision": revision.number})
    return revision


def _publish(release: Release, revision: NotesRevision, *, at: datetime) -> None:
    revision.published_at = at
    revision.save(update_fields=["published_at"])
    tell(messages.NotesPublished(release, revision.number), at=at)


@dataclass(frozen=True)
class Addition:
    """Something to be added to a section of the notes, and what it comes from ("Known issue I-0004")."""

    section: str
    text: str
    cause: str


@transaction.atomic
def add_to_notes(release: Release, addition: Addition, *, by: Actor, at: datetime) -> NotesRevision | None:
    """Add to the notes in a new revision and return it; None while the notes are locked: then it waits for the end.

    The revision is published at once where the one before it is, so that unfinished work of others stays theirs.
    """
    release = lock(release)
    may.add_to_notes(release, by=by)
    can.add_to_notes(release)
    if release.notes_locked:
        WaitingNote.objects.create(
            release=release,
            section=addition.section,
            text=addition.text,
            cause=addition.cause,
            added_by_name=by.name,
            added_at=at,
        )
        note(release, by=by, at=at, verb="add_to_notes", why=addition.cause, data={"waits": True})
        return None
    return _add(release, [addition], by=by, at=at)


def _add(release: Release, additions: Iterable[Addition], *, by: Actor, at: datetime) -> NotesRevision:
    current = release.notes.first()
    sections = notes.clean(current.written) if current else {}
    for addition in additions:
        sections[addition.section] = notes.added(sections.get(addition.section, ""), addition.text)
    why = ", ".join(addition.cause for addition in additions)
    revision = write_revision(release, checked(release, sections), by=by, at=at, why=why)
    save(release)
    note(release, by=by, at=at, verb="add_to_notes", why=why, data={"revision": revision.number})
    if current is not None and current.published_at is not None:
        _publish(release, revision, at=at)
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
    """End the lock of the notes; what was to be added meanwhile flows in as one new revision."""
    release = lock(release)
    may.lock_notes(release, by=by)
    release.notes_locked = ""
    save(release, "notes_locked")
    note(release, by=by, at=at, verb="free_notes")
    waiting = release.waiting_notes.filter(in_revision=None)
    additions = [Addition(one.section, one.text, one.cause) for one in waiting]
    if additions and can.add_to_notes.why_not(release) is None:
        waiting.update(in_revision=_add(release, additions, by=by, at=at).number)
    return release
