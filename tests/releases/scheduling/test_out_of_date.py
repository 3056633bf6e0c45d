"""A draft whose statements, terms or homes changed since: said on its page, and not confirmed any more."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portal.pages.templatetags.words import uk_datetime
from portal.workflow.errors import NotAllowed, NotNow
from releases.scheduling import queries, verbs
from releases.scheduling.frozen import changes_since
from releases.scheduling.models import Draft, Exercise
from tests.factories.drafts import make_closed, make_draft, solved
from tests.factories.exercises import CLOSES, PEAK, make_exercise, make_statement, terms
from tests.html import mistakes

pytestmark = pytest.mark.django_db
UNTIL = CLOSES + timedelta(hours=2)
HERON_CHANGED = "What is stated has changed: Heron Power."


@pytest.fixture
def draft(world, catalogue) -> Draft:
    """Ready, with Fridays left out, made from what Heron Power states."""
    exercise = make_exercise(world, catalogue)
    make_statement(world, exercise)
    return solved(make_draft(world, make_closed(world, exercise), left_out=[4]))


@pytest.fixture
def client(sign_in, set_clock):
    set_clock(CLOSES)
    return sign_in("manager")


@pytest.fixture
def act(world):
    return {"by": world.actor("manager", at=CLOSES), "at": CLOSES}


def url(name, *about):
    return reverse(f"scheduling:{name}", args=about)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def fresh(draft: Draft) -> Draft:
    return Draft.objects.select_related("exercise").get(pk=draft.pk)


def reopened(draft, act) -> Exercise:
    return verbs.reopen_exercise(draft.exercise, closes_at=UNTIL, why="Heron asked.", **act)


def stated_anew(world, draft, act, **changes) -> Draft:
    """What Heron Power states is taken once more, and statements are closed again."""
    exercise = reopened(draft, act)
    make_statement(world, exercise, at=CLOSES, **changes)
    verbs.close_exercise(Exercise.objects.get(), **act)
    return fresh(draft)


def test_as_long_as_all_stands_nothing_is_said_and_it_is_confirmed(client, draft, act):
    assert changes_since(draft) == []
    assert "Out of date" not in words(client.get(url("draft", draft)))
    exercise = verbs.confirm_draft(draft, why="The fairest.", seen=draft.version, **act)
    assert (exercise.state, queries.schedule_of(exercise)) == ("confirmed", draft.schedule)
    assert changes_since(fresh(draft)) == []


def test_other_statements_are_said_with_what_to_do_and_refuse_it(client, world, draft, act):
    draft = stated_anew(world, draft, act, preferred=[date(2017, 2, 6)])
    page = client.get(url("draft", draft))
    assert HERON_CHANGED in words(page) and "Make another draft</a>, and confirm that one." in words(page)
    assert mistakes(page.text) == [] and url("confirm", draft) not in page.text
    assert "out of date" in words(client.get(url("drafts", draft.exercise)))
    assert client.get(f"/api/v1/drafts/{draft}/changes/").json() == {"changes": [HERON_CHANGED]}
    refused = client.post(url("confirm", draft), {"why": "All the same", "seen": draft.version})
    assert refused.status_code == 409 and HERON_CHANGED in words(refused)
    with pytest.raises(NotNow, match="is out of date. What is stated has changed: Heron Power. Make another draft"):
        verbs.confirm_draft(draft, why="All the same", **act)
    another = solved(make_draft(world, draft.exercise))
    assert verbs.confirm_draft(another, why="Made from what stands.", **act).state == "confirmed"


def test_other_terms_and_homes_count_too(client, world, draft, act):
    chosen = terms(capacity={"north": 120, "south": 100})
    verbs.change_exercise(draft.exercise, chosen, why="A mast more.", **act)
    assert changes_since(fresh(draft)) == ["North takes 120 homes a night now; it took 100."]
    draft.exercise.groups.all().delete()
    assert changes_since(fresh(draft)) == ["There are no homes to schedule."]


def test_while_statements_are_taken_again_it_waits(client, world, draft, act):
    exercise = reopened(draft, act)
    waits = words(client.get(url("draft", draft)))
    assert f"{exercise} takes statements again until {uk_datetime(UNTIL)}: close it first." in waits
    with pytest.raises(NotNow, match="takes statements again until"):
        verbs.confirm_draft(fresh(draft), why="Now", **act)
    make_statement(world, exercise, at=CLOSES, preferred=[date(2017, 2, 6)])
    page = client.get(url("draft", draft))
    assert HERON_CHANGED in words(page) and "close them</a> first" in words(page) and mistakes(page.text) == []


def test_the_same_stated_again_changes_nothing(world, draft, act):
    other = {"who": "other_supplier", "of": "osprey", "blackouts": []}
    exercise = reopened(draft, act)
    make_statement(world, exercise, at=CLOSES, **other)
    draft = stated_anew(world, solved(remade(world, act)), act, blackouts=[PEAK])
    assert draft.number == 2 and changes_since(draft) == []
    assert verbs.confirm_draft(draft, why="Nothing is new.", **act).state == "confirmed"


def remade(world, act) -> Draft:
    return make_draft(world, verbs.close_exercise(Exercise.objects.get(), **act))


def test_by_dcc_alone_once_ready_and_as_it_was_seen(world, draft, act):
    with pytest.raises(NotAllowed):
        verbs.confirm_draft(draft, why="I like it", by=world.actor("supplier"), at=CLOSES)
    with pytest.raises(NotNow, match="Somebody else changed this"):
        verbs.confirm_draft(draft, why="Seen before it was ready", seen=1, **act)
    waits = make_draft(world, draft.exercise)
    with pytest.raises(NotNow, match="waits for a worker: only a draft that is ready can be confirmed"):
        verbs.confirm_draft(waits, why="Soon", **act)


def test_a_first_night_that_came_too_near_is_said_on_the_page(client, set_clock, world, draft):
    set_clock(world.at + timedelta(days=20))
    page = client.post(url("confirm", draft), {"why": "At last", "seen": draft.version})
    assert page.status_code == 400 and "and notice served now is over on" in words(page) and "At last" in words(page)
