"""Ballots on an Emergency without objection: the expedited one on its notice, and its review."""

import runpy
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import contributes, verbs
from releases.ballots.bundle import result
from releases.ballots.effects import voiding
from releases.ballots.models import Ballot
from releases.ballots.options import option_effects
from releases.ballots.queries import heard
from releases.ballots.verbs.settling import CLERK
from releases.gates.queries import gate
from releases.holds.models import Hold
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.architecture.sources import BASE
from tests.factories import ballots as make
from tests.factories.memory import remembered
from tests.factories.releases import make_catalogue, make_ready

HOUR = timedelta(hours=1)


def make_emergency(world) -> make.Matter:
    call_command("ensure_defaults", verbosity=0)
    catalogue = make_catalogue(world)
    facts = {"emergency_reason": "Loss of supply.", "emergency_citation": "Severity 1."}
    ready = make_ready(world, catalogue, urgency_class="emergency", **facts)
    ready = publishing.approve_emergency(ready, by=world.actor("second_manager"), at=world.at)
    release = publishing.announce(ready, by=world.actor("manager"), at=world.at)
    matter = make.Matter(world, catalogue, release, make.make_issue(world, release), world.at)
    matter.until(world.at)
    return matter


@pytest.fixture
def emergency(world) -> make.Matter:
    """An announced Emergency."""
    return remembered("emergency", lambda: make_emergency(world))


def waiver(matter, **changes) -> Ballot:
    answers = {"committee": matter.world.panel, "question": "May the notice be waived?", **changes}
    return verbs.draft_waiver(matter.release, **answers, by=matter.actor("secretary"), at=matter.at)


def review(matter, **changes) -> Ballot:
    answers = {"committee": matter.world.panel, "question": "What of the rest?", "defer_to": make.LATER, **changes}
    return verbs.draft_review(matter.release, **answers, by=matter.actor("secretary"), at=matter.at)


def opened(matter, ballot) -> Ballot:
    ballot = verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    matter.until(ballot.opens_at)
    return verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)


def decided(matter, ballot, *choices) -> Ballot:
    ballot = opened(matter, ballot)
    make.vote(matter, ballot, *choices)
    return make.close(matter, ballot)


def under_way(matter) -> None:
    Release.objects.update(state="active", first_activation_at=matter.at)
    matter.release.refresh_from_db()


# --- the expedited ballot ----------------------------------------------------------------------------------


def test_it_runs_by_the_hour_and_waives_the_notice(emergency):
    ballot = opened(emergency, waiver(emergency))
    assert ballot.opens_at - ballot.noticed_at == 4 * HOUR
    assert ballot.closes_at - ballot.opened_at == 24 * HOUR
    make.vote(emergency, ballot, "proceed", "proceed", "defer")
    ballot = make.close(emergency, ballot)
    release = Release.objects.get()
    assert release.notice_waived_at == emergency.at
    assert release.earliest_activation_at == emergency.at + 4 * HOUR
    decision = ballot.determination
    assert decision.effects == [
        "The notice is waived: each home may be activated 4 hours after its suppliers were served."
    ]
    decision = verbs.publish(
        ballot, reasons="Loss of supply.", minority_statement="", by=emergency.actor("secretary"), at=emergency.at
    )
    assert decision.reasons == "Loss of supply."


def test_recipients_are_served_first_all_the_same(emergency):
    ballot = decided(emergency, waiver(emergency), "proceed", "proceed", "proceed")
    assert result(Ballot.objects.get(pk=ballot.pk)).heads == ["Proceed", "Defer to a date", "Abstain"]
    shut = gate(Release.objects.get(), "activation", emergency.at + 5 * HOUR)
    unserved = next(one for one in shut.by_cell if one.title.startswith("Notice served"))
    assert (shut.open_homes, unserved.standing) == (0, "not_met")


def test_otherwise_the_notice_stands(emergency):
    earliest = emergency.release.earliest_activation_at
    ballot = decided(emergency, waiver(emergency), "proceed", "defer", "defer")
    release = Release.objects.get()
    assert (release.notice_waived_at, release.earliest_activation_at) == (None, earliest)
    assert ballot.determination.effects == ["The notice is not waived: activation waits for its end."]


def test_a_tie_is_settled_in_four_hours_else_the_notice_stands(emergency):
    ballot = decided(emergency, waiver(emergency), "proceed", "proceed", "defer", "defer")
    assert ballot.casting_until == emergency.at + 4 * HOUR
    emergency.until(ballot.casting_until)
    assert verbs.determine(ballot, by=CLERK, at=emergency.at).outcome == "defer"


def test_without_quorum_after_its_extension_the_notice_stands(emergency):
    ballot = make.close(emergency, opened(emergency, waiver(emergency)))
    ballot = verbs.extend(ballot, by=emergency.actor("secretary"), at=emergency.at)
    assert ballot.closes_at == emergency.at + 24 * HOUR
    decision = verbs.determine(make.close(emergency, ballot), by=CLERK, at=emergency.at)
    assert decision.outcome == "defer"
    assert decision.rule_in_words.endswith("the more cautious option stands, and the notice is not waived.")


