"""A Sub-Committee without quorum hands its matter on to the Panel."""

from datetime import datetime

from django.db import transaction

from portal.people.models import Committee, CommitteeKind
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow
from portal.workflow.transitions import lock
from releases.ballots import can, may
from releases.ballots.models import Ballot
from releases.ballots.states import ObjectionState
from releases.ballots.verbs.ballots import void
from releases.ballots.verbs.drafting import draft

WHY = "Without quorum, also after its extension: referred to the Panel."


@transaction.atomic
def refer(ballot: Ballot, *, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Void a Sub-Committee's ballot and draft the Panel's on the same matter, in one act; return the Panel's.

    Rule: still inquorate after the extension, a Sub-Committee refers to the Panel. Votes cast stay sealed.
    """
    ballot = lock(ballot, seen=seen)
    may.refer(ballot, by=by)
    can.refer(ballot, at=at)
    panel = Committee.objects.filter(kind=CommitteeKind.PANEL).order_by("pk").first()
    if panel is None:
        raise NotNow("There is no Panel to refer it to: create the committee first.")
    void(ballot, why=WHY, by=by, at=at)
    return draft(
        ballot.release,
        committee=panel,
        objections=list(ballot.objections.filter(state=ObjectionState.CONTESTED)),
        question=ballot.question,
        defer_to=ballot.defer_to or at,  # can.refer has seen that it is to come
        replaces=ballot,
        by=by,
        at=at,
    )
