"""Voting: interests declared and ruled on, votes cast and read by their voter."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from portal.delivery.outbox import tell
from portal.workflow import clock
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.workflow.transitions import lock, note
from releases.ballots import can, hashes, keys, may, messages, sealing
from releases.ballots.models import ABSTAIN, Ballot, Declaration, Entitlement, Ruling, Vote
from releases.ballots.paper import Kind, Safeguard
from releases.ballots.roll import roll_of
from releases.ballots.sealing import Answers, SealError
from releases.ballots.verbs import settling

FIRST = ""
CASTS = 0x43415354  # "CAST"


@transaction.atomic
def declare(ballot: Ballot, *, has_interest: bool, text: str, by: Actor, at: datetime) -> Declaration:
    """Declare an interest in the matter, or none, and return it; who declares one is recused until ruled on."""
    ballot = lock(ballot)
    roll = roll_of(ballot)
    may.declare(roll, by=by)
    can.declare(ballot, at=at)
    if has_interest:
        text = settling.said(text, "text", "Describe the interest.")
    declaration = Declaration.objects.create(
        entitlement=roll.own(by), has_interest=has_interest, text=text.strip(), at=at
    )
    note(ballot, by=by, at=at, verb="declare", data={"has_interest": has_interest})
    return declaration


@transaction.atomic
def rule_on_interest(entitlement: Entitlement, *, recused: bool, reasons: str, by: Actor, at: datetime) -> Ruling:
    """Rule whether a member is recused, with reasons, and return the ruling; the last one counts."""
    ballot = lock(entitlement.ballot)
    may.rule_on_interest(roll_of(ballot), entitlement, by=by)
    can.rule_on_interest(ballot, at=at)
    ruling = Ruling.objects.create(
        entitlement=entitlement,
        recused=recused,
        reasons=settling.said(reasons, "reasons", "Give the reasons for the ruling."),
        ruled_by_name=by.name,
        at=at,
    )
    data: dict[str, str | bool] = {"member": entitlement.name, "recused": recused}
    note(ballot, by=by, at=at, verb="rule_on_interest", why=ruling.reasons, data={**data})
    return ruling


@dataclass(frozen=True, repr=False)
class Paper:
    """What a voter answers: an option or "abstain", the questions of the safeguard, and the reason."""

    choice: str
    reason: str
    evidence: bool | None = None
    override: bool | None = None


@sensitive_variables("paper", "answers")
@transaction.atomic
def cast(ballot: Ballot, *, paper: Paper, by: Actor, at: datetime, seen: int | None = None) -> Vote:
    """Cast a vote, or change it: every cast is kept sealed and the last one counts. Returns it with its receipt.

    Casts run side by side but never beside a close: they share the ballot's lock, and read its state and the
    clock again once they hold it. `seen` is the number of the voter's last cast when the paper was shown, so that
    a double click casts once. What the vote says is in the returned row only sealed, and nowhere else.
    """
    ballot = share(ballot)
    real, at = timezone.now(), max(at, clock.now())
    roll = roll_of(ballot)
    may.cast(roll, by=by)
    prove(by, real)
    row = roll.own(by)
    _one_cast_at_a_time(row)
    can.cast(ballot, roll, row, at=at)
    _check(ballot, paper)
    last = row.votes.order_by("-sequence").only("sequence", "receipt").first()
    sequence = last.sequence + 1 if last else 1
    if seen is not None and sequence != seen + 1:
        raise NotNow("You have cast a vote since this paper was shown: look at its receipt before you change it.")
    place = hashes.place(ballot.reference, seat=row.pk, sequence=sequence)
    answers = Answers(paper.choice, paper.evidence, paper.override, paper.reason.strip())
    sealed = sealing.seal(answers, bytes(ballot.public_key or b""), place=place)
    receipt = sealing.receipt(sealed, place=place, previous=last.receipt if last else FIRST)
    vote = Vote.objects.create(entitlement=row, sequence=sequence, sealed=sealed, receipt=receipt, at=at)
    note(ballot, by=by, at=at, verb="cast", data={"sequence": sequence, "receipt": receipt})
    tell(messages.Receipt(ballot, at, row, receipt, sequence), at=at)
    return vote


def share(ballot: Ballot) -> Ballot:
    """The ballot read afresh under a lock that casts share and that a close waits for."""
    (fresh,) = Ballot.objects.raw("SELECT * FROM ballots_ballot WHERE id = %s FOR SHARE", [ballot.pk])
    return fresh


def _one_cast_at_a_time(row: Entitlement) -> None:
    """Let a person's own casts follow one another. An advisory lock: nobody may update, so lock, rows of the roll."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CASTS, row.pk])


def prove(by: Actor, real: datetime) -> None:
    """Raise NotAllowed unless the person proved who they are within the last 15 minutes of real time."""
    if not by.proved_within(may.PROOF_MINUTES, now=real):
        raise NotAllowed("Prove again who you are before you vote: the last time is more than 15 minutes ago.")


@sensitive_variables("paper")
def _check(ballot: Ballot, paper: Paper) -> None:
    safeguard = Safeguard(ballot.safeguard)
    wrong: dict[str, list[str]] = {}
    if paper.choice not in (ABSTAIN, *Kind(ballot.kind).options):
        wrong["choice"] = ["Choose an option, or abstain."]
    if not paper.reason.strip():
        wrong["reason"] = ["Give the reason for your vote."]
    if len(paper.reason.strip()) > sealing.REASON_CHARACTERS:
        wrong["reason"] = [f"The reason has at most {sealing.REASON_CHARACTERS} characters."]
    if paper.evidence is not None and not safeguard.asks:
        wrong["evidence"] = ["This ballot does not ask about the evidence."]
    if paper.override is not None and safeguard is Safeguard.NONE:
        wrong["override"] = ["This ballot has no override question."]
    if wrong:
        raise Invalid("Your vote is not complete. Nothing was cast.", wrong)


@sensitive_variables("answers")
def read_own_vote(ballot: Ballot, *, by: Actor, at: datetime) -> tuple[Vote, Answers]:
    """The voter's own last cast, opened for the voter alone; the reading is journalled, what was read is not.

    Raises NotAllowed for anybody else, and where the key to the votes is lost.
    """
    roll = roll_of(ballot)
    may.read_own_vote(roll, by=by)
    prove(by, timezone.now())
    vote = Vote.objects.filter(entitlement=roll.own(by)).order_by("-sequence")[0]
    try:
        answers = open_vote(ballot, vote, keys.master_key())
    except SealError as error:
        raise NotAllowed(str(error)) from error
    note(ballot, by=by, at=at, verb="read_own_vote", data={"sequence": vote.sequence})
    return vote, answers


def open_vote(ballot: Ballot, vote: Vote, master: sealing.MasterKey) -> Answers:
    """What a sealed vote says. Raises SealError where the key is not the one it was sealed under."""
    pair = sealing.KeyPair(
        bytes(ballot.public_key or b""), bytes(ballot.wrapped_private_key or b""), ballot.key_fingerprint
    )
    private = sealing.unwrap(pair, master, ballot=ballot.reference)
    place = hashes.place(ballot.reference, seat=vote.entitlement_id, sequence=vote.sequence)
    return sealing.unseal(bytes(vote.sealed), private, place=place)
