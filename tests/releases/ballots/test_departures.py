"""An objector withdraws from what others joined, and DCC settles what the Authority sent back."""

import pytest

from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import can, verbs
from releases.ballots.conflicts import conflict
from releases.ballots.models import Ballot, Departure, Objection
from releases.ballots.queries import blocking, objections
from releases.ballots.verbs.remedies import UNTIL_FIXED
from releases.holds.models import Hold
from tests.factories import ballots as make
from tests.releases.ballots.test_appeals import appealed, end
from tests.releases.ballots.test_dossier import check, contents, taken
from tests.releases.ballots.test_exhibits import join


def withdraw(matter, objection: Objection, who: str = "supplier") -> Objection:
    return verbs.withdraw(objection, why="Settled between us.", by=matter.actor(who), at=matter.at)


def test_a_reason_too_long_to_be_read_in_a_vote_is_refused(matter):
    with pytest.raises(Invalid, match="This has 8,001 characters and at most 8,000 fit"):
        verbs.contest(make.admit(matter), answer="x" * 8_001, by=matter.actor("manager"), at=matter.at)


def test_who_joined_carries_the_objection_on_as_it_stands(matter, sign_in):
    objection = make.admit(matter)
    join(matter, objection)
    client = sign_in("supplier")
    page = client.get(f"/ballots/objections/{objection.reference}/withdraw/")
    assert "Osprey Gas joined it and carries it on" in page.text
    due = objection.due_at
    objection = withdraw(matter, objection)
    assert (objection.state, str(objection.organisation), objection.due_at) == ("admitted", "Osprey Gas", due)
    assert blocking(matter.release, matter.at) == [objection]
    page = client.get(f"/ballots/objections/{objection.reference}/").text
    assert "for Heron Power by Heron Power" in page and ", through " not in page
    assert "Settled between us." in page and "Osprey Gas carries the objection on." in page
    with pytest.raises(Exception, match="Only the supplier itself"):
        withdraw(matter, objection)
    assert withdraw(matter, objection, "other_supplier").state == "withdrawn"
    assert blocking(matter.release, matter.at) == []
    assert Departure.objects.count() == 1


def test_who_carries_it_on_has_the_whole_clock_to_answer_a_narrowing(matter):
    objection = make.admit(matter)
    join(matter, objection)
    objection = verbs.narrow(objection, answer="These.", by=matter.actor("manager"), at=matter.at)
    before = objection.due_at
    matter.later(days=1)
    objection = withdraw(matter, objection)
    assert objection.due_at > before
    assert verbs.agree(objection, by=matter.actor("other_supplier"), at=matter.at).state == "agreed"


def test_who_withdrew_stays_recused_and_knows_of_a_restricted_matter(matter):
    objection = make.contest(matter)
    join(matter, objection)
    matter.issue.category = "security"  # found to be one only after the other had joined
    matter.issue.save()
    withdraw(matter, objection)
    assert list(objections(matter.actor("supplier"))) == [objection]
    ballot = make.draft(matter, objection, committee=matter.world.security)
    seat = matter.world.panel.seats.first()
    seat.organisation = matter.world.organisations["heron"]
    assert conflict(ballot, seat, matter.at) == "Lodged the objection, or carried it on, and left it."
    seat.organisation = matter.world.organisations["osprey"]
    assert conflict(ballot, seat, matter.at) == "Carries the objection on."


# --- after an appeal sent it back ------------------------------------------------------------------------


def test_dcc_accepts_what_the_authority_sent_back_and_the_old_decision_stays_as_it_was(matter):
    ballot = appealed(matter, "proceed_with_exclusions")
    objection = ballot.objections.get()
    with pytest.raises(NotNow):
        verbs.accept(objection, answer="We hold them.", by=matter.actor("manager"), at=matter.at)
    end(matter, ballot, "remitted")
    objection = verbs.accept(Objection.objects.get(), answer="We hold them.", by=matter.actor("manager"), at=matter.at)
    assert objection.state == "accepted" and blocking(matter.release, matter.at) == []
    assert check(contents(taken(matter, Ballot.objects.get().determination))) == []


def test_once_nothing_sent_back_is_contested_no_hold_waits_for_a_ballot_that_never_comes(matter):
    """Withdrawn or accepted: the old hold ends; what DCC accepts holds by itself."""
    end(matter, appealed(matter, "proceed_with_exclusions"), "remitted")
    objection = Objection.objects.get()
    old = Hold.objects.get(state="placed")
    withdraw(matter, objection)
    old.refresh_from_db()
    assert old.state == "lifted" and "no ballot decides anew" in old.lift_reason


def test_while_another_objection_of_the_same_decision_is_contested_its_holds_stay(matter):
    both = make.contest(matter), make.contest(matter)
    ballot = make.open_ballot(matter, *both)
    make.vote(matter, ballot, *["proceed_with_exclusions"] * 3)
    make.close(matter, ballot)
    verbs.publish(ballot, reasons="Ten.", minority_statement="", by=matter.actor("secretary"), at=matter.at)
    appealed_by = {"appellant": "Heron Power", "why": "The evidence was not read."}
    ballot = Ballot.objects.get(pk=ballot.pk)
    verbs.record_appeal(ballot, **appealed_by, by=matter.actor("secretary"), at=matter.at)
    end(matter, Ballot.objects.get(pk=ballot.pk), "remitted")
    held = Hold.objects.filter(state="placed").count()
    assert held
    withdraw(matter, Objection.objects.get(pk=both[0].pk))
    assert Hold.objects.filter(state="placed").count() == held
    withdraw(matter, Objection.objects.get(pk=both[1].pk))
    assert not Hold.objects.filter(state="placed").exists()


def test_what_dcc_accepts_after_it_was_sent_back_holds_by_itself(matter):
    end(matter, appealed(matter, "proceed_with_exclusions"), "remitted")
    old = Hold.objects.get(state="placed")
    verbs.accept(Objection.objects.get(), answer="We hold them.", by=matter.actor("manager"), at=matter.at)
    assert Hold.objects.filter(state="placed").exclude(pk=old.pk).count() == 1
    assert not Hold.objects.filter(pk=old.pk, state="placed").exists()


def test_a_hold_until_fixed_stays_when_what_was_sent_back_is_withdrawn(matter):
    matter.issue.severity, matter.issue.state = 2, "accepted"
    matter.issue.save()
    end(matter, appealed(matter, "proceed"), "remitted")
    withdraw(matter, Objection.objects.get())
    assert [hold.condition for hold in Hold.objects.filter(state="placed")] == [UNTIL_FIXED]


def test_an_agent_of_two_suppliers_does_not_open_a_security_objection_to_the_other(matter):
    objection = make.lodge(matter)
    matter.issue.category = "security"
    matter.issue.save()
    with pytest.raises(NotAllowed, match="may not know of the security issue"):
        join(matter, objection)
    matter.issue.category = "other"
    matter.issue.save()
    join(matter, objection)


def test_it_is_joined_and_withdrawn_until_the_new_vote_begins(matter):
    end(matter, appealed(matter), "remitted")
    objection = Objection.objects.get()
    join(matter, objection)
    assert str(withdraw(matter, objection).organisation) == "Osprey Gas"
    assert check(contents(taken(matter, Ballot.objects.get().determination))) == []
    make.open_ballot(matter, objection)
    for refused in (can.accept, can.withdraw, can.add_evidence):
        assert "voting" in str(refused.why_not(objection)).lower()
