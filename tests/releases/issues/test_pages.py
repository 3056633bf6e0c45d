import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.journal.models import Entry
from portal.people.models import Organisation
from portal.workflow.actor import system
from releases.holds.models import Hold
from releases.holds.queries import reach
from releases.issues import contributes, queries, verbs
from releases.issues.clocks import reopen_until
from releases.issues.models import Comment, Issue
from releases.products.cohort_forms import CohortForm
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from tests.factories.findings import DAY, make_issue
from tests.factories.queries import same_queries
from tests.html import mistakes

pytestmark = pytest.mark.django_db
LIST = "/issues/"
API = "/api/v1/issues/"


@pytest.fixture
def issue(world, announced) -> Issue:
    return make_issue(world, announced)


@pytest.fixture
def dcc(sign_in_then):
    return sign_in_then("manager")


@pytest.fixture
def supplier(sign_in_then):
    return sign_in_then("supplier")


def at(issue: Issue, name: str = "issue", *more: str) -> str:
    return reverse(f"issues:{name}", args=[issue.reference, *more])


def text(answer) -> str:
    return answer.content.decode()


def raising(world, **changes) -> dict:
    facts = {
        "organisation": world.organisation("heron").pk,
        "title": "Displays go dark",
        "description": "After a restart.",
        "category": "ihd_stranding",
        "severity": "2",
        "smets": ["2"],
        "regions": ["north"],
    }
    return facts | changes


# Raising


def test_evidence_is_given_with_the_issue_or_nothing_is_raised(supplier, world, announced):
    address = reverse("issues:raise_issue", args=[announced.reference])
    lying = raising(world, file=SimpleUploadedFile("hub.pdf", b"08:00 dark\n"))
    refused = supplier.post(address, lying)
    assert refused.status_code == 400
    assert "The name hub.pdf does not fit" in text(refused)
    assert not Issue.objects.exists()
    done = supplier.post(address, raising(world, file=SimpleUploadedFile("hub.log", b"08:00 dark\n")), follow=True)
    assert "hub.log" in text(done)
    first = Comment.objects.get()
    assert (first.audience, first.file_kind) == ("all", "Plain text")
    assert Entry.objects.get(verb="raise_issue").data["sha256"] == first.sha256


def test_a_supplier_counts_the_homes_and_raises_an_issue(supplier, world, announced):
    address = reverse("issues:raise_issue", args=[announced.reference])
    assert "How many homes" in text(supplier.get(address))
    counted = text(supplier.post(address, raising(world, count="yes")))
    assert ">100<" in counted
    assert not Issue.objects.exists()
    done = supplier.post(address, raising(world), follow=True)
    assert "is raised. DCC has been told." in text(done)
    assert (Issue.objects.get().regions, Issue.objects.get().smets) == (["north"], [2])


def test_what_is_alike_is_offered_right_under_the_words_and_the_count_beside_the_homes(supplier, announced):
    page = text(supplier.get(f"/issues/on/{announced.reference}/raise/"))
    places = [page.index(mark) for mark in ('name="description"', 'id="alike"', 'name="category"', 'id="reach"')]
    assert places == sorted(places)
    assert page.count('name="title"') == page.count('name="regions"') // 3 == 1


def test_a_long_list_is_folded_under_what_is_chosen_on_it(supplier, announced):
    address = f"/issues/on/{announced.reference}/count/"
    assert '<span class="app-axis__chosen" id="chosen-esme" hx-swap-oob="true">all</span>' in text(
        supplier.get(address)
    )
    axis = CohortForm({"suppliers": [str(row.pk) for row in Organisation.objects.filter(kind="supplier")]}).axes[-1]
    assert (axis.is_open, axis.chosen) == (False, "Fernlight Energy, Heron Power and 1 more")
    assert CohortForm({}).axes[2].is_open


