"""What waits for whom, the calendar, the tracker, the release page, and the administration."""

import pytest
from django.urls import reverse

from portal.workflow.actor import system
from releases.ballots import contributes, verbs
from releases.ballots.models import Ballot, Determination, Objection
from releases.publishing.models import Release
from tests.factories import ballots as make


def waiting(matter, who):
    return [one.text for one in contributes.waiting(matter.actor(who), matter.at)]


def stage(matter, who="supplier"):
    (found,) = contributes.release_stages(Release.objects.get(), matter.actor(who), matter.at)
    return found.state, found.holder


def acts(matter, who):
    return {one.text: one.why_not for one in contributes.release_acts(matter.release, matter.actor(who), matter.at)}


def test_each_step_waits_for_somebody(matter):
    release = matter.release.reference
    assert stage(matter) == ("waiting", "")
    objection = make.lodge(matter)
    assert waiting(matter, "secretary") == [f"Admit or return objection {objection.reference} on {release}"]
    verbs.admit(objection, by=matter.actor("secretary"), at=matter.at)
    assert waiting(matter, "manager") == [f"Answer objection {objection.reference} on {release}"]
    verbs.narrow(objection, answer="These.", by=matter.actor("manager"), at=matter.at)
    for who in ("supplier", "rsa"):
        assert waiting(matter, who) == [f"Agree to the narrowing of objection {objection.reference} on {release}"]
    assert waiting(matter, "other_supplier") == []
    verbs.disagree(objection, why="All.", by=matter.actor("supplier"), at=matter.at)
    assert waiting(matter, "secretary") == [f"Prepare a ballot on {release}"]
    assert stage(matter) == ("waiting", "SECAS")
    ballot = make.draft(matter, objection)
    assert waiting(matter, "secretary") == [f"Give notice of ballot {ballot.reference}"]
    verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    assert waiting(matter, "secretary") == [f"Open ballot {ballot.reference}"]


def test_a_step_waits_since_the_one_before_it(matter):
    def since(who):
        (found,) = contributes.waiting(matter.actor(who), matter.at)
        return found.since

    objection = make.lodge(matter)
    assert since("secretary") == matter.at
    admitted = matter.later(hours=2)
    verbs.admit(objection, by=matter.actor("secretary"), at=admitted)
    answered = matter.later(hours=3)
    assert since("manager") == admitted
    verbs.contest(objection, answer="No.", by=matter.actor("manager"), at=answered)
    matter.later(hours=4)
    assert since("secretary") == answered


def test_an_open_ballot_waits_for_members_and_the_chair(matter):
    ballot = make.open_ballot(matter)
    declare = f"Declare an interest or none, and vote, in {ballot.reference}"
    assert waiting(matter, "member") == [declare]
    assert waiting(matter, "chair") == []
    make.declare(matter, ballot, "member")
    assert waiting(matter, "member") == [f"Vote in {ballot.reference}"]
    make.cast(matter, ballot, "member", "proceed")
    assert waiting(matter, "member") == []
    verbs.declare(ballot, has_interest=True, text="Mine.", by=matter.actor("deputy"), at=matter.at)
    assert waiting(matter, "chair") == [f"Rule on the interest of Deputy in {ballot.reference}"]
    assert waiting(matter, "deputy") == []
    assert stage(matter) == ("current", "Members")


def test_an_inquorate_ballot_waits_for_the_secretary_since_it_closed(matter):
    ballot = make.close(matter, make.open_ballot(matter))
    (found,) = contributes.waiting(matter.actor("secretary"), matter.at)
    assert found.text == f"Extend, refer or draft anew ballot {ballot.reference}"
    assert (found.since, found.due) == (ballot.closed_at, None)


def test_a_tie_waits_for_the_chair_and_a_decision_for_publication(matter):
    ballot = make.decided(matter, "proceed", "proceed", "reject", "reject")
    assert waiting(matter, "chair") == [f"Give the casting vote in {ballot.reference}"]
    assert waiting(matter, "member") == []
    verbs.casting_vote(ballot, choice="proceed", reasons="Rare.", by=matter.actor("chair"), at=matter.at)
    assert waiting(matter, "secretary") == [f"Publish the determination of ballot {ballot.reference}"]
    assert stage(matter) == ("done", "")  # not yet published: others see that there is a decision, not which
    assert stage(matter, "member") == ("done", "")
    (found,) = contributes.release_stages(Release.objects.get(), matter.actor("supplier"), matter.at)
    assert (found.url, found.at) == (reverse("ballots:ballot", args=[ballot.reference]), matter.at)
    Ballot.objects.filter(pk=ballot.pk).update(state="void", voided_at=matter.at, void_reason="x")
    Release.objects.update(state="cleared")
    assert stage(matter) == ("skipped", "")


