"""A hold proposed as detection would propose it, without a trouble heard."""

from dataclasses import asdict
from datetime import datetime

from devices.detection.excess import Excess
from devices.detection.models import Proposal, SignHeard
from devices.rollouts.models import Rollout
from releases.products.models import DeviceCombination

JOINS = Excess(0, int(SignHeard.JOIN_FAILED), 12, 180, 1, 3_400, 0.7, 9.4, 3e-14, 2e-4, 14, 3)


def make_proposal(rollout: Rollout, combination: DeviceCombination, *, at: datetime) -> Proposal:
    """An open proposal in a rollout."""
    return Proposal.objects.create(
        reference=f"{rollout}-P{rollout.proposals.count() + 1}",
        rollout=rollout,
        combination=combination,
        sign=JOINS.sign,
        evidence=[asdict(JOINS)],
        proposed_at=at,
    )
