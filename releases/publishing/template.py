"""The template of a release's notes: the named sections and those that Users asked for."""

from releases.publishing import notes
from releases.publishing.models import Release, StandingSection


def template_of(release: Release) -> tuple[notes.Section, ...]:
    """Return the sections the notes of a release may have, and which of them its class requires.

    A section that DCC agreed to later is offered to every release, but required only of those announced after it.
    """
    code, announced = release.urgency_class.name, release.announced_at
    standing = [
        one.as_section(code, binding=announced is None or announced >= one.added_at)
        for one in StandingSection.objects.filter(ended_at=None)
    ]
    return notes.template(code, standing)


def notes_missing(release: Release, written: notes.Written) -> list[str]:
    """Return the sections that the release's class requires and these notes lack."""
    return notes.missing(written, template_of(release))
