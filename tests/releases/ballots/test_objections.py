"""An objection from lodging to its answer."""

from datetime import timedelta

import pytest

from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import can, verbs
from releases.ballots.models import Objection
from releases.ballots.queries import blocking
from releases.ballots.verbs.settling import CLERK
from releases.holds.models import Hold
from releases.products.cohorts import Cohort, supplied_by
from releases.products.models import Cell
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.factories import ballots as make
from tests.factories.releases import facts

WINDOW = timedelta(days=10)


def state_of(release: Release) -> str:
    return Release.objects.get(pk=release.pk).state


def holds_on(release: Release):
    return list(Hold.objects.filter(release=release).order_by("pk").values_list("cause", "state"))


# --- lodging ---------------------------------------------------------------------------------------------


def test_an_objection_disputes_the_release_and_starts_the_clock_of_secas(matter):
    objection = make.lodge(matter)
    assert (objection.state, objection.is_late, objection.is_limited) == ("lodged", False, False)
    assert objection.reference == f"OBJ-{objection.pk:04d}"
    assert objection.due_at == matter.at.replace(day=11, hour=0)  # 1 Working Day for Urgent: to the end of the 10th
    assert list(objection.issues.all()) == [matter.issue]
    assert state_of(matter.release) == "disputed"
    assert blocking(matter.release, matter.at) == [objection]
    assert Message.objects.filter(kind="ballots.objection").count() == 1
    assert Entry.objects.filter(verb="lodge", subject_id=objection.pk).exists()


def test_an_objection_limited_to_its_cohort_leaves_the_rest_as_it_is(matter):
    objection = make.lodge(matter, is_limited=True)
    assert state_of(matter.release) == "notified"
    assert [(one.pk, one.is_limited) for one in blocking(matter.release, matter.at)] == [(objection.pk, True)]


def test_an_agent_objects_for_the_supplier_it_names_and_the_act_stays_with_that_supplier(matter):
    objection = make.lodge(matter, who="rsa")
    assert (objection.organisation.name, objection.lodged_by_organisation.name) == ("Heron Power", "Meterwrights")


@pytest.mark.parametrize(("who", "supplier"), [("rsa", "osprey"), ("small_supplier", "heron"), ("manager", "heron")])
def test_only_the_supplier_or_its_agent_objects(matter, who, supplier):
    with pytest.raises(NotAllowed, match="agent that it has appointed"):
        make.lodge(matter, who=who, supplier=supplier)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"issues": []}, "issues"),
        ({"evidence": "  "}, "evidence"),
        ({"remedy": "delay"}, "remedy"),
        ({"remedy": "defer"}, "defer_to"),
        ({"remedy": "defer", "defer_to": make.LATER.replace(year=2016)}, "defer_to"),
        ({"defer_to": make.LATER}, "defer_to"),
        ({"cohort": Cohort(regions=frozenset({"central"}))}, "cohort"),
    ],
)
def test_grounds_must_hold_together(matter, changes, field):
    with pytest.raises(Invalid) as refusal:
        make.lodge(matter, **changes)
    assert list(refusal.value.fields) == [field]


def test_issues_of_another_release_are_no_grounds(matter):
    other = publishing.draft_release(facts(matter.catalogue), by=matter.actor("manager"), at=matter.at)
    with pytest.raises(Invalid) as refusal:
        make.lodge(matter, issues=[make.make_issue(matter.world, other)])
    assert list(refusal.value.fields) == ["issues"]


def test_the_same_objection_is_not_lodged_twice_while_it_is_unsettled(matter):
    first = make.lodge(matter)
    with pytest.raises(Invalid) as refused:
        make.lodge(matter, issues=[matter.issue], evidence="Said again.")
    assert refused.value.fields["issues"] == [
        f"{first.reference} says the same of the same homes and is not settled yet: once is enough."
    ]
    make.lodge(matter, issues=[matter.issue], cohort=Cohort())
    verbs.withdraw(first, why="Solved.", by=matter.actor("supplier"), at=matter.at)
    make.lodge(matter)
    assert Objection.objects.count() == 3


