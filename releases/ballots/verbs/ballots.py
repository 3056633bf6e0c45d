"""A ballot up to its opening: drafted, noticed, opened; extended, voided."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people.models import Seat
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.transitions import lock, move, note
from releases.ballots import can, keys, may, messages, rulesets, sealing
from releases.ballots.clocks import notice_over, voting_over
from releases.ballots.conflicts import conflict
from releases.ballots.defaults import rules_at, stored_rules_at
from releases.ballots.hashes import roll_hash
from releases.ballots.models import Ballot, Entitlement, Statement
from releases.ballots.safeguards import standing, standings
from releases.ballots.states import BallotState, ObjectionState
from releases.ballots.verbs import settling
from releases.ballots.verbs.voiding import take_back
from releases.products.cohorts import Cohort, union
from releases.publishing import verbs as publishing


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
def open_voting(ballot: Ballot, *, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Open voting. Freezes the roll, the rules, the exclusion set and how the safeguard stands; makes the keys.

    Rule: the roll of voters, the exclusion set and the deferral date are fixed when the ballot opens. The
    objections are locked too, so that none is withdrawn, joined or accepted while they are.
    """
    ballot = lock(ballot, seen=seen)
    list(ballot.objections.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    may.open_voting(ballot, by=by)
    can.open_voting(ballot, at=at)
    _freeze_rules(ballot, at)
    _freeze_matter(ballot)
    pair = sealing.new_pair(keys.master_key(), ballot=ballot.reference)
    ballot.public_key, ballot.wrapped_private_key = pair.public, pair.wrapped
    ballot.key_fingerprint = pair.fingerprint
    ballot.roll_hash = _freeze_roll(ballot, at)
    move(
        ballot,
        to=BallotState.OPEN,
        by=by,
        at=at,
        verb="open_voting",
        fields=_FROZEN,
        data={"roll_hash": ballot.roll_hash, "key": ballot.key_fingerprint},
    )
    _lock_notes(ballot, at)
    tell(messages.BallotOpened(ballot, at), at=at)
    return ballot


def _lock_notes(ballot: Ballot, at: datetime) -> None:
    """The committee votes on the notes as they are: nobody changes them meanwhile."""
    publishing.lock_notes(ballot.release, by=settling.CLERK, at=at, why=f"{ballot.reference} is open")


_FROZEN = (
    "rule_set",
    "rules",
    "opened_at",
    "closes_at",
    "exclusion",
    "exclusion_cells",
    "safeguard",
    "safeguard_objections",
    "public_key",
    "wrapped_private_key",
    "key_fingerprint",
    "roll_hash",
)


def _freeze_rules(ballot: Ballot, at: datetime) -> None:
    ballot.rule_set = stored_rules_at(at)
    ballot.rules = ballot.rule_set.rules
    ballot.opened_at = at
    over, sits = voting_over(ballot, rulesets.parse(ballot.rules).clocks.voting, at), ballot.sits
    ballot.closes_at = sits.ends_at if sits and at < sits.ends_at else over


def _freeze_matter(ballot: Ballot) -> None:
    """Fix what is heard: objections settled since the draft are heard no more."""
    ballot.objections.remove(*ballot.objections.exclude(state=ObjectionState.CONTESTED))
    objections = list(ballot.objections.prefetch_related("issues").order_by("pk"))
    cohorts = [Cohort.of(objection) for objection in objections]
    ballot.exclusion = [cohort.as_json() for cohort in cohorts]
    ballot.exclusion_cells = sorted(union(cohorts).values_list("pk", flat=True))
    ballot.safeguard_objections = standings(objections)
    ballot.safeguard = standing(ballot.safeguard_objections)
    established = ballot.safeguard_objections["established"]
    for objection in objections:
        if objection.pk in established:
            objection.safeguarded = True
            objection.save(update_fields=["safeguarded"])


def _freeze_roll(ballot: Ballot, at: datetime) -> str:
    """Write the roll of who sits today and return the hash of it that is published."""
    seats = list(
        Seat.objects.current(at)
        .filter(committee=ballot.committee, user__is_active=True)
        .select_related("user", "organisation")
        .order_by("pk")
    )
    rows: dict[int, Entitlement] = {}
    for seat in sorted(seats, key=lambda one: one.alternate_for_id is not None):
        reason = conflict(ballot, seat, at)
        rows[seat.pk] = Entitlement.objects.create(
            ballot=ballot,
            user=seat.user,
            name=str(seat.user),
            organisation=seat.organisation,
            organisation_name=seat.organisation.name if seat.organisation else "",
            capacity=seat.capacity,
            constituency=seat.constituency,
            alternate_for=rows.get(seat.alternate_for_id or 0),
            is_conflicted=bool(reason),
            conflict=reason,
        )
    return roll_hash(rows.values())


@transaction.atomic
def extend(ballot: Ballot, *, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Open an inquorate ballot once more for the same time; the votes cast stay sealed and count."""
    ballot = lock(ballot, seen=seen)
    may.extend(ballot, by=by)
    can.extend(ballot)
    ballot.extended_at, ballot.closed_at = at, None
    ballot.closes_at = voting_over(ballot, rulesets.parse(ballot.rules or {}).clocks.voting, at)
    move(ballot, to=BallotState.OPEN, by=by, at=at, verb="extend", fields=("extended_at", "closes_at", "closed_at"))
    _lock_notes(ballot, at)
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