def test_only_its_two_options_are_on_the_paper(emergency):
    ballot = opened(emergency, waiver(emergency))
    with pytest.raises(Invalid):
        make.cast(emergency, ballot, "member", "reject")
    found = {str(one.option): one for one in option_effects(ballot, heard(ballot), emergency.at)}
    assert list(found) == ["proceed", "defer"]
    assert (found["proceed"].proceeding, found["defer"].delayed) == (350, 350)
    assert found["defer"].days > 0


def test_dcc_is_recused_from_its_own_release(emergency):
    world = emergency.world
    member = world.seats["member"]
    member.organisation = world.organisations["dcc"]
    member.save()
    ballot = opened(emergency, waiver(emergency))
    assert ballot.roll.get(user=world.users["member"]).conflict == "The release is DCC's own."


def test_voiding_it_lets_the_whole_notice_run_again(emergency):
    earliest = emergency.release.earliest_activation_at
    ballot = decided(emergency, waiver(emergency), "proceed", "proceed", "proceed")
    assert voiding(Ballot.objects.get())[-1] == "The notice runs to its end again."
    verbs.void(ballot, why="A member was not told.", by=emergency.actor("secretary"), at=emergency.at)
    release = Release.objects.get()
    assert (release.notice_waived_at, release.earliest_activation_at) == (None, earliest)
    ballot.determination.refresh_from_db()
    assert ballot.determination.effects[-1].endswith("The notice runs to its end again.")
    assert waiver(emergency).state == "draft"


def test_once_activation_has_begun_the_waiver_cannot_be_taken_back(emergency):
    ballot = decided(emergency, waiver(emergency), "proceed", "proceed", "proceed")
    under_way(emergency)
    assert voiding(Ballot.objects.get())[-1].startswith("The notice stays waived: Activation has begun")
    verbs.void(ballot, why="A member was not told.", by=emergency.actor("secretary"), at=emergency.at)
    ballot.determination.refresh_from_db()
    assert "The notice stays waived: Activation has begun" in ballot.determination.effects[-1]


def test_a_release_withdrawn_meanwhile_has_no_notice_to_waive(emergency):
    ballot = opened(emergency, waiver(emergency))
    make.vote(emergency, ballot, "proceed", "proceed", "proceed")
    Release.objects.update(state="draft")
    ballot = make.close(emergency, ballot)
    assert ballot.determination.effects == ["The notice is not waived: activation waits for its end."]


def test_who_and_when(emergency, matter_of_another_class):
    with pytest.raises(NotAllowed, match="Only the SECAS secretary"):
        verbs.draft_waiver(
            emergency.release,
            committee=emergency.world.panel,
            question="May it?",
            by=emergency.actor("manager"),
            at=emergency.at,
        )
    with pytest.raises(NotNow, match="Only an Emergency has an expedited ballot"):
        waiver(matter_of_another_class)
    first = waiver(emergency)
    with pytest.raises(NotNow, match=f"{first.reference} is an expedited ballot"):
        waiver(emergency)
    with pytest.raises(NotNow, match="is reviewed once its activation has begun"):
        review(emergency)
    Ballot.objects.all().delete()
    Release.objects.filter(pk=emergency.release.pk).update(announced_at=None, state="draft")
    with pytest.raises(NotNow, match="Announce the release first"):
        waiver(emergency)
    Release.objects.filter(pk=emergency.release.pk).update(announced_at=emergency.at, state="active")
    with pytest.raises(NotNow, match="there is no notice to waive"):
        waiver(emergency)


@pytest.fixture
def matter_of_another_class(emergency) -> make.Matter:
    catalogue, world = emergency.catalogue, emergency.world
    release = make.make_announced(world, catalogue)
    return make.Matter(world, catalogue, release, make.make_issue(world, release), emergency.at)


# --- the review --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "ending"),
    [("defer", "Held: the homes not yet activated. Until 1 March 2017, as determined in"), ("reject", "Until a new")],
)
def test_a_review_may_hold_the_remainder(emergency, choice, ending):
    under_way(emergency)
    ballot = decided(emergency, review(emergency), choice, choice, choice)
    (effect,) = ballot.determination.effects
    assert ending in effect
    hold = Hold.objects.get()
    assert (hold.cause, hold.stage, hold.state) == ("determination", "both", "placed")
    assert Release.objects.get().state == "active"


def test_or_let_it_go_on(emergency):
    under_way(emergency)
    ballot = decided(emergency, review(emergency), "proceed", "proceed", "proceed")
    assert ballot.determination.effects == ["The rest of the release proceeds."] and not Hold.objects.exists()
    with pytest.raises(NotNow, match="is a review ballot"):
        review(emergency)