def test_a_stale_page_lodges_nothing(matter):
    with pytest.raises(NotNow, match="Somebody else changed this"):
        verbs.lodge(
            matter.release,
            supplier=matter.world.organisations["heron"],
            grounds=make.grounds(matter),
            by=matter.actor("supplier"),
            at=matter.at,
            seen=matter.release.version + 7,
        )


def test_out_of_time_only_grave_evidence_is_heard(matter):
    matter.later(days=10)
    with pytest.raises(NotNow, match="severity 1 or 2"):
        make.lodge(matter)
    matter.issue = make.make_issue(matter.world, matter.release, severity=2)
    objection = make.lodge(matter)
    assert (objection.is_late, objection.is_limited) == (True, True)
    assert state_of(matter.release) == "notified"
    assert blocking(matter.release, matter.at) == []


def test_a_release_without_objection_stage_takes_none(matter):
    matter.release.approach = "notice_only"
    assert can.lodge.why_not(matter.release, [], at=matter.at) == (
        "Only a release under Consultation has an objection stage."
    )
    matter.release.approach, matter.release.state = "consultation", "withdrawn"
    assert can.lodge.why_not(matter.release, [], at=matter.at) == ("A release that is withdrawn takes no objections.")


# --- joining, admission, withdrawal ----------------------------------------------------------------------


def test_others_join_once_while_the_objection_is_unsettled(matter):
    objection = make.lodge(matter)
    osprey = matter.world.organisations["osprey"]
    join = {"supplier": osprey, "statement": "Ours too.", "by": matter.actor("other_supplier"), "at": matter.at}
    assert str(verbs.join(objection, **join)) == f"Osprey Gas joined {objection.reference}"
    with pytest.raises(NotNow, match="already joined"):
        verbs.join(objection, **join)
    with pytest.raises(NotAllowed, match="need not join"):
        verbs.join(objection, **join | {"supplier": objection.organisation, "by": matter.actor("supplier")})
    for who in ("supplier", "other_supplier"):
        verbs.withdraw(objection, why="", by=matter.actor(who), at=matter.at)
    fernlight = matter.world.organisations["fernlight"]
    with pytest.raises(NotNow, match="withdrawn"):
        verbs.join(objection, **join | {"supplier": fernlight, "by": matter.actor("small_supplier")})


def test_only_a_supplier_with_homes_in_the_release_joins(matter):
    objection = make.lodge(matter)
    osprey, by = matter.world.organisations["osprey"], matter.actor("other_supplier")
    Cell.objects.filter(supplied_by([osprey.pk])).update(homes=0)
    with pytest.raises(NotNow, match="only an affected party joins"):
        verbs.join(objection, supplier=osprey, statement="Ours too.", by=by, at=matter.at)


def test_admission_starts_the_clock_of_dcc(matter):
    objection = make.admit(matter)
    assert (objection.state, objection.due_at) == ("admitted", matter.at.replace(day=12, hour=0))
    with pytest.raises(NotNow, match="is admitted"):
        verbs.admit(objection, by=matter.actor("secretary"), at=matter.at)
    with pytest.raises(NotAllowed, match="secretary"):
        verbs.admit(objection, by=matter.actor("manager"), at=matter.at)


def test_admitting_a_late_objection_holds_its_cohort_and_settling_it_ends_the_hold(matter):
    matter.later(days=10)
    matter.issue = make.make_issue(matter.world, matter.release, severity=1)
    objection = make.admit(matter)
    assert holds_on(matter.release) == [("objection", "placed")]
    assert blocking(matter.release, matter.at) == [objection]
    verbs.withdraw(objection, why="Our mistake.", by=matter.actor("supplier"), at=matter.at)
    assert holds_on(matter.release) == [("objection", "lifted")]


