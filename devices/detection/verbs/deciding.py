"""A proposed hold is decided on by DCC, or overtaken by events."""

from datetime import datetime

from django.db import transaction

from devices.detection import can, may
from devices.detection.models import Proposal
from devices.detection.states import ProposalState
from devices.rollouts import strata
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move
from releases.holds import verbs as holds
from releases.holds.models import Cause

_DECIDED = ("decided_at", "decided_by_name")


@transaction.atomic
def accept(proposal: Proposal, *, stage: str, by: Actor, at: datetime, seen: int | None = None) -> Proposal:
    """Place the proposed hold: exactly the homes of the combination stop. The rollout goes on when it is resumed.

    Its cause is the automatic detection, with the figures that showed it.
    """
    barrier.shut()
    proposal = lock(proposal, seen=seen)
    may.accept(proposal, by=by)
    can.accept(proposal, at=at)
    proposal.hold = holds.place(
        proposal.rollout.release,
        strata.cohort(strata.COMBINATION, str(proposal.combination_id)),
        stage=stage,
        cause=Cause.DETECTION,
        cause_text=f"{proposal}, {proposal.words}"[:300],
        cause_id=proposal.rollout_id,
        by=by,
        at=at,
    )
    proposal.decided_at, proposal.decided_by_name = at, by.name
    why = f"{proposal.hold} is placed."
    move(proposal, to=ProposalState.ACCEPTED, by=by, at=at, verb="accept", why=why, fields=("hold", *_DECIDED))
    return proposal


@transaction.atomic
def decline(proposal: Proposal, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Proposal:
    """Hold nobody, for a reason; the same sign of these homes is not proposed again in this rollout."""
    proposal = lock(proposal, seen=seen)
    may.decline(proposal, by=by)
    can.decline(proposal)
    if not why.strip():
        raise Invalid("Say why these homes are not held.", {"why": ["Say why these homes are not held."]})
    _close(proposal, ProposalState.DECLINED, verb="decline", why=why, by=by, at=at)
    return proposal


@transaction.atomic
def overtake(proposal: Proposal, *, by: Actor, at: datetime) -> Proposal:
    """Close a proposal that needs no decision any more: its rollout has ended, or other holds stop all its homes."""
    proposal = lock(proposal)
    may.overtake(proposal, by=by)
    can.overtake(proposal, at=at)
    _close(proposal, ProposalState.OVERTAKEN, verb="overtake", why=can.overtaken(proposal, at) or "", by=by, at=at)
    return proposal


def _close(proposal: Proposal, to: ProposalState, *, verb: str, why: str, by: Actor, at: datetime) -> None:
    proposal.why, proposal.decided_at, proposal.decided_by_name = why, at, by.name
    move(proposal, to=to, by=by, at=at, verb=verb, why=why, fields=("why", *_DECIDED))
