"""What detection adds to shared pages: what DCC decides on, and what was heard, on the page of a rollout."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse

from devices.detection import may, queries
from devices.detection.states import ProposalState
from devices.rollouts.models import Rollout
from portal.pages.contributions import Panel, Waiting
from portal.workflow.actor import Actor


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For DCC: proposed holds to decide on."""
    for proposal in queries.visible_to(actor).filter(state=ProposalState.PROPOSED):
        if may.accept.why_not(proposal, by=actor) is None:
            url = reverse("detection:proposal", args=[proposal.reference])
            yield Waiting(f"Decide on the hold proposed as {proposal}", url, since=proposal.proposed_at)


def rollout_panels(rollout: Rollout, actor: Actor, at: datetime) -> Iterator[Panel]:
    """What was heard of the hubs since they activate, and the holds proposed for it."""
    told = queries.told(rollout)
    if told:
        proposals = list(queries.visible_to(actor).filter(rollout=rollout))
        context = {"told": told, "proposals": proposals, "watches": rollout.watches.count()}
        yield Panel(10, "Heard after activation", "detection/panels/heard.html", context, slug="heard")


def report_figures(rollout: Rollout) -> Iterator[tuple[str, Any]]:
    """The holds that were proposed, oldest first, with what became of each."""
    rows = queries.proposals_of(rollout)
    yield (
        "proposals",
        [
            {
                "reference": row.reference,
                "words": row.words,
                "proposed_at": row.proposed_at.isoformat(),
                "outcome": row.outcome,
            }
            for row in rows
        ],
    )
