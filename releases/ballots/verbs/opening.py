"""The opening of a ballot: by the secretary, or by the clock when the meeting begins that votes on it."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people.models import Seat
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow
from portal.workflow.transitions import lock, move, note, save
from releases.ballots import can, keys, laid, may, messages, rulesets, sealing
from releases.ballots.clocks import voting_over
from releases.ballots.conflicts import conflict, seats_with_a_vote
from releases.ballots.defaults import rules_at, stored_rules_at
from releases.ballots.hashes import roll_hash
from releases.ballots.models import Ballot, Entitlement, Laid
from releases.ballots.safeguards import standing, standings
from releases.ballots.sealing import SealError
from releases.ballots.states import BallotState, ObjectionState
from releases.ballots.verbs import settling
from releases.products.cohorts import Cohort, union


@transaction.atomic
def open_voting(ballot: Ballot, *, by: Actor, at: datetime, seen: int | None = None) -> Ballot:
    """Open voting. Freezes the roll, the rules, the exclusion set and how the safeguard stands; makes the keys.

    Rule: the roll of voters, the exclusion set and the deferral date are fixed when the ballot opens.
    """
    ballot = _locked(ballot, seen=seen)
    may.open_voting(ballot, by=by)
    can.open_voting(ballot, at=at)
    return _open(ballot, by=by, at=at)


@transaction.atomic
def begin(ballot: Ballot, *, by: Actor, at: datetime) -> Ballot:
    """Open voting as the meeting begins that votes on it; where that cannot be, tell SECAS why, once a reason."""
    ballot = _locked(ballot)
    may.begin(ballot, by=by)
    can.begin(ballot, at=at)
    reason = _obstacle(ballot, at)
    if reason is None:
        return _open(ballot, by=by, at=at)
    if reason != ballot.not_opened:
        ballot.not_opened = reason
        save(ballot, "not_opened")
        note(ballot, by=by, at=at, verb="begin_failed", why=reason)
        tell(messages.BallotNotOpened(ballot, at), at=at)
    return ballot


def _locked(ballot: Ballot, *, seen: int | None = None) -> Ballot:
    """The ballot, and its objections too, so that none is withdrawn, joined or accepted while they are frozen."""
    ballot = lock(ballot, seen=seen)
    list(ballot.objections.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    return ballot


def _obstacle(ballot: Ballot, at: datetime) -> str | None:
    """Why the clock does not open it: what a secretary would be refused too, or a vote that could decide nothing."""
    refused = can.open_voting.why_not(ballot, at=at)
    if refused:
        return refused
    try:
        keys.master_key()
    except SealError as error:
        return str(error)
    votes = seats_with_a_vote(ballot, at)
    return can.decide_in_meeting.why_not(ballot, votes=votes, needed=rules_at(at).quorum_votes, at=at)


def _open(ballot: Ballot, *, by: Actor, at: datetime) -> Ballot:
    ballot.not_opened = ""
    _freeze_rules(ballot, at)
    matter = _freeze_matter(ballot, at)
    _make_keys(ballot)
    ballot.roll_hash = _freeze_roll(ballot, at)
    move(
        ballot,
        to=BallotState.OPEN,
        by=by,
        at=at,
        verb="open_voting",
        fields=_FROZEN,
        data={
            "roll_hash": ballot.roll_hash,
            "key": ballot.key_fingerprint,
            "laid": laid.digest(matter.matter),
        },
    )
    settling.lock_notes(ballot, at=at)
    tell(messages.BallotOpened(ballot, at), at=at)
    return ballot


def _make_keys(ballot: Ballot) -> None:
    try:
        pair = sealing.new_pair(keys.master_key(), ballot=ballot.reference)
    except SealError as error:
        raise NotNow(str(error)) from error
    ballot.public_key, ballot.wrapped_private_key = pair.public, pair.wrapped
    ballot.key_fingerprint = pair.fingerprint


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
    "not_opened",
)


def _freeze_rules(ballot: Ballot, at: datetime) -> None:
    ballot.rule_set = stored_rules_at(at)
    ballot.rules = ballot.rule_set.rules
    ballot.opened_at = at
    over, sits = voting_over(ballot, rulesets.parse(ballot.rules).clocks.voting, at), ballot.sits
    ballot.closes_at = sits.ends_at if sits and at < sits.ends_at else over


def _freeze_matter(ballot: Ballot, at: datetime) -> Laid:
    """Fix what is heard: objections settled since the draft are heard no more."""
    ballot.objections.remove(*ballot.objections.exclude(state=ObjectionState.CONTESTED))
    objections = list(
        ballot.objections.select_related("organisation", "release").prefetch_related("issues").order_by("pk")
    )
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
    return laid.lay(ballot, objections, at)


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
