"""The end of voting: closed by the clock or the Chair, counted, and a tie settled."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move, note
from releases.ballots import can, keys, may, messages, rulesets
from releases.ballots import tally as counting
from releases.ballots.clocks import casting_over
from releases.ballots.hashes import casting_receipt, votes_hash
from releases.ballots.models import ABSTAIN, Ballot, CastingVote, Entitlement, Tally, Vote
from releases.ballots.paper import Option, Paper, Safeguard
from releases.ballots.roll import Roll, roll_of
from releases.ballots.sealing import Answers, SealError
from releases.ballots.states import BallotState
from releases.ballots.tally import Result, Verdict
from releases.ballots.verbs import settling
from releases.ballots.verbs.determinations import conclude
from releases.ballots.verbs.voting import open_vote, prove
from releases.ballots.working import Quorum

BEFORE_CLOSE = (BallotState.DRAFT, BallotState.NOTICED, BallotState.OPEN)


@transaction.atomic
def close(ballot: Ballot, *, by: Actor, at: datetime) -> Ballot:
    """Close voting; count at once when quorate. Returns the ballot as it then stands; closing twice changes nothing.

    Waits for the casts under way. A ballot without quorum is not opened: its votes stay sealed for the extension.
    """
    barrier.shut()
    ballot = lock(ballot)
    roll = roll_of(ballot)
    may.close(ballot, roll, by=by)
    if ballot.state not in BEFORE_CLOSE and ballot.state != BallotState.VOID:
        return ballot
    can.close(ballot, roll, at=at)
    ballot.closed_at = at
    settling.free_notes(ballot, at=at)
    if not _quorum(roll).met(rulesets.parse(ballot.rules or {})):
        move(ballot, to=BallotState.INQUORATE, by=by, at=at, verb="close", fields=("closed_at",))
        tell(messages.BallotInquorate(ballot, at), at=at)
        return ballot
    move(ballot, to=BallotState.CLOSED, by=by, at=at, verb="close", fields=("closed_at",))
    return _count(ballot, roll, at)


@transaction.atomic
def count(ballot: Ballot, *, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Count a closed ballot again whose key could not be used at close, and return it as it then stands."""
    barrier.shut()
    ballot = lock(ballot, seen=seen)
    may.count(ballot, by=by)
    can.count(ballot)
    return _count(ballot, roll_of(ballot), at)


def _quorum(roll: Roll) -> Quorum:
    return Quorum(entitled=len(roll.seats), recused=len(roll.recused), cast=roll.turnout, abstained=None)


def _count(ballot: Ballot, roll: Roll, at: datetime) -> Ballot:
    try:
        opened = _open(ballot, roll)
    except SealError as error:
        note(ballot, by=settling.CLERK, at=at, verb="count_failed", why=str(error))
        tell(messages.BallotUncounted(ballot, at), at=at)
        return ballot
    papers = [paper for paper, _ in opened]
    result = counting.tally(
        papers,
        entitled=len(roll.seats),
        recused=len(roll.recused),
        rules=rulesets.parse(ballot.rules or {}),
        safeguard=Safeguard(ballot.safeguard),
    )
    votes = [facts for _, facts in opened]
    Tally.objects.create(
        ballot=ballot, result=result.as_json(), votes=votes, votes_hash=votes_hash(votes), counted_at=at
    )
    return _follow(ballot, result, at)


def _open(ballot: Ballot, roll: Roll) -> list[tuple[Paper, dict[str, str | bool | int | None]]]:
    """The votes that count, one a seat, opened with the ballot's key."""
    master = keys.master_key()
    found = []
    for seat in roll.base:
        voter = roll.counted(seat)
        if voter is None:
            continue
        vote = Vote.objects.filter(entitlement=voter).select_related("entitlement").order_by("-sequence")[0]
        found.append(_opened(ballot, seat, voter, vote, open_vote(ballot, vote, master)))
    return found


def _opened(
    ballot: Ballot, seat: Entitlement, voter: Entitlement, vote: Vote, answers: Answers
) -> tuple[Paper, dict[str, str | bool | int | None]]:
    option = None if answers.choice == ABSTAIN else Option(answers.choice)
    paper = Paper(seat.constituency, option, answers.evidence, answers.override)
    return paper, {
        "seat": seat.pk,
        "name": voter.name,
        "constituency": seat.constituency,
        "choice": answers.choice,
        "evidence": answers.evidence,
        "override": answers.override,
        "reason": answers.reason,
        "receipt": vote.receipt,
    }


def _follow(ballot: Ballot, result: Result, at: datetime) -> Ballot:
    if result.verdict is Verdict.DECIDED:
        conclude(ballot, result, by=settling.CLERK, at=at, verb="determine")
    elif result.verdict is Verdict.TIED:
        clocks = rulesets.parse(ballot.rules or {}).clocks
        ballot.casting_until = casting_over(ballot, clocks.casting, at)
        move(ballot, to=BallotState.TIED, by=settling.CLERK, at=at, verb="count", fields=("casting_until",))
        tell(messages.BallotTied(ballot, at), at=at)
    else:
        move(ballot, to=BallotState.INQUORATE, by=settling.CLERK, at=at, verb="count")
        tell(messages.BallotInquorate(ballot, at), at=at)
    return ballot


@transaction.atomic
def casting_vote(
    ballot: Ballot, *, choice: str, reasons: str, by: Actor, at: datetime, seen: int | None = None
) -> CastingVote:
    """Settle a tie between its two options, once, with reasons; the determination takes effect. Returns the vote."""
    barrier.shut()
    ballot = lock(ballot, seen=seen)
    roll = roll_of(ballot)
    may.casting_vote(roll, by=by)
    prove(by, timezone.now())
    can.casting_vote(ballot, at=at)
    result = counting.from_json(ballot.tally.result)
    if choice not in result.between:
        raise Invalid("Choose one of the two tied options.", {"choice": ["Choose one of the two tied options."]})
    vote = CastingVote.objects.create(
        ballot=ballot,
        by=roll.own(by).user,
        by_name=by.name,
        choice=choice,
        reasons=settling.said(reasons, "reasons", "Give the reasons for the casting vote."),
        at=at,
    )
    receipt = casting_receipt(vote)
    note(ballot, by=by, at=at, verb="give_casting_vote", data={"receipt": receipt})
    conclude(ballot, counting.settle(result, Option(choice)), by=by, at=at, verb="casting_vote")
    tell(messages.CastingReceipt(ballot, at, vote, receipt), at=at)
    return vote
