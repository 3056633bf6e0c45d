from datetime import timedelta

import pytest
from django.urls import reverse

from portal.delivery.models import Delivery
from portal.workflow.actor import system
from releases.holds import can, contributes, verbs
from releases.holds.models import Cause, Ground, Hold
from releases.holds.tasks import keep_clocks
from releases.products.cohorts import Cohort
from tests.factories.findings import DAY, make_hold
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
LIST = "/holds/"


@pytest.fixture
def hold(world, announced) -> Hold:
    return make_hold(world, announced)


@pytest.fixture
def dcc(sign_in_then):
    return sign_in_then("manager")


def at(hold: Hold, name: str) -> str:
    return reverse(f"holds:{name}", args=[hold.reference])


def text(answer) -> str:
    return answer.content.decode()


def placing(announced, **changes) -> dict:
    facts = {
        "release": announced.pk,
        "stage": "both",
        "cause_text": "Displays go dark.",
        "regions": ["north"],
    }
    return facts | changes


def test_dcc_places_a_hold_and_sees_its_effect_first(dcc, announced):
    assert dcc.get(f"/holds/place/?release={announced.pk}").status_code == 200
    shown = dcc.post("/holds/place/", placing(announced, preview="yes"))
    assert "100 homes" in text(shown)
    assert not Hold.objects.exists()
    placed = dcc.post("/holds/place/", placing(announced), follow=True)
    assert "is in force" in text(placed)
    assert Hold.objects.get().regions == ["north"]


def test_the_count_follows_the_selection(dcc, announced):
    shown = text(dcc.get("/holds/count/", {"release": announced.pk, "regions": ["north"]}))
    assert ">100<" in shown
    assert "of 350" in shown
    assert "of 380" in text(dcc.get("/holds/count/", {"regions": ["north"]}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"regions": []}, "Choose the homes it concerns, or say that it concerns every home."),
        ({"regions": ["central"]}, "This selection has no homes in it"),
        ({"regions": ["west"]}, "Select a valid choice"),
        ({"cause_text": ""}, "Enter what it is for."),
        ({"review_at": "2016-01-01T10:00"}, "The review must be in the future."),
    ],
)
def test_a_form_that_is_wrong_says_what_in_words(dcc, announced, changes, sentence):
    answer = dcc.post("/holds/place/", placing(announced, **changes))
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert not Hold.objects.exists()


def test_every_home_can_be_held_by_saying_so(dcc, announced):
    dcc.post("/holds/place/", placing(announced, regions=[], everything="on", release=""))
    assert Hold.objects.get().release is None


def test_others_see_holds_and_place_none(sign_in_then, hold):
    client = sign_in_then("supplier")
    assert hold.reference in text(client.get(LIST))
    assert "Place a hold" not in text(client.get(LIST))
    page = text(client.get(at(hold, "hold")))
    assert "region North" in page
    assert "Lift this hold" not in page
    assert client.get("/holds/place/").status_code == 403
    assert client.get(at(hold, "lift")).status_code == 403


def test_dcc_lifts_a_hold_and_sees_what_stays(dcc, hold, world, announced):
    make_hold(world, announced, stage="activation")
    shown = text(dcc.get(at(hold, "lift")))
    assert "100 homes" in shown
    assert "stay held by other holds" in shown
    assert "Enter reason, with the evidence." in text(dcc.post(at(hold, "lift"), {"ground": "dcc", "why": ""}))
    done = dcc.post(at(hold, "lift"), {"ground": "dcc", "why": "A false alarm.", "seen": hold.version}, follow=True)
    assert "A false alarm." in text(done)
    hold.refresh_from_db()
    assert not hold.in_force


def test_a_lift_with_blank_words_is_shown_beside_its_field(dcc, hold):
    answer = dcc.post(at(hold, "lift"), {"ground": "dcc", "why": "  "})
    assert answer.status_code == 400


def test_an_issues_hold_is_announced_before_it_is_lifted(dcc, world, announced):
    hold = make_hold(world, announced, cause=Cause.ISSUE, cause_id=1, parties=[world.organisation("heron").pk])
    page = text(dcc.get(at(hold, "hold")))
    assert "Tell those behind it" in page
    assert "It cannot be lifted now" in page
    told = dcc.post(at(hold, "announce_lift"), {"why": "Retest passed.", "seen": hold.version}, follow=True)
    assert "may be lifted from" in text(told)
    assert dcc.post(at(hold, "announce_lift"), {"why": ""}).status_code == 409


