"""Draft schedules changed by hand: refused where a limit breaks, and every change read again with its reason."""

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.scheduling import queries, verbs
from releases.scheduling.checker import check
from releases.scheduling.editing import Edit
from releases.scheduling.frames import words
from releases.scheduling.models import Draft
from releases.scheduling.problem import Placement
from tests.factories.drafts import an_edit, make_draft, make_stated, solved
from tests.factories.exercises import CLOSES, FIRST, LAST, PEAK
from tests.factories.queries import same_queries
from tests.html import mistakes

pytestmark = pytest.mark.django_db
API = "/api/v1/drafts/"


@pytest.fixture
def exercise(world, catalogue):
    return make_stated(world, catalogue)


@pytest.fixture
def client(sign_in, set_clock):
    set_clock(CLOSES)
    return sign_in("manager")


def url(name: str, *about: Any) -> str:
    return reverse(f"scheduling:{name}", args=about)


def test_homes_are_moved_by_hand_and_the_figures_follow(world, exercise):
    draft = solved(make_draft(world, exercise))
    change = an_edit(draft)
    after = verbs.edit(draft, change, why="A depot moves", by=world.actor("manager"), at=CLOSES, seen=draft.version)
    assert (after.edits, check(after.frozen, after.schedule)) == (1, [])
    assert Placement(change.group, change.to, 1) in after.schedule and after.figures["bound"] == draft.figures["bound"]
    entry = Entry.objects.get(verb="edit")
    assert entry.why == "A depot moves" and entry.data["group"] == change.group + 1
    with pytest.raises(NotNow, match="Somebody else changed this"):
        verbs.edit(draft, change, why="Again", by=world.actor("manager"), at=CLOSES, seen=draft.version)


def test_editing_into_a_breach_is_refused_with_the_limit_and_moves_nothing(world, exercise):
    draft = solved(make_draft(world, exercise))
    heron = next(
        number for number, one in enumerate(draft.frozen.groups) if world.organisation("heron").pk in one.parties
    )
    first = next(one for one in draft.schedule if one.group == heron)
    act = {"by": world.actor("manager"), "at": CLOSES}
    for to, says in ((PEAK.first, "has a firm blackout"), (LAST.replace(day=28), "outside the exercise")):
        with pytest.raises(Invalid) as refused:
            verbs.edit(draft, Edit(heron, first.day, to, first.homes), why="Try", **act)
        assert says in refused.value.fields["to"][0]
    with pytest.raises(Invalid) as refused:
        verbs.edit(draft, an_edit(draft, homes=100_000), why="Try", **act)
    assert "Enter from 1 to" in refused.value.fields["homes"][0]
    with pytest.raises(Invalid):
        verbs.edit(draft, an_edit(draft), why=" ", **act)
    assert Draft.objects.get().rows == draft.rows


def test_only_a_ready_draft_is_changed_and_by_dcc_alone(world, exercise):
    draft = make_draft(world, exercise)
    with pytest.raises(NotNow, match="waits for a worker"):
        verbs.edit(draft, Edit(0, FIRST, LAST, 1), why="x", by=world.actor("manager"), at=CLOSES)
    for act in (verbs.discard, lambda row, **who: verbs.edit(row, Edit(0, FIRST, LAST, 1), why="x", **who)):
        with pytest.raises(NotAllowed):
            act(draft, by=world.actor("supplier"), at=CLOSES)
    verbs.discard(draft, by=world.actor("manager"), at=CLOSES)
    with pytest.raises(NotNow, match="is discarded"):
        verbs.discard(draft, by=world.actor("manager"), at=CLOSES)
    assert not queries.drafts_of(exercise, world.actor("manager"))
    assert not queries.drafts_visible_to(world.actor("supplier")).exists()


def test_homes_are_moved_on_a_page_that_loses_nothing_typed(client, world, exercise):
    draft = solved(make_draft(world, exercise))
    change = an_edit(draft)
    address = url("edit", draft, change.group + 1)
    assert client.get(url("edit", draft, 99)).status_code == 404
    form = client.get(address)
    assert change.whence.isoformat() in form.text and mistakes(form.text) == []
    answers = {"whence": change.whence.isoformat(), "homes": "1", "why": "A depot moves", "seen": draft.version}
    refused = client.post(address, answers | {"to": "2017-03-30"})
    assert refused.status_code == 400 and "outside the exercise" in refused.text and "A depot moves" in refused.text
    assert mistakes(refused.text) == []
    assert "Changes by hand</caption>" not in client.get(url("draft", draft)).text
    assert client.post(address, answers | {"to": change.to.isoformat()}).url == url("draft", draft)
    assert Draft.objects.get().edits == 1
    page = client.get(url("draft", draft)).text
    changes = page[page.index("Changes by hand</caption>") :].split("</table>")[0]
    for said in ("A depot moves", f"{world.actor('manager').name}, ", words(change.whence), words(change.to)):
        assert said in changes
    assert mistakes(page) == []


def test_changes_by_hand_are_read_in_order_at_the_same_cost(client, world, exercise):
    draft = solved(make_draft(world, exercise))
    there, act = an_edit(draft), {"by": world.actor("manager"), "at": CLOSES}
    back = replace(there, whence=there.to, to=there.whence)
    page, listed = url("draft", draft), f"{API}{draft}/edits/"
    with same_queries() as pages, same_queries() as calls:
        for change, why in ((there, "A depot moves"), (back, "It stays"), (there, "It moves after all")):
            draft = verbs.edit(draft, change, why=why, **act)
            pages.of(lambda: client.get(page))
            calls.of(lambda: client.get(listed))
    found = client.get(listed).json()
    assert [(one["why"], one["whence"], one["to"]) for one in found] == [
        ("A depot moves", str(there.whence), str(there.to)),
        ("It stays", str(there.to), str(there.whence)),
        ("It moves after all", str(there.whence), str(there.to)),
    ]
    group = draft.frozen.groups[there.group]
    first = found[0]
    assert (first["group"], first["homes"], first["region"].lower()) == (there.group + 1, 1, group.region)
    assert first["by"] == world.actor("manager").name and draft.frozen.party[group.parties[0]].name in first["parties"]
