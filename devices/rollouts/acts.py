"""What a person may do to a rollout: buttons with their effect, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from devices.rollouts import can, may
from devices.rollouts.models import Rollout
from devices.rollouts.states import RolloutState as S
from portal.workflow.actor import Actor


@dataclass(frozen=True, slots=True)
class Button:
    """An act on a rollout: its verb, words, style, effect in a sentence, and the reason why not, if any."""

    verb: str
    label: str
    kind: str
    effect: str
    reason: str
    refused: str | None
    url: str


_EFFECTS = {
    "approve": ("Approve the plan", "primary", "The plan may then be started, and a halted release goes on.", ""),
    "start": ("Start deployment", "primary", "The first wave is asked to take the image at once.", ""),
    "start_activation": ("Start activation", "primary", "The first wave is told to run the new version at once.", ""),
    "resume": ("Resume", "primary", "The rollout goes on, and is judged on what is reported from now on.", "required"),
    "pause": ("Pause", "secondary", "No further hub is asked; answers of those asked still come in.", "required"),
    "halt": ("Halt", "warning", "The rollout and its release stop until DCC resumes them.", "required"),
    "end_activation": (
        "End the activation here",
        "secondary",
        "Hypercare runs for the hubs activated so far, and no other rollout of this release follows. To go on with the"
        " rest instead, plan another rollout on the release’s page.",
        "required",
    ),
    "stop": ("Stop for good", "warning", "No further hub is asked; hubs that wait are excluded.", "required"),
    "cancel": ("Cancel the plan", "secondary", "The plan is given up; no hub has been asked.", "required"),
}
_SHOWN = {
    S.PLANNED: ("approve", "cancel"),
    S.APPROVED: ("start", "cancel"),
    S.DEPLOYING: ("pause", "halt", "stop"),
    S.DEPLOYED: ("start_activation", "stop"),
    S.ACTIVATING: ("pause", "halt", "stop"),
    S.PAUSED: ("resume", "halt", "stop"),
    S.HALTED: ("resume", "stop"),
    S.STOPPED: ("end_activation",),
}


def buttons(rollout: Rollout, by: Actor, at: datetime) -> Iterator[Button]:
    """Yield the acts of this person's role in the present state, each with the reason why it cannot be done now.

    Approving is also shown to the plan's maker, who reads why somebody else must.
    """
    for verb in _SHOWN.get(S(rollout.state), ()):
        not_allowed = getattr(may, verb).why_not(rollout, by=by)
        if not_allowed is not None and (verb != "approve" or may.start.why_not(rollout, by=by) is not None):
            continue
        if verb == "end_activation" and can.end_activation.why_not(rollout) is not None:
            continue
        label, kind, effect, reason = _EFFECTS[verb]
        url = reverse(f"rollouts:{verb}", args=[rollout.reference])
        yield Button(verb, label, kind, effect, reason, not_allowed or _not_now(verb, rollout, at), url)


def _not_now(verb: str, rollout: Rollout, at: datetime) -> str | None:
    if verb == "start":
        return can.start.why_not(rollout, at=at)
    if verb == "start_activation":
        return can.start_activation.why_not(rollout, at=at)
    if verb == "resume":
        return can.resume.why_not(rollout, at=at)
    return None
