"""When a hold is proposed, and when that can be decided."""

from collections.abc import Iterable
from datetime import datetime

from devices.detection.models import Proposal
from devices.detection.states import ProposalState
from devices.rollouts import can as can_rollouts
from devices.rollouts.models import Programme, Rollout
from devices.rollouts.states import STANDING_STILL, RolloutState
from portal.workflow.rules import when
from portal.workflow.state_machine import words as state_words
from releases.holds.queries import held_cells
from releases.products.models import Cell


@when
def propose(rollout: Rollout) -> str | None:
    """While hubs activate, and while that stands still: before, nothing can be heard of the image, and after, a hold
    would stop nobody."""
    if rollout.programme == Programme.ACTIVATION and rollout.state in {RolloutState.ACTIVATING, *STANDING_STILL}:
        return can_rollouts.hold_part.why_not(rollout)
    return f"The rollout is {state_words(rollout.state)}: no hub of it is still to be activated."


@when
def accept(proposal: Proposal, *, at: datetime) -> str | None:
    return decline.why_not(proposal) or overtaken(proposal, at)


@when
def decline(proposal: Proposal) -> str | None:
    if proposal.state != ProposalState.PROPOSED:
        return f"The proposal is {state_words(proposal.state)} already."
    return None


@when
def overtake(proposal: Proposal, *, at: datetime) -> str | None:
    return decline.why_not(proposal) or (None if overtaken(proposal, at) else "It still asks for a decision.")


def overtaken(proposal: Proposal, at: datetime) -> str | None:
    """Return what has made a proposal pointless, or None: nobody is left to hold, or all are held."""
    if why := propose.why_not(proposal.rollout):
        return why
    if held_among([proposal.combination_id], proposal.rollout, at):
        return "Other holds stop the activation of all these homes already."
    return None


def held_among(combinations: Iterable[int], rollout: Rollout, at: datetime) -> set[int]:
    """Return the combinations of which holds in force stop the activation of every home."""
    chosen = set(combinations)
    held = held_cells("activation", at, release=rollout.release)
    free = Cell.objects.filter(combination__in=chosen, homes__gt=0).exclude(number__in=held)
    return chosen - set(free.values_list("combination", flat=True))
