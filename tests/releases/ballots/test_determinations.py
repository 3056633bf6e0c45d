"""Determinations take effect by themselves, are published and can be appealed."""

import pytest
from django.db import IntegrityError, transaction

from portal.delivery.models import Message
from portal.people.models import CommitteeKind
from portal.workflow.errors import Invalid, NotNow
from releases.ballots import verbs
from releases.ballots.bundle import result
from releases.ballots.models import Ballot, Determination, Objection
from releases.ballots.paper import Option
from releases.ballots.queries import blocking, determination_in_force, undetermined
from releases.ballots.verbs.settling import CLERK
from releases.holds.models import Hold
from releases.products.models import Cell
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.factories import ballots as make


def release_now() -> Release:
    return Release.objects.get()


def standing_holds():
    return list(Hold.objects.filter(state="placed").order_by("pk").values_list("cause", "condition"))


def determined(matter, choice, **answers) -> Determination:
    return make.decided(matter, choice, choice, choice, **answers).determination


def test_proceed_lets_the_release_go_on_and_the_objected_cohort_waits_for_the_appeal_window(matter):
    decision = determined(matter, "proceed")
    assert str(decision) == f"DET-{decision.pk:04d}"
    assert (decision.outcome, decision.effects) == ("proceed", ["The release proceeds."])
    assert release_now().state == "notified"
    assert Objection.objects.get().state == "determined"
    assert standing_holds() == []
    assert determination_in_force(matter.release) == decision
    assert not undetermined(matter.release).exists()
    waiting = blocking(matter.release, matter.at)
    assert [(one.state, one.is_limited) for one in waiting] == [("determined", True)]


def test_exclusion_holds_the_cohort(matter):
    decision = determined(matter, "proceed_with_exclusions")
    condition = f"Until a new determination replaces {decision.reference}."
    assert standing_holds() == [("determination", condition)]
    assert decision.effects == [
        f"Held: region North; supplier Heron Power. {condition}",
        "The rest of the release proceeds.",
    ]
    assert Hold.objects.get().cause_id == decision.pk


def test_deferral_moves_the_date_fixed_at_opening(matter):
    decision = determined(matter, "defer")
    assert decision.defer_to == make.LATER
    assert decision.effects == ["Activation is deferred to 1 March 2017."]
    assert release_now().deferred_until == make.LATER


def test_retest_returns_the_release_to_draft(matter):
    assert determined(matter, "retest").effects == ["The release is returned to draft for retest: its notice is void."]
    assert release_now().state == "draft"


@pytest.mark.parametrize("limited", [False, True])
def test_rejection_ends_the_release(matter, limited):
    ballot = make.open_ballot(matter, make.contest(matter, is_limited=limited))
    make.vote(matter, ballot, "reject", "reject", "reject")
    assert make.close(matter, ballot).determination.effects == ["The release is rejected."]
    assert release_now().state == "rejected"


@pytest.mark.parametrize("choice", ["proceed", "proceed_with_exclusions", "defer", "retest", "reject"])
def test_a_safeguarded_cohort_is_held_until_fixed_whichever_option_wins(matter, choice):
    matter.issue = make.make_issue(matter.world, matter.release, severity=1, state="accepted")
    decision = determined(matter, choice, override=False)
    assert decision.is_safeguarded and not decision.override_carried
    assert standing_holds() == [
        ("determination", "Until the fault is fixed: evidence of severity 1 or 2 is established (minority safeguard).")
    ]
    assert decision.effects[0].startswith("Held: region North; supplier Heron Power. Until the fault is fixed")


def test_a_carried_override_leaves_the_cohort_free(matter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=1, state="accepted")
    decision = determined(matter, "proceed", override=True)
    assert (decision.is_safeguarded, decision.override_carried) == (False, True)
    assert standing_holds() == [] and decision.effects == ["The release proceeds."]


def test_evidence_the_committee_did_not_accept_safeguards_nobody(matter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=1)
    assert not determined(matter, "proceed", evidence=False).is_safeguarded


