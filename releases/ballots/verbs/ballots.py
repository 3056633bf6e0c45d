"""A ballot on its way: notice given; extended, voided; what its parties state."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.transitions import lock, move, note
from releases.ballots import can, may, messages, rulesets
from releases.ballots.clocks import notice_over, voting_over
from releases.ballots.defaults import rules_at
from releases.ballots.models import Ballot, Statement
from releases.ballots.states import BallotState
from releases.ballots.verbs import settling
from releases.ballots.verbs.voiding import take_back


@transaction.atomic
def notice(ballot: Ballot, *, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Give the committee and the parties notice of a ballot; voting may open when it is over."""
    ballot = lock(ballot, seen=seen)
    may.notice(ballot, by=by)
    over = notice_over(ballot, rules_at(at).clocks.notice, at)
    can.notice(ballot, over=over)
    ballot.noticed_at = at
    ballot.opens_at = ballot.sits.starts_at if ballot.sits else over
    move(ballot, to=BallotState.NOTICED, by=by, at=at, verb="notice", fields=("noticed_at", "opens_at"))
    tell(messages.BallotNoticed(ballot, at), at=at)
    return ballot


@transaction.atomic
def extend(ballot: Ballot, *, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Open an inquorate ballot once more for the time of its rules; the votes cast stay sealed and count.

    Portal default: by correspondence, also after a meeting, for whoever was not at the meeting is to be reached.
    """
    ballot = lock(ballot, seen=seen)
    may.extend(ballot, by=by)
    can.extend(ballot, at=at)
    ballot.extended_at, ballot.closed_at = at, None
    ballot.closes_at = voting_over(ballot, rulesets.parse(ballot.rules or {}).clocks.voting, at)
    move(ballot, to=BallotState.OPEN, by=by, at=at, verb="extend", fields=("extended_at", "closes_at", "closed_at"))
    settling.lock_notes(ballot, at=at)
    tell(messages.BallotExtended(ballot, at), at=at)
    return ballot


@transaction.atomic
def void(ballot: Ballot, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Void a ballot with a reason; it is never reopened, and a new one refers to it.

    Where it was decided, what it put in force is taken back: its holds end, dates are as before, its objections
    are contested again; the determination stays readable, marked void.
    """
    barrier.shut()
    ballot = lock(ballot, seen=seen)
    may.void(ballot, by=by)
    can.void(ballot)
    reason = settling.said(why, "why", "Give the reason for voiding the ballot.")
    ballot.void_reason, ballot.voided_at = reason, at
    move(ballot, to=BallotState.VOID, by=by, at=at, verb="void", why=reason, fields=("void_reason", "voided_at"))
    settling.free_notes(ballot, at=at)
    take_back(ballot, at=at)
    tell(messages.BallotVoided(ballot, at), at=at)
    return ballot


@transaction.atomic
def add_statement(ballot: Ballot, *, organisation_id: int, text: str, by: Actor, at: datetime) -> Statement:
    """Put a party's statement on the ballot page; returns it. Statements are added, never changed."""
    ballot = lock(ballot)
    may.add_statement(ballot, organisation_id, by=by)
    can.add_statement(ballot)
    statement = Statement.objects.create(
        ballot=ballot,
        organisation_id=organisation_id,
        text=settling.said(text, "text", "Write the statement."),
        by_name=by.name,
        at=at,
    )
    note(ballot, by=by, at=at, verb="add_statement")
    return statement
