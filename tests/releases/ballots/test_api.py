"""Objections and ballots by API: the same rules, and never a vote."""

import pytest
from django.urls import NoReverseMatch, reverse
from rest_framework.test import APIClient

from portal.people import verbs as people
from portal.people.models import Committee
from releases.ballots import verbs
from releases.ballots.models import Ballot, Objection
from releases.publishing.models import Release, UrgencyClass
from tests.factories import ballots as make
from tests.factories.findings import make_hold
from tests.factories.queries import same_queries
from tests.factories.world import SEED

MARKER = "zebra crossing at dawn"


@pytest.fixture
def call(matter):
    """A function that calls the API with a key of somebody, in the first seat of who only sits."""

    keys: dict[str, str] = {}

    def called(who, method, path, body=None):
        api, by = APIClient(), matter.world.actor(who)
        if who not in keys:
            seat = None if by.organisation_id else Committee.objects.get(pk=min(by.committees))
            made = people.create_token(name="test", days=366, may_write=True, committee=seat, by=by, at=matter.at)
            keys[who] = made[1]
        api.credentials(HTTP_AUTHORIZATION=f"Token {keys[who]}")
        return getattr(api, method)(f"/api/v1/{path}/", body, format="json")

    return called


def grounds(matter, **changes):
    return {
        "release": matter.release.reference,
        "supplier": "heron-power",
        "issues": [matter.issue.reference],
        "cohort": {"regions": ["north"]},
        "evidence": "Video.",
        "remedy": "hold",
    } | changes


def test_an_objection_is_lodged_and_moved(matter, call):
    made = call("supplier", "post", "objections", grounds(matter))
    assert made.status_code == 201, made.json()
    path = f"objections/{made.json()['reference']}"
    assert made.json()["cohort"] == {"regions": ["north"]}
    assert call("other_supplier", "post", f"{path}/join", {"supplier": "osprey-gas"}).status_code == 200
    stale = call("secretary", "post", f"{path}/admit", {"version": 99})
    assert (stale.status_code, stale.json()["error"]) == (409, "This cannot be done now")
    assert call("secretary", "post", f"{path}/admit", {"version": 1}).json()["state"] == "admitted"
    assert call("manager", "post", f"{path}/narrow", {"answer": "These."}).json()["state"] == "narrowed"
    assert call("supplier", "post", f"{path}/disagree", {"why": "All."}).json()["state"] == "contested"
    assert call("supplier", "get", path).json()["answer"] == "These."
    assert call("supplier", "get", "objections").json()["count"] == 1


@pytest.mark.parametrize(
    ("who", "steps", "state"),
    [
        ("secretary", [("return-with-reasons", {"reasons": "None."})], "returned"),
        ("supplier", [("withdraw", {"why": "Ours."})], "withdrawn"),
    ],
)
def test_a_lodged_objection_ends(matter, call, who, steps, state):
    objection = make.lodge(matter)
    for step, body in steps:
        assert call(who, "post", f"objections/{objection.reference}/{step}", body).json()["state"] == state


@pytest.mark.parametrize(("step", "state"), [("accept", "accepted"), ("contest", "contested")])
def test_dcc_answers(matter, call, step, state):
    objection = make.admit(matter)
    path = f"objections/{objection.reference}/{step}"
    assert call("manager", "post", path, {"answer": "So."}).json()["state"] == state


def test_a_narrowing_is_agreed(matter, call):
    objection = make.admit(matter)
    call("manager", "post", f"objections/{objection.reference}/narrow", {"answer": "So."})
    assert call("rsa", "post", f"objections/{objection.reference}/agree", {}).json()["state"] == "agreed"