def test_of_several_objections_only_the_grave_one_is_safeguarded(matter):
    mild = make.contest(matter, who="other_supplier", supplier="osprey")
    matter.issue = make.make_issue(matter.world, matter.release, severity=1, state="accepted", regions=["south"])
    grave = make.contest(matter)
    ballot = make.open_ballot(matter, mild, grave)
    make.vote(matter, ballot, "proceed", "proceed", "proceed", override=False)
    decision = make.close(matter, ballot).determination
    assert decision.effects[-1] == "The rest of the release proceeds."
    assert [hold.regions for hold in Hold.objects.all()] == [["south"]]


def late(matter) -> Objection:
    matter.later(days=10)
    matter.issue = make.make_issue(matter.world, matter.release, severity=2)
    objection = make.contest(matter)
    Release.objects.update(state="active")
    matter.release.refresh_from_db()
    return objection


@pytest.mark.parametrize(
    ("choice", "ending"),
    [
        ("proceed", None),
        ("proceed_with_exclusions", "Until a new determination replaces"),
        ("defer", "Until 1 March 2017, as determined in"),
        ("retest", "Until a new determination replaces"),
        ("reject", "Until a new determination replaces"),
    ],
)
def test_against_a_release_under_way_every_option_concerns_the_objected_cohort(matter, choice, ending):
    ballot = make.open_ballot(matter, late(matter))
    assert not undetermined(matter.release).exists()
    make.vote(matter, ballot, choice, choice, choice, evidence=False)
    decision = make.close(matter, ballot).determination
    assert release_now().state == "active"
    assert Hold.objects.get(cause="objection").state == "lifted"
    conditions = [condition for _, condition in standing_holds()]
    assert len(conditions) == (ending is not None)
    assert all(condition.startswith(ending) for condition in conditions)
    assert decision.outcome == choice


@pytest.mark.parametrize("choice", ["defer", "retest", "reject"])
def test_a_release_returned_to_draft_meanwhile_starts_its_notice_again_anyway(matter, choice):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, choice, choice, choice)
    publishing.return_to_draft(matter.release, by=matter.actor("manager"), at=matter.at, why="A new image.")
    decision = make.close(matter, ballot).determination
    assert decision.effects == ["The release was returned to draft meanwhile: its notice starts again."]
    assert release_now().state == "draft" and standing_holds() == []


def test_a_cohort_without_homes_left_needs_no_hold(matter):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, *["proceed_with_exclusions"] * 3)
    Cell.objects.filter(number=matter.catalogue.cells["north"].number).update(homes=0)
    decision = make.close(matter, ballot).determination
    assert decision.effects[0] == f"Nothing to hold for {Objection.objects.get().reference}: its cohort has no homes."


def test_a_new_determination_replaces_the_hold_of_the_old_one(matter):
    ballot = make.decided(matter, *["proceed_with_exclusions"] * 3)
    Ballot.objects.filter(pk=ballot.pk).update(state="void", voided_at=matter.at, void_reason="Before holds ended so.")
    Objection.objects.update(state="contested")
    assert len(standing_holds()) == 1
    second = make.open_ballot(matter, ballot.objections.get())
    make.vote(matter, second, "proceed", "proceed", "proceed")
    decision = make.close(matter, second).determination
    assert standing_holds() == []
    assert decision.effects == [f"{Hold.objects.get().reference} is replaced.", "The release proceeds."]
    assert determination_in_force(matter.release) == decision


def test_a_security_matter_is_not_told_in_words(matter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=3, category="security")
    for who in ("member", "second_member", "third_member"):
        matter.world.seats[who].__class__.objects.filter(pk=matter.world.seats[who].pk).update(
            committee=matter.world.security
        )
    ballot = make.open_ballot(matter, make.contest(matter), committee=matter.world.security)
    for who in ("member", "second_member", "third_member"):
        make.cast(matter, ballot, who, "proceed_with_exclusions")
    decision = make.close(matter, ballot).determination
    assert decision.effects[0].startswith("Held: The cohort.")
    assert Hold.objects.get().restricted


# --- without a vote --------------------------------------------------------------------------------------


def inquorate_twice(matter, **changes) -> Ballot:
    ballot = make.close(matter, make.open_ballot(matter, **changes))
    with pytest.raises(NotNow, match="can still be extended"):
        verbs.determine(ballot, by=CLERK, at=matter.at)
    return make.close(matter, verbs.extend(ballot, by=matter.actor("secretary"), at=matter.at))


