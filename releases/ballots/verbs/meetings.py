"""Meetings of a committee and their agenda."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people.models import Committee
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, note, save
from releases.ballots import can, may
from releases.ballots import meeting_messages as messages
from releases.ballots.models import Ballot, Meeting
from releases.ballots.verbs import settling


@transaction.atomic
def call_meeting(
    committee: Committee, *, starts_at: datetime, ends_at: datetime, place: str, by: Actor, at: datetime
) -> Meeting:
    """Call a meeting of a committee, tell who sits on it, and return it. Raises Invalid for times in no order."""
    may.call_meeting(by=by)
    _check(starts_at, ends_at, at)
    number = take_number(Meeting)
    meeting = Meeting.objects.create(
        pk=number,
        reference=f"MTG-{number:04d}",
        committee=committee,
        starts_at=starts_at,
        ends_at=ends_at,
        place=settling.said(place, "place", "Say where it meets, or how to join."),
        called_at=at,
    )
    note(meeting, by=by, at=at, verb="call_meeting")
    tell(messages.MeetingCalled(meeting, at), at=at)
    return meeting


def _check(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    if starts_at <= at:
        wrong["starts_at"] = ["Give a time in the future."]
    if ends_at <= starts_at:
        wrong["ends_at"] = ["It ends after it starts."]
    if wrong:
        raise Invalid("The times of the meeting need to be put right.", wrong)


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Meeting:
    """Cancel a meeting with a reason and return it; what is on its agenda is voted on by correspondence."""
    meeting = lock(meeting, seen=seen)
    may.cancel_meeting(by=by)
    can.cancel_meeting(meeting, at=at)
    meeting.cancel_reason = settling.said(why, "why", "Give the reason: the committee is told.")
    meeting.cancelled_at = at
    save(meeting, "cancelled_at", "cancel_reason")
    note(meeting, by=by, at=at, verb="cancel_meeting", why=why)
    tell(messages.MeetingCancelled(meeting, at), at=at)
    return meeting


@transaction.atomic
def put_on_agenda(
    ballot: Ballot, *, meeting: Meeting | None, by: Actor, at: datetime, seen: int | None = None
) -> Ballot:
    """Put a drafted ballot on the agenda of a meeting, or without one back to correspondence; return it."""
    ballot = lock(ballot, seen=seen)
    may.put_on_agenda(by=by)
    can.put_on_agenda(ballot, meeting, at=at)
    ballot.meeting = meeting
    save(ballot, "meeting")
    note(ballot, by=by, at=at, verb="put_on_agenda", data={"meeting": meeting.reference if meeting else ""})
    return ballot