def test_an_objection_is_returned_with_reasons_and_the_dispute_ends(matter):
    objection = make.lodge(matter)
    with pytest.raises(Invalid, match="reasons"):
        verbs.return_with_reasons(objection, reasons=" ", by=matter.actor("secretary"), at=matter.at)
    returned = verbs.return_with_reasons(objection, reasons="No evidence.", by=matter.actor("secretary"), at=matter.at)
    assert (returned.state, returned.return_reason, returned.due_at) == ("returned", "No evidence.", None)
    assert state_of(matter.release) == "notified"
    assert blocking(matter.release, matter.at) == []


def test_the_dispute_lasts_as_long_as_any_objection_to_the_release(matter):
    first, second = make.lodge(matter), make.lodge(matter, who="other_supplier", supplier="osprey")
    verbs.withdraw(first, why="", by=matter.actor("supplier"), at=matter.at)
    assert state_of(matter.release) == "disputed"
    verbs.withdraw(second, why="", by=matter.actor("other_supplier"), at=matter.at)
    assert state_of(matter.release) == "notified"
    with pytest.raises(NotNow, match="withdrawn"):
        verbs.withdraw(second, why="", by=matter.actor("other_supplier"), at=matter.at)


def test_once_voting_has_begun_nobody_joins_or_withdraws(matter):
    ballot = make.open_ballot(matter)
    objection = ballot.objections.get()
    with pytest.raises(NotNow, match="no longer be withdrawn"):
        verbs.withdraw(objection, why="", by=matter.actor("supplier"), at=matter.at)
    with pytest.raises(NotNow, match="Voting on this objection has begun"):
        verbs.join(
            objection,
            supplier=matter.world.organisations["osprey"],
            statement="",
            by=matter.actor("other_supplier"),
            at=matter.at,
        )


# --- DCC's answer ----------------------------------------------------------------------------------------


def test_accepting_a_hold_holds_the_cohort_without_a_vote(matter):
    objection = make.admit(matter)
    accepted = verbs.accept(objection, answer="Agreed.", by=matter.actor("manager"), at=matter.at)
    assert (accepted.state, accepted.answer) == ("accepted", "Agreed.")
    assert holds_on(matter.release) == [("issue", "placed")]
    assert state_of(matter.release) == "notified"


def test_accepting_a_deferral_defers_the_release(matter):
    objection = make.admit(matter, remedy="defer", defer_to=make.LATER)
    verbs.accept(objection, answer="Agreed.", by=matter.actor("manager"), at=matter.at)
    assert Release.objects.get().deferred_until == make.LATER
    later = make.admit(matter, remedy="defer", defer_to=make.LATER - timedelta(days=3))
    verbs.accept(later, answer="Agreed.", by=matter.actor("manager"), at=matter.at)
    assert Release.objects.get().deferred_until == make.LATER


def test_accepting_a_deferral_limited_to_a_cohort_holds_it_until_then(matter):
    objection = make.admit(matter, remedy="defer", defer_to=make.LATER, is_limited=True)
    verbs.accept(objection, answer="Agreed.", by=matter.actor("manager"), at=matter.at)
    assert Release.objects.get().deferred_until is None
    assert Hold.objects.get().review_at == make.LATER


def test_accepting_a_retest_returns_the_release_to_draft(matter):
    objection = make.admit(matter, remedy="retest")
    verbs.accept(objection, answer="Agreed.", by=matter.actor("manager"), at=matter.at)
    assert state_of(matter.release) == "draft"


def test_a_rejection_takes_a_committee(matter):
    objection = make.admit(matter, remedy="reject")
    with pytest.raises(NotNow, match="takes a committee's vote"):
        verbs.accept(objection, answer="Agreed.", by=matter.actor("manager"), at=matter.at)


