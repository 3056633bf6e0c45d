"""The desk the notes are written at: the boxes of the template, the draft kept, and what others saved meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.forms import BoundField

from portal.pages.blocks import from_markdown, heading
from portal.pages.documents import Document
from releases.publishing import notes, queries
from releases.publishing.classification import effective
from releases.publishing.difference import Run, paragraphs
from releases.publishing.forms import NotesForm, box
from releases.publishing.models import Classification, NotesDraft, NotesRevision, Release
from releases.publishing.template import template_of


@dataclass(frozen=True)
class Box:
    """A section on the desk: its field, and where somebody else wrote too, their text and how mine differs."""

    section: notes.Section
    field: BoundField
    theirs: str | None
    changes: tuple[tuple[Run, ...], ...]

    @property
    def is_missing(self) -> bool:
        """Whether it is required and empty."""
        return self.section.required and not (self.field.value() or "").strip()


@dataclass(frozen=True)
class Desk:
    """The notes of a release as one person finds them."""

    release: Release
    current: NotesRevision | None
    draft: NotesDraft | None
    meeting: notes.Meeting

    @property
    def current_number(self) -> int:
        """The number of the newest revision, 0 where there is none."""
        return self.current.number if self.current else 0

    @property
    def written(self) -> dict[str, str]:
        """The text to go on with."""
        return self.meeting.written

    @property
    def is_stale(self) -> bool:
        """Whether the draft was begun from an older revision than the newest."""
        return self.draft is not None and self.draft.based_on != self.current_number

    @cached_property
    def sections(self) -> list[notes.Section]:
        """The template, and after it what these notes have besides."""
        known = list(template_of(self.release))
        titles = {section.title for section in known}
        others = [title for title, text in self.written.items() if title not in titles and text]
        return [*known, *(notes.Section(title, "A section of these notes only.") for title in others)]

    def boxes(self, form: NotesForm) -> Iterator[Box]:
        """Yield the boxes of the form."""
        theirs = self.current.written if self.current else {}
        for section in self.sections:
            field, other = form[box(section.title)], None
            if section.title in self.meeting.disputed:
                other = theirs.get(section.title, "")
            changes = () if other is None else tuple(paragraphs(other, self.written[section.title]))
            yield Box(section, field, other, changes)


def open_desk(release: Release, draft: NotesDraft | None = None) -> Desk:
    """Return the desk: the draft brought onto the newest revision where there is a draft, else that revision."""
    current = release.notes.first()
    theirs = current.written if current else {}
    if draft is None:
        return Desk(release, current, None, notes.Meeting(theirs, ()))
    begun = queries.revision(release, draft.based_on)
    return Desk(release, current, draft, notes.meet(begun.written if begun else {}, draft.written, theirs))


def notes_document(release: Release, revision: NotesRevision) -> Document:
    """Return the notes as a document."""
    blocks = []
    for title, text in revision.written.items():
        if text:
            blocks += [heading(title), *from_markdown(text, level=2)]
    return Document(
        kind="Release notes",
        title=release.title,
        reference=f"{release.reference}, revision {revision.number}",
        classification=Classification(effective(release, release.notes_classification)).label,
        at=revision.published_at or revision.saved_at,
        facts=[
            ("Firmware version", release.firmware_version),
            ("Hub models", ", ".join(str(model) for model in release.hub_models.all())),
            ("Urgency class", str(release.urgency_class)),
            ("State of these notes", "published" if revision.published_at else "not published"),
        ],
        blocks=blocks,
    )
