"""Who proposes a hold, and who decides on it (Holds)."""

from devices.detection.models import Proposal
from devices.rollouts import may as may_rollouts
from devices.rollouts.models import Rollout
from portal.workflow.actor import Actor
from portal.workflow.rules import who


@who
def propose(rollout: Rollout, *, by: Actor) -> str | None:
    """A person who sees something places a hold, or raises an issue."""
    return None if by.is_system else "Only the portal itself proposes a hold from what it hears."


@who
def accept(proposal: Proposal, *, by: Actor) -> str | None:
    """Rule: DCC places a hold from an automatic detection (Holds); a machine only proposes it."""
    if by.is_system:
        return "A person decides on a proposed hold."
    return may_rollouts.hold_part.why_not(proposal.rollout, by=by)


@who
def decline(proposal: Proposal, *, by: Actor) -> str | None:
    return accept.why_not(proposal, by=by)


@who
def overtake(proposal: Proposal, *, by: Actor) -> str | None:
    return None if by.is_system else "Only the portal itself closes a proposal that events have overtaken."
