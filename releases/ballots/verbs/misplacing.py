"""A ballot whose matter has become the Security Sub-Committee's while it runs before another committee."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.transitions import lock, note, save
from releases.ballots import can, may
from releases.ballots import misplaced_messages as messages
from releases.ballots.models import Ballot


@transaction.atomic
def tell_misplaced(ballot: Ballot, *, by: Actor, at: datetime) -> Ballot:
    """Tell SECAS and the committee's Chair, once, that the matter is another committee's, and what they can do.

    Rule: an objection on a security issue is heard by the Security Sub-Committee (Objection and ballot).
    """
    ballot = lock(ballot)
    may.tell_misplaced(ballot, by=by)
    can.tell_misplaced(ballot)
    ballot.misplaced_at = at
    save(ballot, "misplaced_at")
    note(ballot, by=by, at=at, verb="tell_misplaced")
    tell(messages.Misplaced(ballot, at), at=at)
    tell(messages.MisplacedFromChair(ballot, at), at=at)
    return ballot
