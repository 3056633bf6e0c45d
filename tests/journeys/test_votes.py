"""Votes that do not go through at once: without quorum, tied, overriding the safeguard, voided. With keys alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from releases.ballots.models import Ballot, Objection
from releases.holds.models import Hold
from tests.journeys.browser import look
from tests.journeys.hearing import MEMBERS, before_the_panel, cast, papers, vote_by_keys
from tests.journeys.keyboard import Keyboard
from tests.journeys.road import Road, is_in, lay, move_clock, says, until


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit)


def voting_over(road: Road, ballot: Ballot, state: str) -> Page:
    """Let the clock pass the close and the worker bring the ballot to its next state; the secretary looks on."""
    ballot.refresh_from_db()
    secretary = road.who("secretary")
    move_clock(secretary, ballot.closes_at + timedelta(minutes=1))
    secretary.goto(f"/ballots/{ballot.reference}/")
    until(secretary, is_in(state))
    return secretary


def test_without_quorum_it_is_extended_and_a_tie_goes_to_the_chair(road: Road):
    ballot = before_the_panel(road)
    first = Keyboard(road.who(MEMBERS[0]))
    vote_by_keys(first, ballot.reference, "Proceed", "The scan is within the specification.")
    expect(first.page.get_by_role("heading", level=1)).to_have_text("Your vote was received")

    secretary = voting_over(road, ballot, "Inquorate")
    look(secretary, "ballot-inquorate")
    keys = Keyboard(secretary)
    keys.push("Extend voting")
    keys.push("Extend voting")
    expect(secretary.get_by_text("Voting is extended.")).to_be_visible()
    expect(secretary.get_by_role("status").filter(has_text="entitled")).to_contain_text("1 of 11 entitled have voted")
    look(secretary, "ballot-extended")

    cast(road, ballot, [*papers(MEMBERS[1:3], "proceed"), *papers(MEMBERS[3:6], "reject")])
    secretary = voting_over(road, ballot, "Tied")
    expect(secretary.get_by_text("a tie between these two")).to_be_visible()
    look(secretary, "ballot-tied")

    chair = Keyboard(road.who("panel_chair"))
    chair.page.goto("/")
    chair.follow(f"Give the casting vote in {ballot.reference}")
    chair.choose("Reject")
    chair.type("Reasons", "Engineers would be sent to homes that worked.")
    look(chair.page, "casting-vote")
    chair.push("Check your casting vote")
    expect(chair.page.get_by_role("heading", level=1)).to_have_text("Check your casting vote")
    look(chair.page, "casting-vote-checked")
    chair.push("Give the casting vote")
    expect(chair.page.get_by_role("heading", level=1)).to_have_text("Your casting vote was received")
    look(chair.page, "casting-vote-received")
    chair.follow("Determination DET-")
    expect(chair.page.get_by_text("The casting vote was for: reject.")).to_be_visible()
    expect(chair.page.get_by_text("The release is rejected.")).to_be_visible()
    look(chair.page, "determination-by-casting-vote")


def test_the_safeguard_is_overridden_and_the_ballot_is_voided(road: Road):
    ballot = before_the_panel(road, severity=2, region="north", remedy="hold")
    voter = Keyboard(road.who(MEMBERS[0]))
    voter.page.goto(f"/ballots/{ballot.reference}/")
    expect(voter.page.get_by_text("Minority safeguard.")).to_be_visible()
    vote_by_keys(voter, ballot.reference, "Proceed", "An engineer recovers the meter.", override="Yes")
    voter.push("Show me how I voted")
    expect(voter.page.get_by_text("An engineer recovers the meter.")).to_be_visible()

    cast(road, ballot, papers(MEMBERS[1:4], "proceed", override=True))
    cast(road, ballot, papers(MEMBERS[4:6], "proceed_with_exclusions", override=False))
    secretary = voting_over(road, ballot, "Decided")
    expect(secretary.get_by_text("It carried: the cohort is not held by the safeguard.")).to_be_visible()
    look(secretary, "ballot-overridden")
    assert not Hold.objects.exists()

    keys = Keyboard(secretary)
    keys.push("Void the ballot")
    expect(secretary.get_by_text("is contested again")).to_be_visible()
    look(secretary, "void-ballot")
    keys.push("Void the ballot")  # without a reason: asked again
    expect(secretary.get_by_role("heading", name="There is a problem")).to_be_visible()
    keys.type("Reason", "Two members were not told of the second supplier's evidence.")
    keys.push("Void the ballot")
    secretary.goto(f"/ballots/{ballot.reference}/")
    until(secretary, says("This ballot is void: Two members were not told"))
    look(secretary, "ballot-void")
    assert Objection.objects.get().state == "contested"
    secretary.goto(f"/releases/{ballot.release.reference}/")
    expect(secretary.get_by_role("button", name="Prepare a ballot")).to_be_visible()