def test_refusals_have_the_status_and_sentence_of_the_pages(matter, call):
    objection = make.lodge(matter)
    path = f"objections/{objection.reference}/admit"
    refused = call("manager", "post", path, {})
    assert (refused.status_code, refused.json()["reason"]) == (
        403,
        "Only the SECAS secretary admits or returns an objection.",
    )
    wrong = call("supplier", "post", "objections", grounds(matter, remedy="defer"))
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["defer_to"])
    hidden = make.make_issue(matter.world, matter.release, category="security", by="fernlight")
    wrong = call("supplier", "post", "objections", grounds(matter, issues=[hidden.reference]))
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["issues"])
    assert Objection.objects.count() == 1


def test_a_ballot_is_run_and_its_votes_are_in_no_answer(matter, call):
    objection = make.contest(matter)
    body = {
        "release": matter.release.reference,
        "committee": "panel",
        "objections": [objection.reference],
        "question": "May it?",
        "defer_to": "2017-03-01T00:00:00Z",
    }
    made = call("secretary", "post", "ballots", body)
    assert made.status_code == 201, made.json()
    path = f"ballots/{made.json()['reference']}"
    assert call("member", "get", path).status_code == 404
    call("secretary", "post", f"{path}/notice", {})
    matter.until(Ballot.objects.get().opens_at)
    opened = call("secretary", "post", f"{path}/open-voting", {}).json()
    assert (opened["state"], opened["turnout"], opened["entitled"], opened["working"]) == ("open", 0, 4, [])
    heron = {"organisation": "heron-power", "text": "Ours."}
    assert call("supplier", "post", f"{path}/add-statement", heron).status_code == 200
    call("member", "post", f"{path}/declare", {"has_interest": True, "text": "Mine."})
    member = Ballot.objects.get().roll.get(name="Member")
    matter.later(minutes=1)
    ruling = {"member": member.pk, "recused": False, "reasons": "Remote."}
    assert call("chair", "post", f"{path}/rule-on-interest", ruling).status_code == 200
    ballot = Ballot.objects.get()
    make.vote(matter, ballot, "proceed", "reject", "reject", reason=MARKER)
    for who in matter.world.users:
        for address in ("ballots", path, "objections", "determinations"):
            assert MARKER not in call(who, "get", address).text
    assert call("secretary", "post", f"{path}/close").status_code == 409
    matter.until(ballot.closes_at)
    closed = call("secretary", "post", f"{path}/close").json()
    assert closed["state"] == "decided" and closed["working"][0] == "4 members were entitled to vote."
    published = call("secretary", "post", f"{path}/publish", {"reasons": "Ten."}).json()
    assert published["state"] == "published"
    decision = Ballot.objects.get().determination.reference
    shown = call("supplier", "get", f"determinations/{decision}").json()
    assert (shown["outcome"], shown["reasons"]) == ("reject", "Ten.")
    call("secretary", "post", f"{path}/record-appeal", {"appellant": "Heron Power", "why": "Letter."})
    ended = call("secretary", "post", f"{path}/record-appeal-outcome", {"result": "dismissed", "outcome": "No error."})
    assert ended.json()["state"] == "appealed"


def test_objections_a_caller_cannot_see_are_not_heard(matter, call):
    objection = make.contest(matter)
    body = {
        "release": matter.release.reference,
        "committee": "panel",
        "objections": [objection.reference],
        "question": "May it?",
        "defer_to": "2017-03-01T00:00:00Z",
    }
    assert call("supplier", "post", "ballots", body).status_code == 403
    assert call("secretary", "post", "ballots", body | {"objections": ["OBJ-9999"]}).status_code == 400


def test_extension_determination_count_and_void(matter, call):
    ballot = make.close(matter, make.open_ballot(matter))
    path = f"ballots/{ballot.reference}"
    assert call("secretary", "post", f"{path}/count", {}).status_code == 409
    assert call("secretary", "post", f"{path}/extend", {}).json()["state"] == "open"
    make.close(matter, Ballot.objects.get())
    assert call("secretary", "post", f"{path}/determine").json()["state"] == "decided"
    assert call("secretary", "post", f"{path}/void", {"why": "x"}).json()["state"] == "void"


