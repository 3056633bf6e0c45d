"""Meetings: called, cancelled, with an agenda; and voting in one instead of by correspondence."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse

from portal.delivery.models import Message
from portal.people import verbs as people
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import contributes, verbs
from releases.ballots.models import Ballot, Meeting
from releases.ballots.tasks import keep_clocks
from releases.ballots.verbs.settling import CLERK
from tests.factories import ballots as make
from tests.factories.queries import same_queries
from tests.factories.world import SEED

HOUR = timedelta(hours=1)


def put(matter, ballot, meeting) -> Ballot:
    return verbs.put_on_agenda(ballot, meeting=meeting, by=matter.actor("secretary"), at=matter.at)


def cancel(matter, meeting) -> Meeting:
    return verbs.cancel_meeting(meeting, why="The room burnt.", by=matter.actor("secretary"), at=matter.at)


def noticed(matter, meeting) -> Ballot:
    ballot = put(matter, make.draft(matter, make.contest(matter)), meeting)
    return verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)


def test_a_meeting_is_called_and_its_committee_told(matter):
    meeting = make.call(matter)
    assert str(meeting) == meeting.reference and meeting.committee == matter.world.panel
    message = Message.objects.get(subject="Panel: a meeting is called")
    told = set(message.deliveries.values_list("user_id", flat=True))
    assert {matter.world.users[who].pk for who in ("chair", "member", "alternate", "secretary")} <= told


def test_only_the_secretary_calls_one_at_times_in_their_order(matter):
    facts = {"starts_at": matter.at + HOUR, "ends_at": matter.at + 2 * HOUR, "place": "Room 4", "at": matter.at}
    with pytest.raises(NotAllowed, match="Only the SECAS secretary"):
        verbs.call_meeting(matter.world.panel, **facts, by=matter.actor("chair"))
    for wrong in ({"starts_at": matter.at}, {"ends_at": matter.at + HOUR}, {"place": " "}):
        with pytest.raises(Invalid) as refused:
            verbs.call_meeting(matter.world.panel, **facts | wrong, by=matter.actor("secretary"))
        assert list(refused.value.fields) == list(wrong)


def test_voting_opens_when_the_meeting_begins_and_closes_when_it_ends(matter):
    meeting = make.call(matter)
    ballot = noticed(matter, meeting)
    assert ballot.opens_at == meeting.starts_at
    matter.until(meeting.starts_at)
    ballot = verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)
    assert ballot.closes_at == meeting.ends_at


def test_the_clock_opens_it_when_the_meeting_begins_and_not_before(matter):
    meeting = make.call(matter)
    ballot = noticed(matter, meeting)
    with pytest.raises(NotNow, match="No meeting has begun"):
        verbs.begin(ballot, by=CLERK, at=matter.at)
    matter.until(meeting.starts_at)
    with pytest.raises(NotAllowed, match="Only the portal's clock"):
        verbs.begin(ballot, by=matter.actor("secretary"), at=matter.at)
    keep_clocks()
    keep_clocks()
    ballot.refresh_from_db()
    assert (ballot.state, ballot.closes_at) == ("open", meeting.ends_at)
    assert Message.objects.filter(subject__endswith="voting is open").count() == 1
    with pytest.raises(NotNow, match="The ballot is open"):
        verbs.begin(ballot, by=CLERK, at=matter.at)


def test_a_vote_by_correspondence_is_left_to_the_secretary(matter):
    ballot = noticed(matter, None)
    matter.until(ballot.opens_at)
    keep_clocks()
    ballot.refresh_from_db()
    assert ballot.state == "noticed"


def test_where_too_few_may_vote_the_secretary_is_told_once_and_it_opens_once_they_may(matter, sign_in):
    meeting = make.call(matter)
    ballot = noticed(matter, meeting)
    for who in ("member", "second_member"):
        people.end_seat(matter.world.seats[who], by=SEED, at=matter.at)
    assert to_do(matter) == []
    matter.until(meeting.starts_at)
    keep_clocks()
    keep_clocks()
    message = Message.objects.get(subject__endswith="voting did not open when its meeting began")
    assert list(message.deliveries.values_list("user_id", flat=True)) == [matter.world.users["secretary"].pk]
    why = "2 of the seats held today may vote, and a quorum takes at least 3 votes"
    assert why in message.body
    assert why in sign_in("secretary").get(reverse("ballots:ballot", args=[ballot.reference])).text
    assert to_do(matter) == [f"Open ballot {ballot.reference}"]
    matter.world.panel.seats.filter(user=matter.world.users["member"]).update(ends_at=None)
    keep_clocks()
    ballot.refresh_from_db()
    assert (ballot.state, ballot.not_opened) == ("open", "")


def to_do(matter) -> list[str]:
    return [one.text for one in contributes.waiting(matter.actor("secretary"), matter.at)]


def test_a_deputy_who_presides_and_parties_are_not_counted_among_those_who_vote(matter):
    """The Chair and a member work for the objector and the deputy presides: two seats are left to vote."""
    meeting = make.call(matter)
    ballot = noticed(matter, meeting)
    heron = matter.world.organisations["heron"]
    matter.world.panel.seats.filter(user__in=[matter.world.users[who] for who in ("chair", "member")]).update(
        organisation=heron
    )
    matter.until(meeting.starts_at)
    keep_clocks()
    ballot.refresh_from_db()
    assert "2 of the seats held today may vote" in ballot.not_opened


def test_what_else_keeps_the_clock_from_opening_is_said(matter, settings, tmp_path):
    meeting = make.call(matter)
    objection = make.contest(matter)
    ballot = put(matter, make.draft(matter, objection), meeting)
    ballot = verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    matter.until(meeting.starts_at)
    settings.KEYS_DIR, settings.BALLOT_MASTER_KEY = tmp_path, "no key"
    keep_clocks()
    with pytest.raises(NotNow, match="master key"):
        verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)
    ballot.refresh_from_db()
    reasons = [ballot.not_opened]
    settings.BALLOT_MASTER_KEY = ""
    verbs.withdraw(objection, why="", by=matter.actor("supplier"), at=matter.at)
    keep_clocks()
    ballot.refresh_from_db()
    reasons.append(ballot.not_opened)
    assert "master key" in reasons[0] and "Every objection it would hear is settled" in reasons[1]
    assert Message.objects.filter(subject__endswith="voting did not open when its meeting began").count() == 2


def test_a_meeting_that_is_over_opens_nothing_by_itself(matter):
    meeting = make.call(matter)
    ballot = noticed(matter, meeting)
    matter.until(meeting.ends_at)
    keep_clocks()
    ballot.refresh_from_db()
    assert ballot.state == "noticed" and "was over before voting opened" in ballot.not_opened


def test_opened_after_its_meeting_it_goes_on_by_correspondence(matter):
    meeting = make.call(matter)
    ballot = noticed(matter, meeting)
    matter.until(meeting.ends_at)
    ballot = verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)
    assert ballot.closes_at > meeting.ends_at + 24 * HOUR


def test_notice_must_be_over_when_the_meeting_begins(matter):
    meeting = make.call(matter, days=1)
    ballot = put(matter, make.draft(matter, make.contest(matter)), meeting)
    with pytest.raises(NotNow, match="choose a later meeting"):
        verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    ballot = put(matter, ballot, None)
    assert ballot.sits is None
    assert verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at).state == "noticed"


def test_when_a_meeting_is_cancelled_its_ballots_go_on_by_correspondence(matter):
    meeting = make.call(matter)
    ballot = noticed(matter, meeting)
    meeting = cancel(matter, meeting)
    ballot.refresh_from_db()
    assert ballot.sits is None
    matter.until(ballot.opens_at)
    ballot = verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)
    assert ballot.closes_at > meeting.ends_at
    with pytest.raises(NotNow, match="cancelled already"):
        cancel(matter, meeting)


def test_a_meeting_that_has_begun_is_not_cancelled(matter):
    meeting = make.call(matter)
    matter.until(meeting.starts_at)
    with pytest.raises(NotNow, match="has begun"):
        cancel(matter, meeting)


def test_what_cannot_be_put_on_an_agenda(matter):
    meeting, cancelled = make.call(matter), cancel(matter, make.call(matter))
    ballot = make.draft(matter, make.contest(matter))
    with pytest.raises(NotNow, match="is cancelled or has begun"):
        put(matter, ballot, cancelled)
    matter.world.security.meetings.add(meeting)
    with pytest.raises(NotNow, match="a meeting of another committee"):
        put(matter, ballot, Meeting.objects.get(pk=meeting.pk))
    verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    with pytest.raises(NotNow, match="its notice says where"):
        put(matter, ballot, None)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"cancel_reason": "x"}, "meeting_cancelled_with_a_reason"),
        ({"ends_at": make.LATER.replace(year=2000)}, "meeting_ends_after_it_starts"),
    ],
)
def test_a_meeting_s_fields_belong_together(matter, changes, constraint):
    make.call(matter)
    with pytest.raises(IntegrityError, match=constraint):
        Meeting.objects.update(**changes)


def test_it_stands_in_the_calendar(matter):
    meeting = make.call(matter)
    end = meeting.ends_at + HOUR
    (found,) = contributes.dates(matter.actor("member"), matter.at, end)
    assert (found.text, found.at, found.until) == (
        f"{meeting.reference}: the Panel meets",
        meeting.starts_at,
        meeting.ends_at,
    )
    assert (found.own, found.status) == (True, "confirmed")
    cancel(matter, meeting)
    assert [one.status for one in contributes.dates(matter.actor("supplier"), matter.at, end)] == ["cancelled"]


# --- pages and API -----------------------------------------------------------------------------------------


def test_the_secretary_calls_one_sets_its_agenda_and_cancels_it_by_forms(matter, sign_in):
    client = sign_in("secretary")
    call = reverse("ballots:call_meeting")
    answers = {"committee": matter.world.panel.pk, "starts_at": "2017-03-01T10:00", "ends_at": "2017-03-01T09:00"}
    assert client.get(call).status_code == 200
    answers["place"] = "Room 4"
    assert "It ends after it starts." in client.post(call, answers).text
    client.post(call, answers | {"ends_at": "2017-03-01T12:00"})
    meeting = Meeting.objects.get()
    address = reverse("ballots:meeting", args=[meeting.reference])
    assert "Nothing is on the agenda." in client.get(address).text

    ballot = make.draft(matter, make.contest(matter))
    on = reverse("ballots:put_on_agenda", args=[ballot.reference])
    assert f"{meeting.reference}, 1 March 2017 at 10:00, Room 4" in client.get(on).text
    client.post(on, {"meeting": meeting.pk})
    page = client.get(address).text
    assert ballot.reference in page and "Objected by Heron Power" in page and "Third Member" in page
    assert "In meeting" in client.get(reverse("ballots:ballot", args=[ballot.reference])).text

    away = reverse("ballots:cancel_meeting", args=[meeting.reference])
    assert "1 ballot on its agenda" in client.get(away).text
    assert client.post(away, {"why": " "}).status_code == 400
    client.post(away, {"why": "The room burnt."})
    assert "This meeting is cancelled: The room burnt." in client.get(address).text
    assert client.get(away).status_code == 409
    assert ", cancelled" in client.get(reverse("ballots:meetings")).text


def test_a_draft_on_the_agenda_is_shown_to_secas_only(matter, sign_in):
    meeting = make.call(matter)
    ballot = put(matter, make.draft(matter, make.contest(matter)), meeting)
    address = reverse("ballots:meeting", args=[meeting.reference])
    assert ballot.reference not in sign_in("member").get(address).text
    verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    assert ballot.reference in sign_in("member").get(address).text


def test_pages_cost_the_same_however_many_rows(matter, sign_in):
    client, meetings = sign_in("member"), reverse("ballots:meetings")
    first = make.call(matter)
    agenda = reverse("ballots:meeting", args=[first.reference])
    noticed(matter, first)
    with same_queries() as listed, same_queries() as shown:
        listed.of(lambda: client.get(meetings))
        shown.of(lambda: client.get(agenda))
        for _ in range(2):
            make.call(matter)
            noticed(matter, first)
        listed.of(lambda: client.get(meetings))
        shown.of(lambda: client.get(agenda))


def test_meetings_by_api(matter, sign_in):
    client = sign_in("secretary")
    body = {"committee": "panel", "starts_at": "2017-03-01T10:00:00Z", "ends_at": "2017-03-01T12:00:00Z"}
    made = client.post("/api/v1/meetings/", body | {"place": "Room 4"}, content_type="application/json")
    reference = made.json()["reference"]
    assert (made.status_code, made.json()["committee"]) == (201, "panel")
    ballot = make.draft(matter, make.contest(matter))
    put_on = f"/api/v1/ballots/{ballot.reference}/put-on-agenda/"
    assert client.post(put_on, {"meeting": reference}, content_type="application/json").json()["meeting"] == reference
    rows = client.get(f"/api/v1/ballots/?meeting__reference={reference}").json()["results"]
    assert [row["reference"] for row in rows] == [ballot.reference]
    gone = client.post(
        f"/api/v1/meetings/{reference}/cancel/", {"why": "No quorum."}, content_type="application/json"
    ).json()
    assert gone["cancel_reason"] == "No quorum."
    with same_queries() as cost:
        cost.of(lambda: client.get("/api/v1/meetings/"))
        make.call(matter)
        make.call(matter)
        cost.of(lambda: client.get("/api/v1/meetings/"))
