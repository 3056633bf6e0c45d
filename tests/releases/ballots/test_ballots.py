"""A ballot from its draft to its opening; extension and voiding."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.people import verbs as people
from portal.people.models import PartyCategory
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import can, effects, rulesets, verbs
from releases.ballots.hashes import roll_hash
from releases.ballots.models import Ballot, Determination, Entitlement, Objection
from releases.ballots.queries import blocking, determinations, undetermined
from releases.ballots.roll import roll_of
from releases.ballots.safeguards import is_established
from releases.holds.models import Hold
from releases.products.cohorts import Cohort
from releases.publishing.models import Release
from tests.factories import ballots as make
from tests.factories.world import SEED


def test_a_ballot_hears_contested_objections(matter):
    objection = make.contest(matter)
    ballot = make.draft(matter, objection)
    assert (ballot.state, ballot.subject, ballot.reference) == ("draft", str(objection.pk), f"BAL-{ballot.pk:04d}")
    assert list(ballot.objections.all()) == [objection]
    assert list(undetermined(matter.release)) == [ballot]


@pytest.mark.parametrize("who", ["manager", "chair", "supplier", "administrator"])
def test_only_the_secretary_runs_ballots(matter, who):
    objection = make.contest(matter)
    facts = {"committee": matter.world.panel, "question": "May it?", "defer_to": make.LATER, "at": matter.at}
    with pytest.raises(NotAllowed, match="SECAS secretary"):
        verbs.draft(matter.release, objections=[objection], by=matter.actor(who), **facts)
    ballot = make.draft(matter, objection)
    for verb in (verbs.notice, verbs.open_voting, verbs.extend, verbs.count):
        with pytest.raises(NotAllowed, match="SECAS secretary"):
            verb(ballot, by=matter.actor(who), at=matter.at)
    with pytest.raises(NotAllowed, match="SECAS secretary"):
        verbs.void(ballot, why="x", by=matter.actor(who), at=matter.at)
    with pytest.raises(NotAllowed, match="SECAS secretary"):
        verbs.publish(ballot, reasons="x", minority_statement="", by=matter.actor(who), at=matter.at)
    with pytest.raises(NotAllowed, match="SECAS secretary"):
        verbs.determine(ballot, by=matter.actor(who), at=matter.at)
    with pytest.raises(NotAllowed, match="SECAS secretary"):
        verbs.record_appeal(ballot, appellant="x", why="x", by=matter.actor(who), at=matter.at)


def test_what_a_ballot_cannot_hear(matter):
    with pytest.raises(NotNow, match="at least one objection"):
        make.draft(matter)
    with pytest.raises(NotNow, match="is admitted, not contested"):
        make.draft(matter, make.admit(matter))
    objection = make.contest(matter)
    make.draft(matter, objection)
    with pytest.raises(NotNow, match="being heard in another ballot"):
        make.draft(matter, objection)
    with pytest.raises(NotNow, match="about another release"):
        other = Ballot(release_id=matter.release.pk + 1)
        can.draft(other, [objection])


def test_the_question_and_the_deferral_date_are_needed(matter):
    objection = make.contest(matter)
    with pytest.raises(Invalid, match="deferral date is past"):
        make.draft(matter, objection, defer_to=matter.at)
    facts = {"committee": matter.world.panel, "defer_to": make.LATER, "by": matter.actor("secretary"), "at": matter.at}
    with pytest.raises(Invalid, match="what the committee is asked"):
        verbs.draft(matter.release, objections=[objection], question=" ", **facts)


def test_a_security_issue_is_for_the_security_sub_committee(matter):
    matter.issue = make.make_issue(matter.world, matter.release, category="security")
    objection = make.contest(matter)
    with pytest.raises(Invalid, match="for the Security Sub-Committee") as refusal:
        make.draft(matter, objection)
    assert list(refusal.value.fields) == ["committee"]
    assert make.draft(matter, objection, committee=matter.world.security).state == "draft"


def test_a_refused_draft_leaves_no_gap_in_the_numbers(matter):
    first = make.draft(matter, make.contest(matter))
    with pytest.raises(NotNow, match="at least one objection"):
        make.draft(matter)
    with pytest.raises(Invalid, match="deferral date is past"):
        make.draft(matter, make.contest(matter), defer_to=matter.at)
    matter.issue = make.make_issue(matter.world, matter.release, category="security")
    with pytest.raises(Invalid, match="for the Security Sub-Committee"):
        make.draft(matter, make.contest(matter))
    assert make.draft(matter, make.contest(matter), committee=matter.world.security).pk == first.pk + 1


def test_the_database_allows_one_running_ballot_on_a_matter(matter):
    ballot = make.draft(matter, make.contest(matter))
    twin = Ballot.objects.get(pk=ballot.pk)
    twin.pk, twin.reference = None, "BAL-TWIN"
    with pytest.raises(IntegrityError, match="one_running_ballot"), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "void"}, "void_with_a_reason"),
        ({"void_reason": "x"}, "void_with_a_reason"),
        ({"state": "tied"}, "a_tie_has_its_time"),
        ({"state": "open"}, "open_has_its_rules"),
        ({"closes_at": make.LATER}, "ballot_closes_after_it_opens"),
        ({"opened_at": make.LATER}, "opened_with_keys_and_roll"),
        ({"public_key": b"x"}, "ballot_keys_are_whole"),
    ],
)
def test_a_ballot_s_fields_belong_together(matter, changes, constraint):
    ballot = make.draft(matter, make.contest(matter))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Ballot.objects.filter(pk=ballot.pk).update(**changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"evidence": ""}, "objection_has_evidence"),
        ({"remedy": "defer"}, "deferral_has_its_date"),
        ({"defer_to": make.LATER}, "deferral_has_its_date"),
        ({"state": "returned"}, "returned_with_reasons"),
        ({"return_reason": "x"}, "returned_with_reasons"),
        ({"is_late": True}, "late_is_limited"),
    ],
)
def test_an_objection_s_fields_belong_together(matter, changes, constraint):
    objection = make.lodge(matter)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(**changes)


def test_notice_is_given_before_voting_opens(matter):
    ballot = make.draft(matter, make.contest(matter))
    ballot = verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    assert (ballot.state, ballot.opens_at) == ("noticed", matter.at.replace(day=11, hour=0))
    with pytest.raises(NotNow, match="Notice of this ballot runs until"):
        verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)
    with pytest.raises(NotNow, match="waiting for voting to open"):
        verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)


def test_opening_freezes_rules_roll_exclusion_and_safeguard(matter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=2, state="accepted")
    ballot = make.open_ballot(matter)
    objection = ballot.objections.get()
    assert ballot.rules == rulesets.DEFAULT and ballot.rule_set.number == 1
    assert ballot.closes_at == ballot.opened_at.replace(day=14)  # 2 Working Days: the 12th and 13th
    assert ballot.exclusion == [Cohort.of(objection).as_json()]
    assert ballot.exclusion_cells == [matter.catalogue.cells["north"].number]
    assert (ballot.safeguard, ballot.safeguard_objections) == (
        "established",
        {"established": [objection.pk], "asked": []},
    )
    assert objection.safeguarded
    assert ballot.roll_hash == roll_hash(ballot.roll.all())
    assert Release.objects.get().notes_locked == f"{ballot.reference} is open"
    with pytest.raises(NotNow, match="The ballot is open"):
        verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)


def test_what_was_settled_since_the_draft_is_not_heard(matter):
    first, second = make.contest(matter), make.contest(matter)
    ballot = make.draft(matter, first, second)
    ballot = verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    verbs.accept(first, answer="Agreed.", by=matter.actor("manager"), at=matter.at)
    matter.until(ballot.opens_at)
    assert can.open_voting.why_not(ballot, at=matter.at) is None
    verbs.withdraw(second, why="", by=matter.actor("supplier"), at=matter.at)
    with pytest.raises(NotNow, match="Every objection it would hear is settled"):
        verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)
    verbs.void(ballot, why="Settled.", by=matter.actor("secretary"), at=matter.at)
    third, fourth = make.contest(matter), make.contest(matter)
    ballot = verbs.notice(make.draft(matter, third, fourth), by=matter.actor("secretary"), at=matter.at)
    verbs.withdraw(third, why="", by=matter.actor("supplier"), at=matter.at)
    matter.until(ballot.opens_at)
    ballot = verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)
    assert list(ballot.objections.all()) == [fourth]


def test_the_roll_is_frozen(matter):
    ballot = make.open_ballot(matter)
    people.end_seat(matter.world.seats["member"], by=SEED, at=matter.at)
    roll = roll_of(ballot)
    assert [row.name for row in roll.rows] == [
        "Chair",
        "Deputy",
        "Member",
        "Second Member",
        "Third Member",
        "Alternate",
    ]
    assert len(roll.base) == 4
    assert roll_hash(roll.rows) == ballot.roll_hash
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        Entitlement.objects.filter(ballot=ballot).update(is_conflicted=True)


def seat(matter, who, *, organisation=None, capacity="member"):
    user = matter.world.users[who]
    company = matter.world.organisations[organisation] if organisation else None
    return people.seat_member(
        matter.world.panel,
        user,
        capacity=capacity,
        constituency=PartyCategory.OTHER,
        organisation=company,
        by=SEED,
        at=matter.at,
    )


def test_parties_to_the_matter_are_recused_and_the_merely_affected_are_not(matter):
    for who in ("supplier", "other_supplier", "rsa", "small_supplier", "manager", "csp_north"):
        seat(matter, who)
    seat(matter, "observer", organisation="dcc")
    objection = make.contest(matter, who="rsa")
    verbs.join(
        objection,
        supplier=matter.world.organisations["osprey"],
        statement="",
        by=matter.actor("other_supplier"),
        at=matter.at,
    )
    ballot = make.open_ballot(matter, objection)
    conflicts = dict(ballot.roll.filter(is_conflicted=True).values_list("name", "conflict"))
    assert conflicts == {
        "Supplier": "Lodged the objection.",
        "Other Supplier": "Joined the objection.",
        "Rsa": "Acted for the objector.",
        "Manager": "DCC answers the objection.",
        "Observer": "DCC answers the objection.",
    }
    assert len(roll_of(ballot).recused) == 5


@pytest.mark.parametrize(
    ("facts", "established"),
    [
        ({"severity": 3, "state": "accepted"}, False),
        ({"severity": 2, "state": "raised"}, False),
        ({"severity": 2, "state": "accepted"}, True),
        ({"severity": 1, "reproduced": "fernlight"}, True),
        ({"severity": 1, "reproduced": "heron"}, False),
    ],
)
def test_evidence_is_established_by_dcc_or_a_second_organisation(matter, facts, established):
    who = facts.pop("reproduced", None)
    if who:
        facts |= {"reproduced_by": matter.world.organisations[who], "reproduced_at": matter.at}
    assert is_established(make.make_issue(matter.world, matter.release, **facts)) == established


def test_the_paper_says_how_the_safeguard_stands(matter):
    mild = make.contest(matter)
    matter.issue = make.make_issue(matter.world, matter.release, severity=2)
    asked = make.contest(matter)
    matter.issue = make.make_issue(matter.world, matter.release, severity=1, state="accepted")
    established = make.contest(matter)
    assert make.open_ballot(matter, mild).safeguard == "none"
    assert make.open_ballot(matter, asked, established).safeguard == "partly"


def test_a_grave_issue_nobody_confirmed_is_put_to_the_committee(matter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=1)
    assert make.open_ballot(matter).safeguard == "asked"


def test_parties_put_statements_on_the_page(matter):
    objection = make.contest(matter)
    verbs.join(
        objection,
        supplier=matter.world.organisations["osprey"],
        statement="",
        by=matter.actor("other_supplier"),
        at=matter.at,
    )
    ballot = make.draft(matter, objection)
    for who, organisation in (("rsa", "heron"), ("other_supplier", "osprey"), ("manager", "dcc")):
        number = matter.world.organisations[organisation].pk
        facts = {"organisation_id": number, "by": matter.actor(who), "at": matter.at}
        assert verbs.add_statement(ballot, text="Ours.", **facts).organisation_id == number
        with pytest.raises(Invalid):
            verbs.add_statement(ballot, text="", **facts)
    for who, organisation in (("small_supplier", "fernlight"), ("small_supplier", "heron"), ("secretary", "dcc")):
        number = matter.world.organisations[organisation].pk
        with pytest.raises(NotAllowed):
            verbs.add_statement(ballot, organisation_id=number, text="x", by=matter.actor(who), at=matter.at)
    verbs.void(ballot, why="x", by=matter.actor("secretary"), at=matter.at)
    with pytest.raises(NotNow):
        number = matter.world.organisations["dcc"].pk
        verbs.add_statement(ballot, organisation_id=number, text="x", by=matter.actor("manager"), at=matter.at)


def test_a_voided_ballot_is_never_reopened_and_a_new_one_refers_to_it(matter):
    ballot = make.open_ballot(matter)
    with pytest.raises(Invalid):
        verbs.void(ballot, why=" ", by=matter.actor("secretary"), at=matter.at)
    void = verbs.void(ballot, why="Wrong question.", by=matter.actor("secretary"), at=matter.at)
    assert (void.state, void.void_reason, void.voided_at) == ("void", "Wrong question.", matter.at)
    assert Release.objects.get().notes_locked == ""
    with pytest.raises(NotNow, match="is void"):
        verbs.void(ballot, why="x", by=matter.actor("secretary"), at=matter.at)
    objection = ballot.objections.get()
    again = verbs.draft(
        matter.release,
        committee=matter.world.panel,
        objections=[objection],
        question="And now?",
        defer_to=make.LATER,
        by=matter.actor("secretary"),
        at=matter.at,
        replaces=void,
    )
    assert again.replaces == void


def test_voiding_a_decided_ballot_contests_its_objections_again(matter):
    ballot = make.decided(matter, "proceed", "proceed", "proceed")
    assert (Release.objects.get().state, ballot.objections.get().state) == ("notified", "determined")
    verbs.void(ballot, why="A voter was not entitled.", by=matter.actor("secretary"), at=matter.at)
    assert (Release.objects.get().state, ballot.objections.get().state) == ("disputed", "contested")
    assert blocking(matter.release, matter.at) == [ballot.objections.get()]


def void(matter, ballot):
    return verbs.void(ballot, why="A voter was not entitled.", by=matter.actor("secretary"), at=matter.at)


def test_voiding_ends_the_holds_and_keeps_the_determination_to_be_read(matter):
    ballot = make.decided(matter, *["proceed_with_exclusions"] * 3)
    hold, decision = Hold.objects.get(), ballot.determination
    said = effects.voiding(ballot)
    assert said[0].startswith(f"{decision.reference} (proceed with exclusions) is in force and will be so no more.")
    assert said[1] == f"{hold} ends: 100 homes are no longer held by it."
    assert "is contested again: activation of the release waits for a new ballot." in said[2]
    void(matter, ballot)
    hold.refresh_from_db()
    decision.refresh_from_db()
    assert (hold.state, hold.lift_reason) == (
        "lifted",
        f"{ballot.reference} was voided: {decision.reference} is no longer in force.",
    )
    assert f"Taken back when the ballot was voided: {hold.reference} is lifted." in decision.effects
    assert determinations(matter.actor("secretary")).get() == decision
    assert not determinations(matter.actor("supplier")).exists()


def test_voiding_a_deferral_restores_the_date_before(matter):
    ballot = make.decided(matter, "defer", "defer", "defer")
    assert Release.objects.get().deferred_until == ballot.defer_to
    assert "Activation is not deferred." in effects.voiding(ballot)
    void(matter, ballot)
    assert Release.objects.get().deferred_until is None


def test_a_deferral_that_another_ordered_too_stays_until_then(matter):
    earlier = make.LATER - timedelta(days=9)
    accepted = make.lodge(matter, remedy="defer", defer_to=earlier)
    Objection.objects.filter(pk=accepted.pk).update(state="accepted")
    ballot = make.decided(matter, "defer", "defer", "defer")
    assert any("Activation is deferred to" in one for one in effects.voiding(ballot))
    void(matter, ballot)
    assert Release.objects.get().deferred_until == earlier


def test_voiding_the_hearing_of_a_late_objection_holds_its_cohort_again(matter):
    ballot = make.open_ballot(matter)
    Objection.objects.update(is_late=True, is_limited=True)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    ballot = make.close(matter, ballot)
    assert "homes waits" in effects.voiding(ballot)[-1]
    void(matter, ballot)
    assert [hold.cause for hold in Hold.objects.filter(state="placed")] == ["objection"]


def test_what_cannot_be_undone_is_said(matter):
    ballot = make.decided(matter, "retest", "retest", "retest")
    assert "The release stays draft: that cannot be undone." in effects.voiding(ballot)
    void(matter, ballot)
    assert Release.objects.get().state == "draft"


def test_an_undecided_ballot_takes_nothing_back(matter):
    ballot = make.open_ballot(matter)
    assert effects.voiding(ballot) == [
        "Nothing is decided: no hold and no date changes. The objections it hears stay as they are."
    ]


def test_a_decided_ballot_is_not_advised_to_be_voided(matter):
    ballot = make.decided(matter, "proceed", "proceed", "proceed")
    assert can.open_voting.why_not(ballot, at=matter.at) == "The ballot is decided."


def test_voiding_a_ballot_that_ended_the_release_leaves_it_ended(matter):
    ballot = make.decided(matter, "reject", "reject", "reject")
    verbs.void(ballot, why="A voter was not entitled.", by=matter.actor("secretary"), at=matter.at)
    assert (Release.objects.get().state, ballot.objections.get().state) == ("rejected", "determined")


def test_the_release_ended_by_a_voided_ballot_is_said_to_stay_so(matter):
    ballot = make.decided(matter, "reject", "reject", "reject")
    assert "The release stays rejected: that cannot be undone." in effects.voiding(ballot)
    void(matter, ballot)
    decision = Determination.objects.get()
    assert decision.effects[-1].endswith("stays determined: the release has ended.")


def test_an_inquorate_ballot_is_extended_once_and_its_votes_stay_sealed(matter):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, "proceed")
    ballot = make.close(matter, ballot)
    assert ballot.state == "inquorate" and not hasattr(ballot, "tally")
    ballot = verbs.extend(ballot, by=matter.actor("secretary"), at=matter.at)
    assert (ballot.state, ballot.extended_at) == ("open", matter.at)
    assert ballot.closes_at == matter.at.replace(day=19)  # the 14th is a Saturday: 2 Working Days after Monday 16
    assert ballot.closed_at is None
    make.vote(matter, ballot, "proceed", "reject")
    ballot = make.close(matter, ballot)
    assert ballot.state == "inquorate"
    with pytest.raises(NotNow, match="extended once already"):
        verbs.extend(ballot, by=matter.actor("secretary"), at=matter.at)


def test_only_an_inquorate_ballot_is_extended(matter):
    ballot = make.open_ballot(matter)
    with pytest.raises(NotNow, match="is open"):
        verbs.extend(ballot, by=matter.actor("secretary"), at=matter.at)


def test_a_ballot_of_abstentions_is_not_extended_for_its_votes_were_opened(matter):
    ballot = make.decided(matter, "abstain", "abstain", "abstain")
    assert ballot.state == "inquorate" and ballot.tally.result["verdict"] == "inquorate"
    with pytest.raises(NotNow, match="every vote was an abstention"):
        verbs.extend(ballot, by=matter.actor("secretary"), at=matter.at)