def test_its_forecast_is_about_what_is_left(emergency):
    under_way(emergency)
    ballot = opened(emergency, review(emergency))
    found = {str(one.option): (one.sentence, one.held, one.delayed) for one in option_effects(ballot, [], emergency.at)}
    assert found == {
        "proceed": ("The release proceeds.", 0, 0),
        "defer": ("The homes not yet activated are held until 1 March 2017.", 0, 350),
        "reject": ("The homes not yet activated are held until a new determination.", 350, 0),
    }


def test_a_review_needs_a_date_to_come(emergency):
    under_way(emergency)
    with pytest.raises(Invalid, match="deferral date is past"):
        review(emergency, defer_to=emergency.at)


def test_the_secretary_is_told_by_when_to_review(emergency):
    secretary = emergency.actor("secretary")
    acts = [one.text for one in contributes.release_acts(emergency.release, secretary, emergency.at)]
    assert acts == ["Prepare an expedited ballot"]
    under_way(emergency)
    (found,) = contributes.waiting(secretary, emergency.at)
    assert found.text == f"Prepare the review ballot of {emergency.release.reference}"
    assert found.since == emergency.at and found.due > emergency.at
    (due,) = contributes.due(system("clock"), emergency.at)
    assert (due.at, due.text.endswith("review ballot of the Emergency due")) == (found.due, True)
    assert list(contributes.due(system("clock"), found.due)) == []
    acts = [one.text for one in contributes.release_acts(emergency.release, secretary, emergency.at)]
    assert acts == ["Prepare the review ballot"]
    review(emergency)
    assert "review ballot of" not in next(iter(contributes.waiting(secretary, emergency.at))).text


# --- pages -------------------------------------------------------------------------------------------------


def test_both_are_drafted_by_forms(emergency, sign_in):
    client, reference = sign_in("secretary"), emergency.release.reference
    address = reverse("ballots:draft_waiver", args=[reference])
    assert "Notice of the ballot is 4 hours" in client.get(address).text
    assert client.post(address, {"committee": emergency.world.panel.pk}).status_code == 400
    assert client.post(address, {"committee": emergency.world.panel.pk, "question": " "}).status_code == 400
    client.post(address, {"committee": emergency.world.panel.pk, "question": "May it?"})
    ballot = Ballot.objects.get()
    page = client.get(reverse("ballots:ballot", args=[ballot.reference]))
    assert "An expedited ballot without objection" in page.text and "Loss of supply." in page.text
    assert client.get(address).status_code == 409
    under_way(emergency)
    address = reverse("ballots:draft_review", args=[reference])
    assert "not reached yet" in client.get(address).text
    answers = {"committee": emergency.world.panel.pk, "question": "What now?"}
    assert "Give a date in the future." in client.post(address, {**answers, "defer_to": "2016-01-01T00:00"}).text
    client.post(address, {**answers, "defer_to": "2017-03-01T00:00"})
    assert Ballot.objects.get(kind="review").question == "What now?"


@pytest.mark.parametrize(
    ("result", "effect"),
    [
        ("held", "There is no objected cohort to hold."),
        ("freed", "is lifted: the appeal was upheld."),
        ("remitted", "stays until the new determination."),
    ],
)
def test_an_appeal_against_a_review_concerns_the_homes_it_holds(emergency, result, effect):
    under_way(emergency)
    ballot = decided(emergency, review(emergency), "reject", "reject", "reject")
    by, at = emergency.actor("secretary"), emergency.at
    verbs.publish(ballot, reasons="Ten.", minority_statement="", by=by, at=at)
    verbs.record_appeal(Ballot.objects.get(), appellant="DCC", why="The fault is found.", by=by, at=at)
    ended = verbs.record_appeal_outcome(Ballot.objects.get(), result=result, outcome="So ordered.", by=by, at=at)
    assert effect in ended.effects[-1]


def test_an_appeal_that_sends_back_what_held_nothing_asks_for_a_new_ballot(emergency):
    under_way(emergency)
    ballot = decided(emergency, review(emergency), "proceed", "proceed", "proceed")
    by, at = emergency.actor("secretary"), emergency.at
    verbs.publish(ballot, reasons="Ten.", minority_statement="", by=by, at=at)
    verbs.record_appeal(Ballot.objects.get(), appellant="Heron", why="It was not heard.", by=by, at=at)
    ended = verbs.record_appeal_outcome(Ballot.objects.get(), result="remitted", outcome="Again.", by=by, at=at)
    assert ended.effects[-1].endswith("A new ballot decides.")


def test_a_review_taken_out_of_the_portal_agrees(emergency, tmp_path):
    under_way(emergency)
    ballot = decided(emergency, review(emergency), "defer", "reject", "defer")
    path = tmp_path / "decision.zip"
    with verbs.dossier(ballot.determination, by=emergency.actor("secretary"), at=emergency.at) as file:
        path.write_bytes(file.read())
    assert runpy.run_path(str(BASE / "docs" / "verify_decision.py"))["main"](path) == 0