def test_at_the_panel_still_inquorate_the_cohort_is_held(matter):
    ballot = inquorate_twice(matter)
    decision = verbs.determine(ballot, by=matter.actor("secretary"), at=matter.at)
    assert (decision.outcome, len(standing_holds())) == ("proceed_with_exclusions", 1)
    assert decision.rule_in_words.endswith("the objected cohort is held and the rest proceeds.")
    with pytest.raises(NotNow, match="is decided"):
        verbs.determine(ballot, by=CLERK, at=matter.at)


def test_a_sub_committee_without_quorum_refers_to_the_panel(matter):
    matter.world.panel.kind = CommitteeKind.SUB_COMMITTEE
    matter.world.panel.save()
    ballot = inquorate_twice(matter)
    with pytest.raises(NotNow, match="refers the matter to the Panel"):
        verbs.determine(ballot, by=CLERK, at=matter.at)
    with pytest.raises(NotNow, match="There is no Panel"):
        verbs.refer(ballot, by=matter.actor("secretary"), at=matter.at)


def test_a_security_issue_is_heard_anew_by_its_own_committee(matter):
    ballot = inquorate_twice(matter)
    matter.issue.category = "security"
    matter.issue.save()
    with pytest.raises(NotNow, match="shown to no other committee"):
        verbs.determine(ballot, by=CLERK, at=matter.at)


def test_a_ballot_of_abstentions_at_the_panel_holds_the_cohort_too(matter):
    ballot = make.decided(matter, "abstain", "abstain", "abstain")
    assert verbs.determine(ballot, by=CLERK, at=matter.at).outcome == Option.EXCLUDE


# --- publication ---------------------------------------------------------------------------------------------


def published(matter, choice="proceed") -> Ballot:
    ballot = make.decided(matter, choice, choice, choice)
    verbs.publish(
        ballot, reasons="Ten displays.", minority_statement="Eleven.", by=matter.actor("secretary"), at=matter.at
    )
    return Ballot.objects.get(pk=ballot.pk)


def test_the_determination_is_published_with_reasons_and_the_appeal_date(matter):
    ballot = published(matter)
    decision = ballot.determination
    assert (ballot.state, decision.reasons, decision.minority_statement) == ("published", "Ten displays.", "Eleven.")
    assert decision.published_at == matter.at
    assert decision.appeal_until == matter.at.replace(day=31)  # 10 Working Days from Monday 16: to the 30th
    assert Message.objects.filter(kind="ballots.determination_published", statutory=True).count() == 1
    assert [one.is_limited for one in blocking(matter.release, matter.at)] == [True]
    assert blocking(matter.release, decision.appeal_until) == []
    with pytest.raises(NotNow, match="is published"):
        verbs.publish(ballot, reasons="x", minority_statement="", by=matter.actor("secretary"), at=matter.at)
    with pytest.raises(NotNow, match="is published"):
        verbs.void(ballot, why="x", by=matter.actor("secretary"), at=matter.at)


def test_the_printed_tally_has_each_vote_in_its_own_column(matter):
    ballot = make.decided(matter, "proceed", "proceed_with_exclusions", "abstain", "reject")
    shown = result(Ballot.objects.get(pk=ballot.pk))
    assert shown.heads == [
        "Proceed",
        "Proceed with exclusions",
        "Defer to a date",
        "Return for retest",
        "Reject",
        "Abstain",
    ]
    assert [(row.name, row.votes) for row in shown.rows] == [
        ("No constituency", [1, 0, 0, 0, 0, 0]),
        ("Large Supplier", [0, 1, 0, 0, 1, 1]),
    ]


def test_a_publication_gives_reasons(matter):
    ballot = make.decided(matter, "proceed", "proceed", "proceed")
    with pytest.raises(Invalid):
        verbs.publish(ballot, reasons=" ", minority_statement="", by=matter.actor("secretary"), at=matter.at)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"published_at": make.LATER}, "published_with_reasons"),
        ({"appeal_outcome": "x"}, "appeal_outcome_is_whole"),
        ({"appeal_result": "held"}, "appeal_result_with_its_outcome"),
    ],
)
def test_a_determination_s_fields_belong_together(matter, changes, constraint):
    determined(matter, "proceed")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Determination.objects.update(**changes)
