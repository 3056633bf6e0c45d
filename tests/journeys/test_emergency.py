"""An Emergency's expedited ballot: prepared, opened after four hours, voted on, the notice waived. With keys alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from devices.demonstration import desk
from devices.demonstration.scripts import TOP_UP_REPAIR
from devices.demonstration.stage import Stage
from releases.ballots.models import Ballot
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.journeys.browser import look
from tests.journeys.hearing import MEMBERS, cast, papers, vote_by_keys
from tests.journeys.keyboard import Keyboard
from tests.journeys.road import Road, is_in, lay, move_clock, says, until


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit)


def announced_emergency(stage: Stage) -> Release:
    """An Emergency with its second approval, announced a moment ago."""
    facts = {"emergency_reason": "Prepayment top-ups are lost.", "emergency_citation": "Severity 1 by DCC."}
    release = desk.complete(stage, TOP_UP_REPAIR, desk.begin(stage, TOP_UP_REPAIR, **facts))
    release = desk.set_dates(stage, TOP_UP_REPAIR, release, announced=stage.at, wait=2, **facts)
    release = publishing.approve_emergency(release, by=stage.actor(desk.SECOND), at=stage.at)
    return publishing.announce(release, by=stage.actor(desk.MANAGER), at=stage.at)


def test_the_notice_of_an_emergency_is_waived_in_a_day(road: Road):
    release = announced_emergency(road.stage)
    road.play(desk.letter(road.stage, release))
    road.is_served(release)
    secretary = Keyboard(road.who("secretary"))
    secretary.page.goto(f"/releases/{release.reference}/")
    secretary.push("Prepare an expedited ballot")
    secretary.pick("Committee", "Panel")
    secretary.type("Question", "May it be activated before its seven days are over?")
    look(secretary.page, "waiver-draft")
    secretary.push("Draft the ballot")
    secretary.push("Give notice")
    secretary.push("Give notice")
    ballot = Ballot.objects.get()
    move_clock(secretary.page, ballot.opens_at + timedelta(minutes=1))
    secretary.page.goto(f"/ballots/{ballot.reference}/")
    secretary.push("Open voting")
    secretary.push("Open voting")
    expect(secretary.page.get_by_text("4 hours’ notice, a vote of 24 hours")).to_be_visible()
    look(secretary.page, "waiver-open")

    voter = Keyboard(road.who(MEMBERS[0]))
    voter.page.goto(f"/ballots/{ballot.reference}/")
    expect(voter.page.get_by_role("rowheader", name="Reject")).to_have_count(0)
    vote_by_keys(voter, ballot.reference, "Proceed", "Customers are without supply.")
    cast(road, ballot, papers(MEMBERS[1:], "proceed"))
    ballot.refresh_from_db()
    move_clock(secretary.page, ballot.closes_at + timedelta(minutes=1))
    secretary.page.goto(f"/ballots/{ballot.reference}/")
    until(secretary.page, is_in("Decided"))
    secretary.follow("Determination DET-")
    until(secretary.page, says("The notice is waived: each home may be activated 4 hours after"))
    look(secretary.page, "waiver-determined")
