"""A writer's own draft of the notes, and the sections that stand in the template because Users asked for them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.publishing import can, may, notes
from releases.publishing.models import NotesDraft, Release, StandingSection
from releases.publishing.notes import Written


@transaction.atomic
def keep_draft(release: Release, written: Written, *, based_on: int, by: Actor, at: datetime) -> NotesDraft:
    """Keep what a person is writing, whatever state the notes are in; nobody else sees it and nothing else changes."""
    may.keep_draft(release, by=by)
    if sum(map(len, written.values())) > notes.LONGEST:
        raise Invalid(f"Keep the notes under {notes.LONGEST:,} characters.")
    sections = [{"title": title, "text": text} for title, text in written.items()]
    draft, _ = NotesDraft.objects.update_or_create(
        release=release,
        user_id=by.user_id or 0,  # the rule has asked for a person
        defaults={"sections": sections, "based_on": based_on, "saved_at": at},
    )
    return draft


@transaction.atomic
def discard_draft(release: Release, *, by: Actor) -> None:
    """Throw a person's own draft away."""
    may.keep_draft(release, by=by)
    NotesDraft.objects.filter(release=release, user_id=by.user_id or 0).delete()


@transaction.atomic
def add_section(
    *, title: str, guidance: str, required_for: Iterable[str] = (), cause: str = "", by: Actor, at: datetime
) -> StandingSection:
    """Add a section to the template of all notes from now on, required by the classes named; return it."""
    may.add_section(by=by)
    title, guidance = " ".join(title.split()), guidance.strip()
    _check(title, guidance, required_for)
    section = StandingSection.objects.create(
        title=title, guidance=guidance, required_for=sorted(required_for), cause=cause, added_at=at
    )
    note(section, by=by, at=at, verb="add_section", why=cause)
    return section


def _check(title: str, guidance: str, required_for: Iterable[str]) -> None:
    taken = [*notes.SECTIONS, *StandingSection.objects.filter(ended_at=None).values_list("title", flat=True)]
    fields: dict[str, list[str]] = {}
    if not title or len(title) > 100:
        fields["title"] = ["Give the section a title of at most 100 characters."]
    elif title.casefold() in [one.casefold() for one in taken]:
        fields["title"] = [f"The notes have a section “{title}” already."]
    if not guidance or len(guidance) > 500:
        fields["guidance"] = ["Say in at most 500 characters what belongs there."]
    if not set(required_for) <= set(notes.REQUIRED):
        fields["required_for"] = ["Choose among the urgency classes."]
    if fields:
        raise Invalid(" ".join(sentence for sentences in fields.values() for sentence in sentences), fields)


@transaction.atomic
def end_section(section: StandingSection, *, why: str, by: Actor, at: datetime) -> StandingSection:
    """Take a section out of the template; notes that have it keep it."""
    section = lock(section)
    may.end_section(by=by)
    can.end_section(section)
    section.ended_at = at
    save(section, "ended_at")
    note(section, by=by, at=at, verb="end_section", why=why)
    return section
