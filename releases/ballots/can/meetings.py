"""When a meeting can be cancelled and a ballot put on its agenda."""

from datetime import datetime

from portal.workflow.rules import when
from releases.ballots.models import Ballot, Meeting
from releases.ballots.states import BallotState


@when
def cancel_meeting(meeting: Meeting, *, at: datetime) -> str | None:
    if meeting.cancelled_at is not None:
        return "The meeting is cancelled already."
    return "The meeting has begun." if at >= meeting.starts_at else None


@when
def put_on_agenda(ballot: Ballot, meeting: Meeting | None = None, *, at: datetime) -> str | None:
    """Rule: by correspondence or in a meeting of its own committee, settled before notice is given."""
    if ballot.state != BallotState.DRAFT:
        return f"The ballot is {ballot.stands}: its notice says where it is voted on."
    if meeting is None:
        return None
    if meeting.committee_id != ballot.committee_id:
        return f"{meeting.reference} is a meeting of another committee."
    if meeting.cancelled_at is not None or at >= meeting.starts_at:
        return f"{meeting.reference} is cancelled or has begun."
    return None
