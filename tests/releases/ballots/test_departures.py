"""An objector withdraws from what others joined, and DCC settles what the Authority sent back."""

import pytest

from portal.workflow.errors import NotNow
from releases.ballots import can, verbs
from releases.ballots.conflicts import conflict
from releases.ballots.models import Ballot, Departure, Objection
from releases.ballots.queries import blocking, objections
from tests.factories import ballots as make
from tests.releases.ballots.test_appeals import appealed, end
from tests.releases.ballots.test_dossier import check, contents, taken
from tests.releases.ballots.test_exhibits import join


def withdraw(matter, objection: Objection, who: str = "supplier") -> Objection:
    return verbs.withdraw(objection, why="Settled between us.", by=matter.actor(who), at=matter.at)


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
    matter.issue = make.make_issue(matter.world, matter.release, category="security")
    objection = make.contest(matter)
    join(matter, objection)
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


def test_it_is_joined_and_withdrawn_until_the_new_vote_begins(matter):
    end(matter, appealed(matter), "remitted")
    objection = Objection.objects.get()
    join(matter, objection)
    assert str(withdraw(matter, objection).organisation) == "Osprey Gas"
    assert check(contents(taken(matter, Ballot.objects.get().determination))) == []
    make.open_ballot(matter, objection)
    for refused in (can.accept, can.withdraw, can.add_evidence):
        assert "voting" in str(refused.why_not(objection)).lower()
