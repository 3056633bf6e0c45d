"""Lock, move, note: the beats every verb shares, on a real row."""

import pytest

from portal.journal.models import Entry
from portal.workflow.errors import NotNow
from portal.workflow.transitions import lock, move, note, save, subject_of
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState
from tests.factories.releases import make_catalogue, make_draft


@pytest.fixture
def release(world, defaults) -> Release:
    return make_draft(world, make_catalogue(world))


def test_lock_reads_afresh(release):
    Release.objects.filter(pk=release.pk).update(title="Changed meanwhile")

    assert lock(release).title == "Changed meanwhile"


def test_a_stale_page_is_told_that_somebody_was_faster(release):
    seen = release.version
    save(lock(release, seen=seen), "title")

    with pytest.raises(NotNow, match="Somebody else changed this"):
        lock(release, seen=seen)


def test_move_follows_the_table_and_journals(release, world):
    before = release.version

    move(release, to=ReleaseState.WITHDRAWN, by=world.actor("manager"), at=world.at, verb="withdraw", why="Not needed.")

    release.refresh_from_db()
    entry = Entry.objects.filter(verb="withdraw").get()
    assert (release.state, release.version) == ("withdrawn", before + 1)
    assert (entry.was, entry.now, entry.why, entry.subject_text) == (
        "draft",
        "withdrawn",
        "Not needed.",
        release.reference,
    )


def test_move_refuses_what_the_table_does_not_have(release, world):
    with pytest.raises(NotNow, match="Release is draft and cannot become closed"):
        move(release, to=ReleaseState.CLOSED, by=world.actor("manager"), at=world.at, verb="close")

    release.refresh_from_db()
    assert release.state == ReleaseState.DRAFT


def test_note_journals_without_a_move(release, world):
    note(release, by=world.actor("manager"), at=world.at, verb="remark", data={"pages": 3})

    entry = Entry.objects.filter(verb="remark").get()
    assert (entry.was, entry.now, entry.data) == ("", "", {"pages": 3})


def test_a_row_without_a_reference_is_named_by_its_words(world):
    assert subject_of(world.panel) == ("people.committee", world.panel.pk, "Panel")