def test_dates_and_due_dates(matter):
    ballot = make.open_ballot(matter)
    end = make.LATER.replace(year=2018)
    dates = {one.text: one.at for one in contributes.dates(matter.actor("supplier"), matter.world.at, end)}
    assert dates == {
        f"{ballot.reference}: voting may open": ballot.opens_at,
        f"{ballot.reference}: voting closes": ballot.closes_at,
    }
    make.lodge(matter)
    due = [one.text for one in contributes.due(system("clock"), matter.at)]
    assert due == [
        f"{Objection.objects.latest('pk').reference}: an answer is due",
        f"{ballot.reference}: voting closes",
    ]
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    ballot = make.close(matter, ballot)
    verbs.publish(ballot, reasons="x", minority_statement="", by=matter.actor("secretary"), at=matter.at)
    decision = Determination.objects.get()
    texts = [one.text for one in contributes.due(system("clock"), matter.at)]
    assert f"{decision.reference}: appeal window ends" in texts
    dates = [one.text for one in contributes.dates(matter.actor("supplier"), matter.world.at, end)]
    assert dates == [
        f"{Objection.objects.latest('pk').reference}: to be admitted or returned",
        f"{decision.reference}: appeal window ends",
    ]


def test_buttons_of_the_release_page(matter):
    assert acts(matter, "supplier") == {"Object": None}
    assert acts(matter, "manager") == {} and acts(matter, "secretary") == {}
    make.contest(matter)
    assert acts(matter, "secretary") == {"Prepare a ballot": None}
    matter.later(days=10)
    assert "severity 1 or 2" in acts(matter, "rsa")["Object"]


def test_the_release_page_shows_where_each_objection_stands_and_what_it_blocks(matter, sign_in):
    make.decided(matter, "proceed", "proceed", "proceed")
    limited = make.lodge(matter, is_limited=True)
    make.lodge(matter)
    withdrawn = make.lodge(matter)
    verbs.withdraw(withdrawn, why="", by=matter.actor("supplier"), at=matter.at)
    page = sign_in("secretary").get(reverse("publishing:release", args=[matter.release.reference]))
    for words in (
        limited.reference,
        "Activation in its homes, until the appeal window is over",
        "Activation in its homes",
        "Activation of the release",
        "Nothing",
        Ballot.objects.get().reference,
    ):
        assert words in page.text
    assert page.status_code == 200


def test_a_draft_and_a_release_without_objections_have_no_section(matter):
    matter.release.state = "draft"
    assert list(contributes.release_panels(matter.release, matter.actor("manager"), matter.at)) == []


def test_navigation(matter, client):
    assert [one.text for one in contributes.navigation(matter.actor("supplier"))] == ["Ballots"]
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("model", ["objection", "ballot", "determination", "ruleset"])
def test_administrators_read_and_change_nothing_and_see_no_vote(matter, sign_in, model):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "member", "reject", reason="zebra crossing at dawn")
    client = sign_in("administrator")
    rows = client.get(reverse(f"admin:ballots_{model}_changelist"))
    assert rows.status_code == 200
    assert client.get(reverse(f"admin:ballots_{model}_add")).status_code == 403
    if model == "ballot":
        page = client.get(reverse("admin:ballots_ballot_change", args=[ballot.pk]))
        history = client.get(reverse("admin:ballots_ballot_history", args=[ballot.pk]))
        for text in (page.text, history.text):
            assert "zebra" not in text and "wrapped" not in text.lower()
        assert client.post(reverse("admin:ballots_ballot_change", args=[ballot.pk]), {}).status_code == 403
    for hidden in ("vote", "tally", "castingvote", "entitlement"):
        assert client.get(f"/admin/ballots/{hidden}/").status_code == 404
