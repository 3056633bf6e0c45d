"""A Sub-Committee recommends, the Panel determines."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from portal.people import verbs as people
from portal.people.models import Committee, CommitteeKind, Seat
from portal.workflow.errors import Invalid
from releases.ballots import contributes, verbs
from releases.ballots.models import Ballot, Determination
from releases.ballots.queries import blocking
from releases.ballots.verbs.settling import CLERK
from tests.factories import ballots as make
from tests.factories.world import SEED

WORDS = "Recommendation to the Panel: proceed with exclusions."


@pytest.fixture
def operations(matter) -> Committee:
    """A Sub-Committee on which the Panel's people sit too."""
    world = matter.world
    made = people.create_committee(name="Operations", kind=CommitteeKind.SUB_COMMITTEE, by=SEED, at=world.at)
    for who in ("chair", *make.VOTERS):
        capacity = who if who in Seat.Capacity.values else Seat.Capacity.MEMBER
        people.seat_member(made, world.users[who], capacity=capacity, by=SEED, at=world.at)
    return made


def advising(matter, operations, *objections) -> Ballot:
    ballot = verbs.draft(
        matter.release,
        committee=operations,
        objections=objections or [make.contest(matter)],
        question="May the release be activated?",
        defer_to=make.LATER,
        recommends=True,
        by=matter.actor("secretary"),
        at=matter.at,
    )
    ballot = verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    matter.until(ballot.opens_at)
    return verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)


def advised(matter, operations, *choices) -> Ballot:
    ballot = advising(matter, operations)
    make.vote(matter, ballot, *(choices or ["proceed_with_exclusions"] * 3))
    return make.close(matter, ballot)


def test_a_recommendation_decides_nothing(matter, operations):
    ballot = advised(matter, operations)
    assert (ballot.state, ballot.recommendation) == ("advised", "proceed_with_exclusions")
    assert not Determination.objects.exists()
    (objection,) = ballot.objections.all()
    assert objection.state == "contested" and blocking(matter.release, matter.at) == [objection]
    texts = [one.text for one in contributes.waiting(matter.actor("secretary"), matter.at)]
    assert texts == [f"Prepare a ballot on {matter.release.reference}"]
    (stage,) = contributes.release_stages(matter.release, matter.actor("member"), matter.at)
    assert (stage.state, stage.holder) == ("waiting", "SECAS")


def test_the_panel_s_ballot_follows_it_and_determines(matter, operations):
    first = advised(matter, operations)
    ballot = make.open_ballot(matter, *first.objections.all())
    assert ballot.follows == first
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    assert make.close(matter, ballot).determination.outcome == "proceed"


def test_after_a_recommendation_only_the_panel_hears_it(matter, operations):
    first = advised(matter, operations)
    with pytest.raises(Invalid, match="now the Panel determines"):
        make.draft(matter, *first.objections.all(), committee=operations)
    verbs.void(first, why="A member was not told.", by=matter.actor("secretary"), at=matter.at)
    assert make.draft(matter, *first.objections.all(), committee=operations).follows is None


def test_only_a_sub_committee_recommends(matter):
    with pytest.raises(Invalid, match="Only a Sub-Committee recommends"):
        advising(matter, matter.world.panel)


def test_a_tied_recommendation_goes_to_the_chair_or_falls_to_the_more_cautious(matter, operations):
    ballot = advised(matter, operations, "proceed", "proceed", "reject", "reject")
    verbs.casting_vote(ballot, choice="proceed", reasons="Rare.", by=matter.actor("chair"), at=matter.at)
    ballot.refresh_from_db()
    assert (ballot.state, ballot.recommendation) == ("advised", "proceed")
    second = make.contest(matter)
    later = advising(matter, operations, second)
    make.vote(matter, later, "proceed", "proceed", "reject", "reject")
    later = make.close(matter, later)
    matter.until(later.casting_until)
    assert verbs.determine(later, by=CLERK, at=matter.at) is None
    later.refresh_from_db()
    assert (later.state, later.recommendation) == ("advised", "reject")


def test_a_recommendation_says_what_it_recommends(matter, operations):
    ballot = advised(matter, operations)
    with pytest.raises(IntegrityError, match="a_recommendation_says_what"):
        Ballot.objects.filter(pk=ballot.pk).update(recommendation="")


def test_only_objections_are_recommended_on(matter, operations):
    ballot = advising(matter, operations)
    with pytest.raises(IntegrityError, match="recommendations_are_on_objections"):
        Ballot.objects.filter(pk=ballot.pk).update(kind="review")


def test_the_pages_say_what_it_is_and_what_follows(matter, operations, sign_in):
    first = advised(matter, operations)
    ballot = make.draft(matter, *first.objections.all())
    client = sign_in("secretary")
    page = client.get(reverse("ballots:ballot", args=[first.reference])).text
    assert WORDS in page and "The Panel’s ballot is" in page and ballot.reference in page
    assert "My reason for proceed_with_exclusions." in page
    page = client.get(reverse("ballots:ballot", args=[ballot.reference])).text
    assert "What the Operations recommended" in page and first.reference in page


def test_a_recommending_ballot_is_drafted_by_its_form(matter, operations, sign_in):
    objection = make.contest(matter)
    answers = {
        "committee": operations.pk,
        "recommends": "yes",
        "objections": [objection.pk],
        "question": "May it?",
        "defer_to": "2017-03-01T00:00",
    }
    client = sign_in("secretary")
    client.post(reverse("ballots:draft", args=[matter.release.reference]), answers)
    ballot = Ballot.objects.get()
    assert ballot.recommends
    assert "This vote recommends." in client.get(reverse("ballots:ballot", args=[ballot.reference])).text