def test_a_release_under_way_cannot_be_returned_for_retest(matter):
    matter.later(days=10)
    matter.issue = make.make_issue(matter.world, matter.release, severity=1)
    objection = make.admit(matter, remedy="retest")
    Release.objects.update(state="active")
    objection.release.refresh_from_db()
    with pytest.raises(NotNow, match="under way"):
        verbs.accept(objection, answer="Agreed.", by=matter.actor("manager"), at=matter.at)


def test_dcc_may_still_accept_while_a_ballot_is_only_prepared(matter):
    objection = make.contest(matter)
    make.draft(matter, objection)
    assert can.accept.why_not(objection) is None
    make.open_ballot(matter, make.contest(matter))
    assert can.accept.why_not(Objection.objects.order_by("-pk")[0]) == "The committee is voting on this objection."


def test_an_agreed_narrowing_holds_the_cohort_and_the_rest_proceeds(matter):
    objection = make.admit(matter)
    narrowed = verbs.narrow(objection, answer="Only these.", by=matter.actor("manager"), at=matter.at)
    assert (narrowed.state, narrowed.due_at) == ("narrowed", matter.at.replace(day=12, hour=0))
    assert holds_on(matter.release) == []
    agreed = verbs.agree(narrowed, by=matter.actor("rsa"), at=matter.at)
    assert agreed.state == "agreed"
    assert holds_on(matter.release) == [("issue", "placed")]
    assert state_of(matter.release) == "notified"


def test_a_refused_narrowing_is_contested(matter):
    narrowed = verbs.narrow(make.admit(matter), answer="Only these.", by=matter.actor("manager"), at=matter.at)
    with pytest.raises(NotAllowed):
        verbs.disagree(narrowed, why="", by=matter.actor("manager"), at=matter.at)
    assert verbs.disagree(narrowed, why="All.", by=matter.actor("supplier"), at=matter.at).state == "contested"
    with pytest.raises(NotNow):
        verbs.disagree(narrowed, why="All.", by=matter.actor("supplier"), at=matter.at)


def test_silence_of_dcc_and_of_the_objector_counts_as_contest(matter):
    silent = make.admit(matter)
    narrowed = verbs.narrow(make.admit(matter), answer="Only these.", by=matter.actor("manager"), at=matter.at)
    with pytest.raises(NotNow, match="not over"):
        verbs.contest_by_silence(silent, by=CLERK, at=matter.at)
    matter.later(days=3)
    assert "time to agree" not in (can.agree.why_not(silent, at=matter.at) or "")
    with pytest.raises(NotNow, match="counts as contested"):
        verbs.agree(narrowed, by=matter.actor("supplier"), at=matter.at)
    assert verbs.contest_by_silence(silent, by=CLERK, at=matter.at).state == "contested"
    assert verbs.contest_by_silence(narrowed, by=CLERK, at=matter.at).state == "contested"
    reasons = list(Entry.objects.filter(verb="contest_by_silence").order_by("pk").values_list("why", flat=True))
    assert [reason.split(" did")[0] for reason in reasons] == ["DCC", "The objector"]
    with pytest.raises(NotNow):
        verbs.contest_by_silence(silent, by=CLERK, at=matter.at)


def test_an_answer_is_dcc_s_alone_and_has_words(matter):
    objection = make.admit(matter)
    for who in ("supplier", "secretary", "csp_north"):
        with pytest.raises(NotAllowed, match="DCC release manager"):
            verbs.contest(objection, answer="No.", by=matter.actor(who), at=matter.at)
    with pytest.raises(Invalid):
        verbs.contest(objection, answer="", by=matter.actor("manager"), at=matter.at)


def test_a_security_issue_is_kept_out_of_the_words_of_its_hold_and_mail(matter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=1, category="security")
    objection = make.admit(matter)
    verbs.accept(objection, answer="Agreed.", by=matter.actor("manager"), at=matter.at)
    assert Hold.objects.get().restricted
    assert set(Message.objects.filter(kind="ballots.objection").values_list("restricted", flat=True)) == {True}