def test_the_count_follows_the_selection_without_a_reload(supplier, announced):
    address = reverse("issues:count", args=[announced.reference])
    assert ">250<" in text(supplier.get(address, {"regions": ["south"]}))
    assert ">350<" in text(supplier.get(address, {"smets": ["2"]}))


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({}, "Nothing is chosen: that is every home."),
        ({"regions": ["central"]}, "No home is in this selection: no home fits all conditions at once."),
        ({"regions": ["north", "south"]}, "These conditions leave no home out: every home is in this selection."),
        ({"regions": ["south"]}, ""),
    ],
)
def test_a_selection_of_nothing_or_everything_is_said(supplier, announced, chosen, sentence):
    shown = text(supplier.get(reverse("issues:count", args=[announced.reference]), chosen))
    assert sentence in shown
    assert ("<strong>" in shown) is bool(sentence)


def test_hub_models_that_nobody_has_are_said(world, announced):
    Cell.objects.update(homes=0)
    assert reach(Cohort(), announced).warning == "No home is known to have these hub models yet."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Enter what is wrong, in a few words."),
        ({"category": ""}, "Choose category."),
        ({"severity": "9"}, "Select a valid choice"),
        ({"regions": [], "smets": []}, "Choose the homes it concerns, or say that it concerns every home."),
        ({"regions": ["central"]}, "No home of this release is in the selection"),
        ({"organisation": 0}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(supplier, world, announced, changes, sentence):
    address = reverse("issues:raise_issue", args=[announced.reference])
    answer = supplier.post(address, raising(world, **changes))
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert not Issue.objects.exists()


def test_every_home_is_meant_only_by_saying_so(supplier, world, announced):
    address = reverse("issues:raise_issue", args=[announced.reference])
    supplier.post(address, raising(world, regions=[], smets=[], everything="on"))
    assert Issue.objects.get().regions == []


@pytest.mark.parametrize("who", ["secretary", "observer", "chair", "administrator"])
def test_others_are_refused_before_the_form(sign_in_then, announced, who):
    address = reverse("issues:raise_issue", args=[announced.reference])
    assert sign_in_then(who).get(address).status_code == 403


def test_an_agent_without_a_supplier_is_refused(sign_in_then, world, announced):
    type(world.appointment).objects.update(ends_at=world.at)
    address = reverse("issues:raise_issue", args=[announced.reference])
    assert sign_in_then("rsa").get(address).status_code == 403


# Reading


def test_the_list_filters_sorts_and_searches(dcc, world, announced):
    dark = make_issue(world, announced)
    slow = make_issue(world, announced, title="Reads come late", description="Slow.", severity=4, category="regression")
    everything = text(dcc.get(LIST, {"sort": "-severity"}))
    assert everything.index(slow.reference) < everything.index(dark.reference)
    for chosen in (
        {"words": "reading late"},
        {"severity": "4"},
        {"category": "regression", "state": "raised", "release": announced.reference},
    ):
        shown = text(dcc.get(LIST, chosen))
        assert slow.reference in shown
        assert dark.reference not in shown
    assert "No issues here" in text(dcc.get(LIST, {"mine": "on"}))
    assert dark.reference in text(dcc.get(LIST, {"state": "open", "sort": "nonsense"}))


def test_the_board_shows_the_same_issues_by_state(dcc, supplier, world, announced):
    dark = make_issue(world, announced)
    slow = make_issue(world, announced, title="Reads come late", severity=4, category="regression")
    verbs.acknowledge(slow, by=world.actor("manager"), at=world.at)
    raised, acknowledged, *others = queries.board(queries.listed(world.actor("manager"), {}))
    assert (raised[1:], acknowledged[1:]) == ((1, [dark]), (1, [slow]))
    assert {column[1] for column in others} == {0}
    shown = text(dcc.get("/issues/board/", {"severity": "4"}))
    assert slow.reference in shown
    assert dark.reference not in shown
    assert mistakes(shown) == []


def test_the_board_costs_the_same_for_one_and_three(dcc, world, announced):
    with same_queries() as cost:
        make_issue(world, announced)
        cost.of(lambda: dcc.get("/issues/board/"))
        for _ in range(2):
            make_issue(world, announced)
        cost.of(lambda: dcc.get("/issues/board/"))


def test_mine_are_those_of_the_supplier(supplier, world, announced, issue):
    other = make_issue(world, announced, who="small_supplier", of="fernlight")
    shown = text(supplier.get(LIST, {"mine": "on"}))
    assert issue.reference in shown
    assert other.reference not in shown


def test_a_late_acknowledgement_shows(dcc, issue, set_clock):
    assert "Late" not in text(dcc.get(LIST))
    set_clock(issue.acknowledge_by + DAY)
    assert "Late" in text(dcc.get(LIST))


def test_the_page_shows_cohort_answer_holds_and_what_happened(dcc, world, announced, issue):
    by = world.actor("manager")
    other = make_issue(world, announced, who="small_supplier", of="fernlight")
    verbs.mark_duplicate(other, issue, by=by, at=world.at)
    verbs.accept(issue, why="Known since December.", by=by, at=world.at)
    hold = verbs.hold_cohort(issue, stage="both", by=by, at=world.at)
    page = text(dcc.get(at(issue)))
    for words in ("region North", "Known since December.", hold.reference, other.reference, "Cohort held"):
        assert words in page
    assert issue.reference in text(dcc.get(at(other)))


def test_lists_cost_the_same_for_one_and_three(dcc, world, announced):
    for address in (LIST, API):
        Issue.objects.all().delete()
        with same_queries() as cost:
            make_issue(world, announced)
            cost.of(lambda address=address: dcc.get(address))
            make_issue(world, announced)
            make_issue(world, announced, who="small_supplier", of="fernlight")
            cost.of(lambda address=address: dcc.get(address))


def test_the_page_costs_the_same_for_one_and_three_comments(dcc, world, issue):
    def comment():
        verbs.comment(issue, audience="all", text="x", by=world.actor("supplier"), at=world.at)

    with same_queries() as cost:
        comment()
        cost.of(lambda: dcc.get(at(issue)))
        comment()
        comment()
        cost.of(lambda: dcc.get(at(issue)))


def test_the_public_is_asked_to_sign_in(client, issue, announced):
    for address in (LIST, at(issue), reverse("issues:raise_issue", args=[announced.reference])):
        assert client.get(address).status_code == 302


# Acting


def test_dcc_answers_by_its_buttons(dcc, issue):
    for name, why in (("acknowledge", ""), ("investigate", ""), ("accept", "Known."), ("resolve", "Fixed.")):
        issue.refresh_from_db()
        assert reverse("issues:act", args=[issue.reference, name]) in text(dcc.get(at(issue)))
        answer = dcc.post(at(issue, "act", name), {"why": why, "seen": issue.version})
        assert answer.status_code == 302
    issue.refresh_from_db()
    assert (issue.state, issue.answer) == ("resolved", "Fixed.")


def test_a_double_click_and_a_stale_page_are_refused(dcc, issue):
    seen = issue.version
    assert dcc.post(at(issue, "act", "acknowledge"), {"seen": seen}).status_code == 302
    again = dcc.post(at(issue, "act", "acknowledge"), {"seen": seen})
    assert again.status_code == 409
    assert "Somebody else changed this" in text(again)


def test_an_answer_without_reasons_is_refused(dcc, issue):
    answer = dcc.post(at(issue, "act", "reject"), {"why": "", "seen": issue.version})
    assert answer.status_code == 400
    assert "Give the reasons for rejecting it." in text(answer)


def test_an_act_that_is_none_is_not_found(dcc, issue):
    assert dcc.post(at(issue, "act", "forget"), {}).status_code == 404
    assert dcc.get(at(issue, "act", "accept")).status_code == 405
    assert dcc.post(at(issue, "act", "accept"), {"seen": "x"}).status_code == 400


def test_a_supplier_gets_no_button_of_dcc(supplier, issue):
    assert "Acknowledge</button>" not in text(supplier.get(at(issue)))
    assert supplier.post(at(issue, "act", "acknowledge"), {}).status_code == 403


def test_comments_are_added_on_the_page(supplier, issue):
    done = supplier.post(at(issue, "comment"), {"text": "Seen <b>again</b>.", "audience": "all"}, follow=True)
    assert "Seen &lt;b&gt;again&lt;/b&gt;." in text(done)
    assert supplier.post(at(issue, "comment"), {"text": "", "audience": "all"}).status_code == 400
    assert Comment.objects.count() == 1


def test_a_refused_comment_keeps_its_text(supplier, issue):
    shown = supplier.post(at(issue, "comment"), {"text": "Half an hour of words.", "audience": "nobody"})
    assert shown.status_code == 400
    assert "Half an hour of words.</textarea>" in text(shown)
    Issue.objects.filter(pk=issue.pk).update(state="closed", ended_at=issue.raised_at)
    closed = supplier.post(at(issue, "comment"), {"text": "Half an hour of words.", "audience": "all"})
    assert closed.status_code == 409
    for words in ("This issue is closed", "What you typed is not lost", "Half an hour of words."):
        assert words in text(closed)


def test_a_refused_act_keeps_its_text(dcc, world, issue):
    seen = issue.version
    verbs.acknowledge(issue, by=world.actor("second_manager"), at=world.at)
    stale = dcc.post(at(issue, "act", "accept"), {"why": "All that is known.", "seen": seen})
    assert stale.status_code == 409
    assert "All that is known.</textarea>" in text(stale)
    assert "What you typed is kept below." in text(stale)
    verbs.reject(issue, why="No.", by=world.actor("second_manager"), at=world.at)
    gone = dcc.post(at(issue, "act", "accept"), {"why": "All that is known."})
    assert "What you typed is not lost" in text(gone)


def test_a_duplicate_is_marked_on_its_page(dcc, world, announced, issue):
    other = make_issue(world, announced)
    assert dcc.get(at(other, "mark_duplicate")).status_code == 200
    wrong = dcc.post(at(other, "mark_duplicate"), {"original": other.pk})
    assert wrong.status_code == 400
    done = dcc.post(at(other, "mark_duplicate"), {"original": issue.pk, "seen": other.version}, follow=True)
    assert "Marked as a duplicate" in text(done)


def test_an_original_that_is_a_duplicate_itself_is_refused_on_the_page(dcc, world, announced, issue):
    other, third = make_issue(world, announced), make_issue(world, announced)
    page = dcc.get(at(third, "mark_duplicate"))
    assert other.reference in text(page)
    verbs.mark_duplicate(other, issue, by=world.actor("manager"), at=world.at)
    assert dcc.post(at(third, "mark_duplicate"), {"original": other.pk}).status_code == 400


def test_another_supplier_confirms_on_its_page(sign_in_then, issue, world):
    client = sign_in_then("small_supplier")
    assert "Fernlight" in text(client.get(at(issue, "confirm_reproduced")))
    answer = {"organisation": world.organisation("fernlight").pk, "why": "On our rig.", "seen": issue.version}
    assert client.post(at(issue, "confirm_reproduced"), {**answer, "why": ""}).status_code == 400
    assert "Recorded as reproduced." in text(client.post(at(issue, "confirm_reproduced"), answer, follow=True))


def test_the_raiser_cannot_confirm(supplier, issue):
    assert supplier.get(at(issue, "confirm_reproduced")).status_code == 403


def test_dcc_holds_the_cohort_and_sees_the_effect_first(dcc, issue):
    assert "100 homes" in text(dcc.get(at(issue, "hold_cohort")))
    dcc.post(at(issue, "hold_cohort"), {"stage": "activation", "preview": "yes"})
    assert not Hold.objects.exists()
    past = dcc.post(at(issue, "hold_cohort"), {"stage": "both", "review_at": "2016-01-01T10:00"})
    assert past.status_code == 400
    dcc.post(at(issue, "hold_cohort"), {"stage": "activation", "seen": issue.version})
    assert Hold.objects.get().stage == "activation"


# Contributions


def test_what_waits_for_whom(world, issue):
    manager, supplier = world.actor("manager"), world.actor("supplier")
    (owed,) = contributes.waiting(manager, world.at)
    assert (owed.due, owed.group) == (issue.acknowledge_by, "To acknowledge")
    assert not list(contributes.waiting(supplier, world.at))
    issue = verbs.acknowledge(issue, by=manager, at=world.at)
    assert [row.group for row in contributes.waiting(manager, world.at)] == ["To answer"]
    verbs.reject(issue, why="Not ours.", by=manager, at=world.at)
    (answered,) = contributes.waiting(supplier, world.at)
    assert answered.due == reopen_until(world.at)
    assert not list(contributes.waiting(supplier, reopen_until(world.at)))
    assert not list(contributes.waiting(world.actor("secretary"), world.at))


def test_the_calendar_and_the_clock_know_what_is_due(world, issue):
    end = world.at + 30 * DAY
    assert [row.at for row in contributes.dates(world.actor("manager"), world.at, end)] == [issue.acknowledge_by]
    assert [row.at for row in contributes.due(system("clock"), world.at)] == [issue.acknowledge_by]
    assert not list(contributes.due(system("clock"), end))


def test_the_release_page_shows_known_and_new_issues(supplier, world, announced, issue):
    verbs.accept(issue, why="Known.", by=world.actor("manager"), at=world.at)
    page = text(supplier.get(reverse("publishing:release", args=[announced.reference])))
    assert "Known issues" in page
    assert issue.reference in page
    for _ in range(contributes.SHOWN):
        make_issue(world, announced)
    assert "All 11 issues" in text(supplier.get(reverse("publishing:release", args=[announced.reference])))


def test_an_agent_without_a_supplier_sees_why_it_cannot_raise(world, announced):
    type(world.appointment).objects.update(ends_at=world.at)
    (act,) = contributes.release_acts(announced, world.actor("rsa"), world.at)
    assert act.why_not == "No supplier has appointed your organisation."
    assert not list(contributes.release_acts(announced, world.actor("chair"), world.at))


def test_a_draft_has_no_issues(world, ready):
    manager = world.actor("manager")
    assert not list(contributes.release_panels(ready, manager, world.at))
    assert not list(contributes.release_acts(ready, manager, world.at))


# API


def post(client, address, **body):
    return client.post(address, body, content_type="application/json")


def test_the_api_raises_and_answers(dcc, sign_in, world, announced):
    body = {
        "release": announced.reference,
        "organisation": "dcc",
        "title": "Dark",
        "description": "Dark.",
        "category": "regression",
        "severity": 2,
        "cohort": {"regions": ["north"]},
    }
    made = post(dcc, API, **body)
    assert made.status_code == 201
    here = f"{API}{made.json()['reference']}/"
    for name, why in (
        ("acknowledge", ""),
        ("investigate", ""),
        ("accept", "Known."),
        ("resolve", "Fixed."),
        ("close", ""),
    ):
        answer = post(dcc, f"{here}{name}/", why=why)
        assert answer.status_code == 200, answer.json()
    assert post(dcc, here + "reopen/", why="Back.", version=answer.json()["version"]).json()["state"] == "investigating"
    assert post(dcc, here + "reject/", why="").json()["fields"] == {"why": ["Give the reasons for rejecting it."]}
    assert post(dcc, here + "reject/", why="No.").json()["state"] == "rejected"


def test_the_api_marks_confirms_holds_and_comments(dcc, world, announced, issue):
    here = f"{API}{issue.reference}/"
    confirmed = post(dcc, here + "confirm-reproduced/", organisation="dcc", why="Lab.")
    assert confirmed.json()["reproduced_at"]
    assert post(dcc, here + "hold-cohort/", stage="both").status_code == 201
    assert post(dcc, here + "comments/", audience="all", text="Seen.").status_code == 201
    assert [row["text"] for row in dcc.get(here + "comments/").json()] == ["Reproduced by DCC: Lab.", "Seen."]
    other = make_issue(world, announced)
    assert post(dcc, f"{API}{other.reference}/mark-duplicate/", original=issue.reference).json()["state"] == "duplicate"
    assert post(dcc, f"{API}{issue.reference}/mark-duplicate/", original="I-9999").status_code == 404


def test_the_api_says_what_is_wrong(supplier, announced):
    answer = post(
        supplier, API, release=announced.reference, organisation="heron-power", cohort={"regions": ["central"]}
    )
    assert answer.status_code == 400
    assert {"title", "category", "severity"} <= set(answer.json()["fields"])
    body = {"title": "x", "description": "x", "category": "other", "severity": 3}
    nothing = post(
        supplier, API, release=announced.reference, organisation="heron-power", cohort={"regions": ["central"]}, **body
    )
    assert (nothing.status_code, list(nothing.json()["fields"])) == (400, ["cohort"])


def test_the_api_shows_nobody_a_release_of_others(supplier, ready):
    body = {"title": "x", "description": "x", "category": "other", "severity": 3, "cohort": {"regions": ["north"]}}
    assert post(supplier, API, release=ready.reference, organisation="heron-power", **body).status_code == 404
