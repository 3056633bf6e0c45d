"""A hold is proposed, and the rollout pauses until a person has looked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from devices.detection import can, may, messages, queries
from devices.detection.excess import Excess
from devices.detection.models import Proposal
from devices.rollouts import verbs as rollouts
from devices.rollouts.models import Rollout
from devices.rollouts.states import RolloutState
from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.transitions import lock, note
from releases.products.models import DeviceCombination


@transaction.atomic
def propose(
    rollout: Rollout, combination: DeviceCombination, found: Sequence[Excess], *, by: Actor, at: datetime
) -> Proposal | None:
    """Propose a hold on the homes of a combination; return it, None where all that was found is known already.

    A running rollout pauses: too much is heard to go on by itself, and only a person holds homes. One decision is
    asked for at a time, and never twice on the same sign.
    """
    barrier.shut()  # before the rows, as pausing does
    rollout = lock(rollout)
    may.propose(rollout, by=by)
    can.propose(rollout)
    settled = queries.settled(rollout, [combination.pk], at)
    fresh = [one for one in found if (combination.pk, one.sign) not in settled]
    if not fresh:
        return None
    proposal = Proposal.objects.create(
        reference=f"{rollout.reference}-P{rollout.proposals.count() + 1}",
        rollout=rollout,
        combination=combination,
        sign=fresh[0].sign,
        evidence=[asdict(one) for one in fresh],
        proposed_at=at,
    )
    note(proposal, by=by, at=at, verb="propose", why=proposal.words, data={"rollout": rollout.reference})
    if rollout.state == RolloutState.ACTIVATING:
        rollouts.pause(rollout, by=by, at=at, why=f"A hold is proposed, {proposal}: {proposal.words}.")
    tell(messages.HoldProposed(proposal, at), at=at)
    return proposal