def test_there_is_no_way_to_cast_by_api():
    for name in ("ballot-cast", "ballot-vote", "ballot-casting-vote"):
        with pytest.raises(NoReverseMatch):
            reverse(name, args=["BAL-0001"])


def test_a_key_in_a_seat_reaches_what_that_seat_does_and_nothing_else(matter, call):
    ballot = make.open_ballot(matter)
    path = f"ballots/{ballot.reference}"
    member = ballot.roll.get(name="Member")
    interest = {"has_interest": True, "text": "We make the displays."}
    assert call("member", "post", f"{path}/declare", interest).status_code == 200
    ruling = {"member": member.pk, "recused": False, "reasons": "Remote."}
    assert call("member", "post", f"{path}/rule-on-interest", ruling).status_code == 403
    assert call("chair", "post", f"{path}/rule-on-interest", ruling).status_code == 200
    matter.until(ballot.closes_at)
    assert call("member", "post", f"{path}/close").status_code == 403
    assert call("chair", "post", f"{path}/close").json()["state"] == "inquorate"
    for step in ("notice", "open-voting", "extend", "count", "determine", "publish", "void", "put-on-agenda"):
        body = {"why": "x", "reasons": "x", "meeting": None}
        assert call("chair", "post", f"{path}/{step}", body).status_code == 403, step


def test_a_key_in_one_seat_does_nothing_in_another_of_the_same_person(matter, call):
    """The Chair sits on the Security Sub-Committee too; a key made for the Panel does not act there."""
    for who in ("chair", "member", "second_member"):
        user = matter.world.users[who]
        capacity = "chair" if who == "chair" else "member"
        people.seat_member(matter.world.security, user, capacity=capacity, by=SEED, at=matter.at)
    ballot = make.open_ballot(matter, committee=matter.world.security)
    path = f"ballots/{ballot.reference}"
    verbs.declare(ballot, has_interest=True, text="Mine.", by=matter.actor("member"), at=matter.at)
    ruling = {"member": ballot.roll.get(name="Member").pk, "recused": True, "reasons": "So."}
    for step, body in (
        ("declare", {"has_interest": False}),
        ("rule-on-interest", ruling),
        ("close", None),
    ):
        answer = call("chair", "post", f"{path}/{step}", body)
        assert (answer.status_code, answer.json()["reason"]) == (
            403,
            "This key acts in no seat on the committee of this ballot.",
        )


def test_ballots_without_objection_are_drafted_for_emergencies_only(matter, call):
    body = {"release": matter.release.reference, "committee": "panel", "question": "May it?"}
    answer = call("secretary", "post", "ballots/draft-waiver", body)
    assert answer.status_code == 409 and "Only an Emergency has an expedited ballot." in answer.text
    answer = call("secretary", "post", "ballots/draft-review", {**body, "defer_to": "2017-03-01T00:00:00Z"})
    assert answer.status_code == 409 and "Only an Emergency has a review ballot." in answer.text


def test_an_expedited_ballot_is_drafted(matter, call):
    Release.objects.update(urgency_class=UrgencyClass.objects.get(name="emergency"))
    body = {"release": matter.release.reference, "committee": "panel", "question": "May it?"}
    answer = call("secretary", "post", "ballots/draft-waiver", body)
    assert answer.status_code == 201
    assert (answer.json()["kind"], answer.json()["recommends"], answer.json()["follows"]) == ("waiver", False, None)


def test_the_roll_names_members_and_who_has_voted_and_never_what(matter, call):
    path = f"ballots/{make.draft(matter, make.contest(matter)).reference}"
    assert call("secretary", "get", f"{path}/roll").json() == []
    verbs.notice(Ballot.objects.get(), by=matter.actor("secretary"), at=matter.at)
    matter.until(Ballot.objects.get().opens_at)
    ballot = verbs.open_voting(Ballot.objects.get(), by=matter.actor("secretary"), at=matter.at)
    make.cast(matter, ballot, "member", "reject", reason=MARKER)
    roll = call("supplier", "get", f"{path}/roll")
    assert {row["name"]: row["has_voted"] for row in roll.json()}["Member"] is True
    assert sum(row["has_voted"] for row in roll.json()) == 1
    assert "reject" not in roll.text and MARKER not in roll.text
    assert {row["member"] for row in roll.json()} == set(ballot.roll.values_list("pk", flat=True))