def test_a_committees_hold_offers_dcc_nothing(dcc, world, announced):
    hold = make_hold(world, announced, cause=Cause.OBJECTION, by=system("x"))
    assert "Lift this hold" not in text(dcc.get(at(hold, "hold")))
    refused = dcc.get(at(hold, "lift"))
    assert refused.status_code == 409
    assert "A provisional hold ends when its objection is settled." in text(refused)
    assert "Provisional" in text(dcc.get(at(hold, "hold")))


def test_filters_narrow_the_list_and_never_tell_a_restricted_cause(dcc, world, announced):
    mine = make_hold(world, announced, stage="deployment")
    secret = make_hold(world, announced, cause=Cause.ISSUE, cause_id=1, restricted=True)
    assert mine.reference in text(
        dcc.get(LIST, {"stage": "deployment", "state": "placed", "release": announced.reference})
    )
    assert mine.reference not in text(dcc.get(LIST, {"stage": "both"}))
    assert secret.reference not in text(dcc.get(LIST, {"cause": "issue"}))
    assert "No holds here" in text(dcc.get(LIST, {"state": "lifted"}))


def test_a_restricted_reason_is_read_by_dcc_only(dcc, world, announced, sign_in):
    hold = make_hold(world, announced, cause=Cause.ISSUE, cause_id=1, restricted=True)
    by = world.actor("manager")
    verbs.announce_lift(hold, why="MARKER", by=by, at=world.at)
    verbs.lift(hold, ground=Ground.EVIDENCE, why="MARKER", by=by, at=world.at + 10 * DAY)
    assert "MARKER" in text(dcc.get(at(hold, "hold")))
    assert "MARKER" not in text(sign_in("supplier").get(at(hold, "hold")))


def test_the_list_costs_the_same_for_one_and_three(dcc, world, announced):
    with same_queries() as cost:
        make_hold(world, announced)
        cost.of(lambda: dcc.get(LIST))
        make_hold(world, announced)
        make_hold(world, None)
        cost.of(lambda: dcc.get(LIST))


def test_the_public_is_asked_to_sign_in(dcc, hold):
    dcc.logout()
    for address in (LIST, at(hold, "hold"), "/holds/place/", at(hold, "lift")):
        assert dcc.get(address).status_code == 302


def test_an_unknown_hold_is_not_found(dcc, catalogue):
    assert dcc.get("/holds/H-9999/").status_code == 404


# Contributions


def test_reviews_and_announced_ends_wait_for_dcc(world, announced):
    review = world.at + DAY
    hold = make_hold(world, announced, review_at=review)
    issue_hold = make_hold(world, announced, cause=Cause.ISSUE, cause_id=1)
    verbs.announce_lift(issue_hold, why="Passed.", by=world.actor("manager"), at=world.at)
    actor, later = world.actor("manager"), world.at + 10 * DAY
    assert not list(contributes.waiting(actor, world.at))
    assert [row.text for row in contributes.waiting(actor, later)] == [
        f"Review hold {hold}",
        f"Lift hold {issue_hold}, as announced",
    ]
    assert not list(contributes.waiting(world.actor("supplier"), later))
    dates = {row.text: row.at for row in contributes.dates(actor, world.at, later)}
    issue_hold.refresh_from_db()
    assert dates == {
        f"Hold {hold}: review": review,
        f"Hold {issue_hold}: may be lifted": can.lift_notice_over(issue_hold),
    }
    assert sorted(row.text for row in contributes.due(system("clock"), world.at)) == [
        f"Hold {hold}: review",
        f"Hold {issue_hold}: may be lifted",
    ]
    assert not list(contributes.due(system("clock"), later))


def test_the_release_page_shows_its_holds(dcc, hold, announced, sign_in):
    address = reverse("publishing:release", args=[announced.reference])
    page = text(dcc.get(address))
    assert hold.reference in page
    assert "Place a hold" in page
    assert "Place a hold" not in text(sign_in("supplier").get(address))


def test_a_draft_has_no_holds_panel(world, ready):
    assert not list(contributes.release_panels(ready, world.actor("manager"), world.at))
    assert not list(contributes.release_acts(ready, world.actor("manager"), world.at))


# API


