"""Objections and ballots of a release that ends or returns to draft."""

from datetime import timedelta

import pytest

from portal.delivery.models import Message
from portal.workflow.errors import NotAllowed, NotNow
from releases.ballots import contributes, verbs
from releases.ballots.states import BallotState, ObjectionState
from releases.ballots.tasks import end_set_aside
from releases.ballots.verbs.settling import CLERK
from releases.holds.models import Hold
from releases.publishing import verbs as publishing
from tests.factories import ballots as acts

pytestmark = pytest.mark.django_db


def effects(matter, act):
    return [one.text for one in contributes.release_effects(matter.release, act, matter.actor("manager"), matter.at)]


def end(matter, verb="withdraw", why="Not needed"):
    getattr(publishing, verb)(matter.release, by=matter.actor("manager"), at=matter.at, why=why)


def test_an_open_ballot_is_voided_and_its_objections_lapse(matter):
    ballot = acts.open_ballot(matter)
    (objection,) = ballot.objections.all()
    assert effects(matter, "withdraw") == [
        "Ended, and those concerned told so: 1 open objection and 1 undecided ballot."
    ]
    end(matter)
    end_set_aside()
    ballot.refresh_from_db()
    objection.refresh_from_db()
    assert (ballot.state, objection.state) == (BallotState.VOID, ObjectionState.LAPSED)
    assert ballot.void_reason == "FW-2017-001 was withdrawn: Not needed"
    assert Message.objects.filter(subject__contains="objection lapsed").count() == 1
    end_set_aside()
    assert Message.objects.filter(subject__contains="objection lapsed").count() == 1


@pytest.mark.parametrize("make", [acts.lodge, acts.admit, acts.contest])
def test_every_unsettled_objection_lapses_when_the_release_returns_to_draft(matter, make):
    objection = make(matter)
    matter.release.refresh_from_db()
    end(matter, "return_to_draft", "Retest")
    end_set_aside()
    objection.refresh_from_db()
    assert objection.state == ObjectionState.LAPSED
    matter.release.refresh_from_db()
    assert matter.release.state == "draft"


def test_one_of_the_notice_before_lapses_although_the_release_is_announced_again(matter):
    objection = acts.lodge(matter)
    end(matter, "return_to_draft", "Retest")
    publishing.announce(matter.release, by=matter.actor("manager"), at=matter.later(minutes=1))
    end_set_aside()
    objection.refresh_from_db()
    matter.release.refresh_from_db()
    assert (objection.state, matter.release.state) == (ObjectionState.LAPSED, "notified")


def test_a_determination_that_returned_the_release_stays(matter):
    ballot = acts.decided(matter, *["retest"] * 4)
    matter.release.refresh_from_db()
    assert matter.release.state == "draft"
    end_set_aside()
    ballot.refresh_from_db()
    assert ballot.state == BallotState.DECIDED


def test_a_late_objections_hold_ends_with_it(matter):
    matter.until(matter.release.objections_until + timedelta(hours=9))
    matter.issue.severity = 1
    matter.issue.raised_at = matter.at
    matter.issue.save()
    acts.admit(matter)
    assert Hold.objects.filter(cause="objection", state="placed").count() == 1
    end(matter)
    end_set_aside()
    assert Hold.objects.filter(cause="objection", state="placed").count() == 0


def test_nothing_lapses_while_the_release_stands(matter):
    objection = acts.lodge(matter)
    assert effects(matter, "amend") == ["Going on as before: 1 open objection and no undecided ballots."]
    with pytest.raises(NotNow, match="Its release stands"):
        verbs.lapse(objection, by=CLERK, at=matter.at)
    end_set_aside()
    objection.refresh_from_db()
    assert objection.state == ObjectionState.LODGED


def test_only_the_portal_lets_one_lapse_and_only_once_its_ballot_is_void(matter):
    ballot = acts.open_ballot(matter)
    (objection,) = ballot.objections.all()
    end(matter)
    with pytest.raises(NotNow, match="must be voided first"):
        verbs.lapse(objection, by=CLERK, at=matter.at)
    with pytest.raises(NotAllowed, match="lapses by itself"):
        verbs.lapse(objection, by=matter.actor("secretary"), at=matter.at)


def test_a_settled_one_stays_settled(matter):
    objection = acts.lodge(matter)
    verbs.withdraw(objection, why="Settled", by=matter.actor("supplier"), at=matter.at)
    end(matter)
    with pytest.raises(NotNow):
        verbs.lapse(objection, by=CLERK, at=matter.at)