def test_statements_and_forecast_are_those_of_the_page(matter, call, sign_in):
    hold = make_hold(matter.world, matter.release)
    ballot, other = make.open_ballot(matter), make.draft(matter, make.contest(matter))
    path = f"ballots/{ballot.reference}"
    assert call("member", "get", f"{path}/statements").json() == []
    body = {"organisation": "heron-power", "text": "Ten homes."}
    assert call("supplier", "post", f"{path}/add-statement", body).status_code == 200
    (said,) = call("member", "get", f"{path}/statements").json()
    assert (said["organisation"], said["text"], said["by_name"]) == ("heron-power", "Ten homes.", "Supplier")
    make_hold(matter.world, matter.release)  # too late: voters judge by what lay before them when voting opened
    told = call("secretary", "get", f"{path}/forecast").json()
    assert (told["holds"], told["held"], told["deferred_until"]) == ([hold.reference], 100, None)
    assert told["other_ballots"] == [other.reference]
    assert call("member", "get", f"{path}/forecast").json()["other_ballots"] == []  # a draft is SECAS's
    shown = {one["option"]: one for one in told["options"]}
    assert list(shown) == ["proceed", "proceed_with_exclusions", "defer", "retest", "reject"]
    assert (shown["reject"]["held"], shown["reject"]["newly"], shown["reject"]["delayed"]) == (350, 250, 0)


def test_evidence_of_a_security_issue_is_for_its_judges(matter, call):
    matter.issue.category = "security"
    matter.issue.save()
    ballot = make.open_ballot(matter, committee=matter.world.security)
    for part in ("statements", "forecast"):
        path = f"ballots/{ballot.reference}/{part}"
        assert call("member", "get", path).status_code == call("other_supplier", "get", path).status_code == 404
        assert call("security_member", "get", path).status_code == 200


def test_evidence_costs_the_same_however_much_there_is(matter, sign_in):
    client = sign_in("secretary")
    ballot = make.open_ballot(matter)
    path = f"/api/v1/ballots/{ballot.reference}"
    with same_queries() as statements, same_queries() as forecasts:
        for count in (1, 2):
            for _ in range(count):
                make_hold(matter.world, matter.release)
                make.draft(matter, make.contest(matter))
                heron, by = matter.world.organisations["heron"].pk, matter.actor("supplier")
                verbs.add_statement(ballot, organisation_id=heron, text="Ten.", by=by, at=matter.at)
            statements.of(lambda: client.get(f"{path}/statements/"))
            forecasts.of(lambda: client.get(f"{path}/forecast/"))


def test_lists_cost_the_same_however_many_ballots_there_are(matter, sign_in):
    client = sign_in("secretary")
    with same_queries() as ballots, same_queries() as determinations, same_queries() as objections:
        for _ in range(3):
            matter.until(matter.world.at)
            ballot = make.open_ballot(matter)
            make.vote(matter, ballot, "proceed", "proceed", "reject", "reject")
            ballot = make.close(matter, ballot)
            verbs.casting_vote(ballot, choice="proceed", reasons="So.", by=matter.actor("chair"), at=matter.at)
            ballots.of(lambda: client.get("/api/v1/ballots/"))
            determinations.of(lambda: client.get("/api/v1/determinations/"))
            objections.of(lambda: client.get("/api/v1/objections/"))
    shown = client.get("/api/v1/determinations/").json()["results"]
    assert len(shown) == 3
    assert sum(votes["proceed"] for votes in shown[0]["tally"].values()) == 2
    assert shown[0]["casting_vote"] == {"choice": "proceed", "reasons": "So."}