def test_the_api_places_announces_and_lifts(dcc, world, announced):
    body = {"release": announced.reference, "stage": "both", "cause_text": "Dark.", "cohort": {"regions": ["north"]}}
    made = dcc.post("/api/v1/holds/", body, content_type="application/json")
    assert made.status_code == 201
    shown = made.json()
    assert (shown["cause"], shown["cohort"], shown["state"]) == ("DCC: Dark.", {"regions": ["north"]}, "placed")
    here = f"/api/v1/holds/{shown['reference']}/"
    refused = dcc.post(here + "lift/", {"ground": "evidence", "why": "x"}, content_type="application/json")
    assert refused.status_code == 409
    lifted = dcc.post(
        here + "lift/", {"ground": "dcc", "why": "x", "version": shown["version"]}, content_type="application/json"
    )
    assert lifted.json()["state"] == "lifted"
    hold = make_hold(world, announced, cause=Cause.ISSUE, cause_id=1)
    told = dcc.post(
        f"/api/v1/holds/{hold.reference}/announce-lift/", {"why": "Passed."}, content_type="application/json"
    )
    assert told.json()["lift_notified_at"]


@pytest.mark.parametrize(
    "cohort", [{"planets": [1]}, {"regions": ["west"]}, {"esme": ["x"]}, "north", {}, {"everything": False}]
)
def test_a_cohort_that_is_none_is_refused_by_the_api(dcc, announced, cohort):
    body = {"release": announced.reference, "stage": "both", "cause_text": "Dark.", "cohort": cohort}
    answer = dcc.post("/api/v1/holds/", body, content_type="application/json")
    assert answer.status_code == 400
    assert "cohort" in answer.json()["fields"]


def test_every_home_is_held_by_the_api_only_where_it_is_said(dcc, announced):
    body = {"release": announced.reference, "stage": "both", "cause_text": "Dark.", "cohort": {"everything": True}}
    assert dcc.post("/api/v1/holds/", body, content_type="application/json").status_code == 201
    assert Cohort.of(Hold.objects.get()).is_everything


def test_the_api_refuses_others_with_the_same_words(sign_in_then, hold):
    client = sign_in_then("supplier")
    answer = client.post(
        f"/api/v1/holds/{hold.reference}/lift/", {"ground": "dcc", "why": "x"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["reason"]) == (403, "Only DCC lifts this hold.")


def test_the_api_list_costs_the_same_for_one_and_three(dcc, world, announced):
    with same_queries() as cost:
        make_hold(world, announced)
        cost.of(lambda: dcc.get("/api/v1/holds/"))
        make_hold(world, announced)
        make_hold(world, None)
        cost.of(lambda: dcc.get("/api/v1/holds/"))


def test_the_administration_shows_holds_and_changes_none(sign_in_then, hold):
    client = sign_in_then("administrator")
    assert hold.reference in text(client.get("/admin/holds/hold/"))
    assert client.get(f"/admin/holds/hold/{hold.pk}/history/").status_code == 200
    assert client.get(f"/admin/holds/hold/{hold.pk}/delete/").status_code == 403
    assert client.post(f"/admin/holds/hold/{hold.pk}/change/", {"stage": "both"}).status_code == 403


def test_a_moment_before_the_review_nothing_waits(world, announced):
    make_hold(world, announced, review_at=world.at + DAY)
    before = world.at + DAY - timedelta(seconds=1)
    assert not list(contributes.waiting(world.actor("manager"), before))


# Review


def test_dcc_is_asked_once_and_says_that_it_still_stands(dcc, set_clock, world, announced):
    hold = make_hold(world, announced, review_at=world.at + DAY)
    set_clock(world.at + timedelta(hours=23))
    assert keep_clocks() == 0
    set_clock(world.at + 2 * DAY)
    assert (keep_clocks(), keep_clocks()) == (1, 0)
    told = Delivery.objects.filter(message__kind="holds.review_due")
    assert set(told.values_list("recipient", flat=True)) == {"Manager", "Second Manager"}
    hold.refresh_from_db()
    assert "It still stands" in text(dcc.get(at(hold, "hold")))
    assert dcc.get(at(hold, "review")).status_code == 200
    past = dcc.post(at(hold, "review"), {"why": "Half an hour of words.", "review_at": "2016-01-01T10:00"})
    assert past.status_code == 400
    assert "Half an hour of words.</textarea>" in text(past)
    again = {"why": "Still dark.", "review_at": "2017-03-01T10:00", "seen": hold.version}
    assert "Still stands" in text(dcc.post(at(hold, "review"), again, follow=True))
    hold.refresh_from_db()
    assert (hold.review_at.month, hold.review_asked_at) == (3, None)
    assert not list(contributes.waiting(world.actor("manager"), world.at + 2 * DAY))


def test_a_review_by_api(dcc, hold):
    body = {"why": "Still dark.", "review_at": "2017-03-01T10:00:00Z"}
    answer = dcc.post(f"/api/v1/holds/{hold.reference}/review/", body, content_type="application/json")
    assert answer.json()["review_at"].startswith("2017-03-01T10:00")
