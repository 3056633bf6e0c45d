"""A Sub-Committee recommends in a meeting, which opens and closes its vote; the Panel determines. With keys alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from devices.demonstration import chamber
from releases.ballots.models import Ballot, Meeting
from tests.journeys.browser import look
from tests.journeys.hearing import MEMBERS, cast, objected, papers, vote_by_keys
from tests.journeys.keyboard import Keyboard
from tests.journeys.road import Road, is_in, lay, move_clock, until

ADVISERS = ("Catriona Bell", "Rhys Parry", "Mei Lin Chua")


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit)


def test_a_meeting_recommends_and_the_panel_determines(road: Road):
    objection = objected(road)
    secretary = Keyboard(road.who("secretary"))
    meeting = call_meeting(road, secretary)
    first = put_to_the_vote(road, secretary, objection, meeting)

    secretary.page.goto(f"/ballots/meetings/{meeting.reference}/")
    expect(secretary.page.get_by_text("Recommends to the Panel.")).to_be_visible()
    look(secretary.page, "meeting-agenda")

    move_clock(secretary.page, meeting.starts_at + timedelta(minutes=1))
    secretary.page.goto(f"/ballots/{first.reference}/")
    until(secretary.page, is_in("Open"))
    look(secretary.page, "ballot-opened-by-its-meeting")
    voter = Keyboard(road.who(ADVISERS[0]))
    vote_by_keys(voter, first.reference, "Reject", "Engineers' visits cost more than the interference.")
    cast(road, first, papers(ADVISERS[1:], "reject"))

    move_clock(secretary.page, meeting.ends_at + timedelta(minutes=1))
    secretary.page.goto(f"/ballots/{first.reference}/")
    until(secretary.page, is_in("Recommended"))
    expect(secretary.page.get_by_text("Recommendation to the Panel: reject.")).to_be_visible()
    look(secretary.page, "ballot-recommended")

    made: list[Ballot] = []

    def story() -> chamber.Story:
        made.append((yield from chamber.opened(road.stage, objection, question="May it be activated?", defer_days=60)))

    road.stage.at = meeting.ends_at + timedelta(hours=1)
    road.play(story())
    voter = Keyboard(road.who(MEMBERS[0]))
    voter.page.goto(f"/ballots/{made[0].reference}/")
    expect(voter.page.get_by_text("What the Operations Sub-Committee recommended")).to_be_visible()
    look(voter.page, "ballot-on-a-recommendation")
    vote_by_keys(voter, made[0].reference, "Reject", "As the Sub-Committee found.")
    cast(road, made[0], papers(MEMBERS[1:], "reject"))
    made[0].refresh_from_db()
    move_clock(secretary.page, made[0].closes_at + timedelta(minutes=1))
    secretary.page.goto(f"/ballots/{made[0].reference}/")
    until(secretary.page, is_in("Decided"))
    expect(secretary.page.get_by_role("link", name="Determination DET-")).to_be_visible()


def call_meeting(road: Road, secretary: Keyboard) -> Meeting:
    """Call a meeting of the Sub-Committee by its form."""
    starts = road.stage.later(6, 10)
    secretary.page.goto("/ballots/meetings/")
    secretary.push("Call a meeting")
    secretary.pick("Committee", "Operations Sub-Committee")
    secretary.date("Begins", starts)
    secretary.date("Ends", starts + timedelta(hours=3))
    secretary.type("Where", "Room 2, and by video")
    secretary.push("Call the meeting")
    return Meeting.objects.get()


def put_to_the_vote(road: Road, secretary: Keyboard, objection, meeting: Meeting) -> Ballot:
    """Draft a ballot that recommends, put it on the agenda and give notice of it."""
    secretary.page.goto(f"/releases/{objection.release.reference}/")
    secretary.push("Prepare a ballot")
    secretary.pick("Committee", "Operations Sub-Committee")
    secretary.choose("Recommends: a Sub-Committee’s vote, on which the Panel determines next")
    secretary.to(secretary.page.locator("input[name=objections]"))
    secretary.press("Space")
    secretary.type("Question", "Is it fit to be activated?")
    secretary.date("Date to which “defer” would defer", road.stage.later(60, 10))
    look(secretary.page, "ballot-draft")
    secretary.push("Draft the ballot")
    secretary.push("Vote in a meeting or by correspondence")
    secretary.to(secretary.page.get_by_label("Meeting"))
    secretary.page.keyboard.type(meeting.reference)
    secretary.push("Vote in a meeting or by correspondence")
    secretary.push("Give notice")
    secretary.push("Give notice")
    expect(secretary.page.get_by_text("Notice is given.")).to_be_visible()
    return Ballot.objects.get()
