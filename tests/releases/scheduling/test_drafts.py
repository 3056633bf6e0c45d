"""Draft schedules: asked for by DCC, solved by a worker, compared, discarded; as page and API."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.scheduling import queries, tasks, verbs
from releases.scheduling.checker import check
from releases.scheduling.frozen import digest_of, problem_of
from releases.scheduling.models import Draft, DraftWork, Exercise
from releases.scheduling.problem import Group, Limit, Party, Problem, Region
from releases.scheduling.tasks import SOLVER
from releases.scheduling.verbs import solving
from releases.scheduling.wishes import Blackout
from tests.factories.drafts import an_edit, make_closed, make_draft, make_stated, solved
from tests.factories.exercises import CLOSES, FIRST, make_exercise, make_statement
from tests.factories.meanwhile import meanwhile
from tests.factories.queries import same_queries
from tests.html import mistakes

pytestmark = pytest.mark.django_db
API = "/api/v1/drafts/"


@pytest.fixture
def exercise(world, catalogue):
    return make_stated(world, catalogue)


@pytest.fixture
def impossible(world, catalogue):
    exercise = make_exercise(world, catalogue)
    make_statement(world, exercise, blackouts=[Blackout(FIRST, date(2017, 2, 8), reason="Moratorium")], limits={})
    return make_closed(world, exercise)


@pytest.fixture
def client(sign_in, set_clock):
    set_clock(CLOSES)
    return sign_in("manager")


def url(name: str, *about: Any) -> str:
    return reverse(f"scheduling:{name}", args=about)


def words(response) -> str:
    return " ".join(response.text.split())


# Asking for one


def test_a_draft_keeps_what_was_stated_and_how_it_is_to_be_made(world, exercise):
    draft = make_draft(world, exercise, seed=7, avoid=0.5, left_out=[4, 4])
    assert (draft.reference, draft.state, draft.seed, draft.left_out) == (f"{exercise}-D1", "queued", 7, [4])
    assert draft.stated == digest_of(problem_of(exercise)) and draft.frozen.avoid == 0.5
    assert draft.frozen.homes == sum(one.homes for one in exercise.groups.all())
    assert all(day in draft.frozen.closed for day in draft.frozen.days if day.weekday() == 4)
    assert Entry.objects.get(verb="solve").data["seed"] == 7 and str(draft.work) == f"work on {draft}"


@pytest.mark.parametrize(
    ("choices", "field", "says"),
    [
        ({"seed": -1}, "seed", "from 0 to"),
        ({"avoid": 2}, "avoid", "from 0 to 1"),
        ({"outside": -1}, "outside", "from 0 to 1"),
        ({"left_out": list(range(7))}, "left_out", "at least one day"),
    ],
)
def test_absurd_choices_are_refused_by_name(world, exercise, choices, field, says):
    with pytest.raises(Invalid) as refused:
        make_draft(world, exercise, **choices)
    assert says in refused.value.fields[field][0] and not Draft.objects.exists()


def test_only_dcc_makes_drafts_of_a_closed_exercise_and_three_at_most(world, catalogue):
    exercise = make_exercise(world, catalogue)
    with pytest.raises(NotNow, match="takes statements still"):
        make_draft(world, exercise)
    exercise = make_closed(world, exercise)
    with pytest.raises(NotAllowed):
        verbs.solve(exercise, by=world.actor("supplier"), at=CLOSES)
    drafts = [make_draft(world, exercise, seed=seed) for seed in range(3)]
    with pytest.raises(NotNow, match="3 drafts: discard one"):
        make_draft(world, exercise)
    verbs.discard(drafts[0], by=world.actor("manager"), at=CLOSES)
    assert make_draft(world, exercise).reference.endswith("-D4")
    exercise.refresh_from_db()
    verbs.withdraw_exercise(exercise, why="Not needed", by=world.actor("manager"), at=CLOSES)
    verbs_refused = [(verbs.discard, drafts[1]), (verbs.solve, Exercise.objects.get())]
    for verb, row in verbs_refused:
        with pytest.raises(NotNow):
            verb(row, by=world.actor("manager"), at=CLOSES)


def test_an_exercise_without_homes_has_no_schedule_and_says_so(world, exercise):
    exercise.groups.all().delete()
    with pytest.raises(Invalid, match="no homes to schedule"):
        make_draft(world, exercise)


# Solving it


def test_a_worker_solves_it_and_dcc_is_told(world, exercise):
    draft = make_draft(world, exercise)
    assert not verbs.finish(draft.pk, by=SOLVER, at=CLOSES)  # nothing is found yet
    draft = solved(draft)
    assert (draft.state, check(draft.frozen, draft.schedule)) == ("ready", [])
    assert draft.figures["worst"] >= draft.figures["bound"] - 1e-5 and draft.first_come["unplaced"] == 0
    assert not DraftWork.objects.exists()
    assert Message.objects.filter(subject=f"Draft schedule {draft} is ready").count() == 1
    assert not verbs.play(draft.pk, by=SOLVER, at=CLOSES) and not verbs.finish(draft.pk, by=SOLVER, at=CLOSES)
    again = solved(make_draft(world, exercise))
    assert (again.rows, again.figures) == (draft.rows, draft.figures)


def test_an_impossible_one_says_which_limits_clash_and_what_mends_it(world, impossible):
    draft = solved(make_draft(world, impossible))
    assert (draft.state, draft.rows) == ("impossible", None)
    assert "Heron Power" in draft.clashes["clashes"][0] and draft.clashes["mends"]
    assert Message.objects.filter(subject=f"Draft schedule {draft} is impossible").exists()


def test_the_task_solves_to_the_end_and_what_breaks_ends_it_with_a_sentence(world, exercise):
    draft = make_draft(world, exercise)
    tasks.solve(draft.pk)
    draft.refresh_from_db()
    assert draft.state == "ready"
    broken = make_draft(world, exercise)
    Draft.objects.filter(pk=broken.pk).update(problem={})
    tasks.solve(broken.pk)
    broken.refresh_from_db()
    assert broken.state == "failed" and "could not make this draft" in broken.why
    verbs.give_up(broken.pk, by=SOLVER, at=CLOSES)  # once is enough


def test_a_draft_that_nobody_solves_is_published_again(world, exercise):
    draft = make_draft(world, exercise)
    tasks.sweep()
    assert verbs.republish() == 0
    Draft.objects.filter(pk=draft.pk).update(hinted_at=timezone.now() - 2 * solving.SILENCE)
    assert (verbs.republish(), verbs.republish()) == (1, 0)


def test_a_worker_that_died_half_way_leaves_it_to_the_next(world, exercise):
    draft = make_draft(world, exercise)
    Draft.objects.filter(pk=draft.pk).update(state="solving")  # it said so, and died
    assert solved(draft).state == "ready"


def test_one_that_is_no_longer_wanted_is_dropped_at_the_next_stage(world, exercise):
    draft, manager = make_draft(world, exercise), world.actor("manager")
    with meanwhile(' AS "a" FROM "scheduling_draft" ', lambda: verbs.discard(draft, by=manager, at=CLOSES)):
        assert not verbs.play(draft.pk, by=SOLVER, at=CLOSES)
    assert cache.get(solving.progress_key(draft.pk))["stage"] == "total"
    assert Draft.objects.get().state == "discarded" and not DraftWork.objects.exists()
    assert not verbs.finish(draft.pk, by=SOLVER, at=CLOSES)


def test_without_time_there_is_no_schedule_and_a_sentence(world, impossible, monkeypatch):
    monkeypatch.setattr(solving, "SECONDS", 0)
    draft = solved(make_draft(world, impossible))
    assert draft.state == "failed" and "No schedule was found in the time there is." in draft.why


def test_limits_that_only_parts_of_homes_keep_are_told(world, exercise):
    draft = make_draft(world, exercise)
    parties = tuple(Party(key, f"Party {key}") for key in (1, 2, 3))
    pairs = ((1, 2), (2, 3), (1, 3))
    odd = Problem(
        first=FIRST,
        last=FIRST + timedelta(days=1),
        regions=(Region("north", "North", 9),),
        parties=parties,
        groups=tuple(Group("north", pair, 1, FIRST, FIRST + timedelta(days=1)) for pair in pairs),
        limits=tuple(Limit(one.key, 1) for one in parties),
    )
    Draft.objects.filter(pk=draft.pk).update(problem=odd.as_json())
    draft = solved(draft)
    assert draft.state == "failed" and "with parts of homes only" in draft.why


def test_no_schedule_that_breaks_a_limit_becomes_a_draft(world, exercise):
    draft = make_draft(world, exercise)
    found = {"rows": [[0, FIRST.isoformat(), 1]], "figures": {}}
    DraftWork.objects.filter(draft=draft).update(found=found)
    tasks.solve(draft.pk)
    draft.refresh_from_db()
    assert draft.state == "failed" and draft.rows is None and "could not make this draft" in draft.why


# Pages


def test_made_compared_changed_and_discarded_on_pages(client, world, exercise):
    assert url("drafts", exercise) in client.get(url("exercise", exercise)).text
    assert "There is no draft yet." in client.get(url("drafts", exercise)).text
    form = client.get(url("solve", exercise))
    assert mistakes(form.text) == []
    answers = {"seed": "3", "avoid": "1", "outside": "0.25", "left_out": ["4"], "seen": exercise.version}
    wrong = client.post(url("solve", exercise), answers | {"avoid": "7"})
    assert wrong.status_code == 400 and 'value="7"' in wrong.text and not Draft.objects.exists()
    made = client.post(url("solve", exercise), answers)
    draft = Draft.objects.get()
    assert made.url == url("draft", draft) and (draft.seed, draft.left_out) == (3, [4])
    waits = client.get(made.url)
    assert "Waits for a worker." in waits.text and mistakes(waits.text) == []
    cache.set(solving.progress_key(draft.pk), {"stage": "total", "bound": 0.1, "incumbent": 0.25}, 60)
    now = words(client.get(url("draft_progress", draft)))
    assert "below 10.0 %; the best schedule so far has 25.0 %" in now and "HX-Refresh" not in now
    draft = solved(draft)
    assert client.get(url("draft_progress", draft), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = client.get(url("draft", draft))
    for said in ("worst-off party", "Homes by week and region", "Heron Power", "Change", "Discard this draft"):
        assert said in page.text
    assert mistakes(page.text) == []
    solved(make_draft(world, Exercise.objects.get()))
    compared = client.get(url("drafts", exercise))
    assert f"{exercise}-D2" in compared.text and "First come, first served" in compared.text
    assert mistakes(compared.text) == []
    assert client.post(url("discard", draft)).url == url("drafts", exercise)
    assert "Discarded" in client.get(url("draft", draft)).text


def test_a_draft_is_confirmed_with_reasons_and_then_stays_as_it_is(client, world, exercise):
    draft = solved(make_draft(world, exercise))
    address = url("confirm", draft)
    assert address in client.get(url("draft", draft)).text
    assert client.post(address, {"why": "", "seen": draft.version}).status_code == 400
    sent = {"why": "The fairest of all", "seen": draft.version}
    assert client.post(address, sent).url == url("exercise", exercise)
    exercise.refresh_from_db()
    assert exercise.state == "confirmed" and queries.schedule_of(exercise) == draft.schedule
    assert address not in client.get(url("draft", draft)).text
    for name in ("confirm", "discard"):
        assert client.post(url(name, draft), sent).status_code == 409


def test_an_impossible_draft_shows_clashes_and_mends(client, world, impossible):
    draft = solved(make_draft(world, impossible))
    page = client.get(url("draft", draft))
    assert "Which limits clash" in page.text and "What would mend it" in page.text and mistakes(page.text) == []
    assert client.get(url("edit", draft, 1)).status_code == 409
    assert "Side by side" not in client.get(url("drafts", impossible)).text


# By API


def test_by_api(client, world, exercise):
    json = {"content_type": "application/json"}
    made = client.post(API, {"exercise": str(exercise), "seed": 2}, **json)
    assert made.status_code == 201, made.json()
    draft = Draft.objects.get()
    assert client.get(f"{API}{draft}/schedule/").json() == client.get(f"{API}{draft}/outcomes/").json() == []
    draft = solved(draft)
    found = client.get(f"{API}{draft}/").json()
    assert (found["state"], found["exercise"], found["version"]) == ("ready", str(exercise), draft.version)
    rows = client.get(f"{API}{draft}/schedule/").json()
    assert sum(row["homes"] for row in rows) == draft.frozen.homes and rows[0]["group"] == 1
    worst = client.get(f"{API}{draft}/outcomes/").json()[0]
    assert worst["conflict"] == pytest.approx(draft.figures["worst"])
    change = an_edit(draft)
    body = {"group": change.group + 1, "whence": str(change.whence), "homes": 1, "why": "A depot moves"}
    wrong = client.post(f"{API}{draft}/edit/", body | {"to": "2017-03-30"}, **json)
    assert wrong.status_code == 400 and "outside the exercise" in wrong.json()["fields"]["to"][0]
    assert client.get(f"{API}{draft}/edits/").json() == []
    assert client.post(f"{API}{draft}/edit/", body | {"to": str(change.to)}, **json).json()["edits"] == 1
    assert client.post(f"{API}{draft}/discard/", {}, **json).json()["state"] == "discarded"


@pytest.mark.parametrize("address", ["page", API])
def test_a_list_of_drafts_costs_the_same_for_one_and_three(client, world, exercise, address):
    with same_queries() as cost:
        for count in (1, 2):
            for _ in range(count):
                solved(make_draft(world, exercise))
            cost.of(lambda: client.get(url("drafts", exercise) if address == "page" else address))
