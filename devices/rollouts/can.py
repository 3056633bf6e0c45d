"""When rollouts can be planned, run and stopped."""

from collections.abc import Iterable
from datetime import datetime

from devices.rollouts import firm
from devices.rollouts.models import Rollout
from devices.rollouts.states import OVER, ROLLOUT, WINDING_UP, RolloutState
from portal.workflow.rules import when
from portal.workflow.state_machine import words as state_words
from portal.working_days import clear_days_after
from releases.gates import queries as gates
from releases.publishing.models import Release
from releases.publishing.states import IN_SERVICE_OF_NOTICE, ReleaseState
from releases.publishing.working import last_day_words, words

ENDED = frozenset({ReleaseState.DRAFT, ReleaseState.REJECTED, ReleaseState.WITHDRAWN, ReleaseState.SUPERSEDED})
"""Releases that no rollout goes on with: it would be halted at once."""
UNDER_WAY = frozenset({ReleaseState.ACTIVE, ReleaseState.HALTED})
_ACTIVATED_IN = frozenset({ReleaseState.CLEARED, ReleaseState.ACTIVE})


def _allows(rollout: Rollout, to: RolloutState, doing: str) -> str | None:
    if ROLLOUT.allows(rollout.state, to):
        return None
    return f"The rollout is {state_words(rollout.state)} and cannot be {doing}."


def _gate(release: Release, stage: str, at: datetime) -> str | None:
    gate = gates.gate(release, stage, at)
    if gate.is_open:
        return None
    shut = next((one for one in gate.conditions if one.standing.blocks), None)
    return f"The {stage} gate is closed. " + (f"{shut.title}: {shut.reason}" if shut else "No home's cell is open.")


@when
def plan(release: Release) -> str | None:
    """A release whose rollout was stopped half-way stays active or halted: the rest of its hubs is planned anew."""
    if release.state not in {*IN_SERVICE_OF_NOTICE, *UNDER_WAY}:
        state = state_words(release.state)
        return f"The release is {state}: a rollout is planned for one that is announced and not yet in hypercare."
    if release.image_id is None:
        return "The release has no image yet."
    if release.rollouts.exclude(state__in=[*OVER]).exists():
        return "The release has a rollout already: cancel or stop that one first."
    return None


@when
def approve(rollout: Rollout) -> str | None:
    return _allows(rollout, RolloutState.APPROVED, "approved")


@when
def cancel(rollout: Rollout) -> str | None:
    return _allows(rollout, RolloutState.CANCELLED, "cancelled")


CATCH_UP_DAYS = 7
_KEEPS_ITS_REST = frozenset({RolloutState.STOPPING, RolloutState.STOPPED, RolloutState.CANCELLED})


def catch_up_from(told_at: datetime) -> datetime:
    """Return the earliest start of a catch-up wave whose dates are told now.

    Rule: they are told 7 days ahead (Holds), counted as the days of a notice.
    """
    return clear_days_after(told_at, CATCH_UP_DAYS)


@when
def catch_up(rollout: Rollout) -> str | None:
    """The rest of a stopped rollout is planned anew as a whole, and a catch-up wave is caught up with its rollout."""
    if rollout.catches_up_id is not None:
        return f"{rollout} is a catch-up wave itself."
    if rollout.deployment_started_at is None or rollout.state in _KEEPS_ITS_REST:
        return f"The rollout is {state_words(rollout.state)}: it has left no hub behind that a catch-up wave takes."
    if rollout.release.state in ENDED:
        return f"The release is {state_words(rollout.release.state)}: no hub is asked for it any more."
    return None


@when
def start(rollout: Rollout, *, at: datetime) -> str | None:
    """Rule: hubs are distributed to once the deployment gate is open for at least one cell (Gates)."""
    if rollout.state != RolloutState.APPROVED:
        return _allows(rollout, RolloutState.DEPLOYING, "started") or "It is running already: resume it."
    if rollout.starts_from is not None and at < rollout.starts_from:
        return f"The dates of this catch-up wave are told 7 days ahead: it starts from {words(rollout.starts_from)}."
    return _gate(rollout.release, "deployment", at)


@when
def start_activation(rollout: Rollout, *, at: datetime) -> str | None:
    """Rule: a release is activated once cleared and its activation gate is open for at least one cell (Gates)."""
    if rollout.state != RolloutState.DEPLOYED:
        return "Activation starts when every wave is deployed."
    late = rollout.catches_up_id is not None and rollout.release.state == ReleaseState.HYPERCARE
    if rollout.release.state not in _ACTIVATED_IN and not late:
        return f"The release is {state_words(rollout.release.state)}: it must be cleared first."
    return _gate(rollout.release, "activation", at)


@when
def pause(rollout: Rollout) -> str | None:
    return _allows(rollout, RolloutState.PAUSED, "paused")


@when
def halt(rollout: Rollout) -> str | None:
    return _allows(rollout, RolloutState.HALTED, "halted")


@when
def resume(rollout: Rollout, *, at: datetime) -> str | None:
    """Rule: homes whose firm night is over are not asked on another day (Approaches)."""
    if rollout.state not in (RolloutState.PAUSED, RolloutState.HALTED):
        return f"The rollout is {state_words(rollout.state)}: only a paused or halted one is resumed."
    if rollout.release.state in ENDED:
        return (
            f"The release is {state_words(rollout.release.state)}: no hub is asked for it any more. Stop the rollout."
        )
    return firm.why_passed(rollout, at)


@when
def hold_part(rollout: Rollout) -> str | None:
    if rollout.release.state in ENDED:
        return f"The release is {state_words(rollout.release.state)}: no hub is asked for it any more."
    return None


@when
def stop(rollout: Rollout) -> str | None:
    return _allows(rollout, RolloutState.STOPPING, "stopped")


@when
def end_activation(rollout: Rollout) -> str | None:
    """Rule: hypercare follows when every hub in the plan is activated, failed, expired or excluded (Lifecycle)."""
    if rollout.state != RolloutState.STOPPED:
        return f"The rollout is {state_words(rollout.state)}: only a stopped one leaves its activation to be ended."
    if rollout.release.state not in UNDER_WAY:
        return f"The release is {state_words(rollout.release.state)}: it has no activation to end."
    others = rollout.release.rollouts.filter(catches_up=None).exclude(state=RolloutState.CANCELLED)
    if (later := others.latest("pk")) != rollout:
        return f"Rollout {later} came after this one: the activation ends with that."
    return None


@when
def report(rollout: Rollout, *, at: datetime) -> str | None:
    """Rule: the exit report is published when the watch period is over (Release lifecycle)."""
    if rollout.catches_up is not None:
        return f"A catch-up wave is reported with its rollout {rollout.catches_up}."
    if rollout.state != RolloutState.FINISHED:
        return _allows(rollout, RolloutState.REPORTED, "reported on")
    until = rollout.release.hypercare_until
    if until is not None and at < until:
        return f"Hypercare runs to the end of {last_day_words(until)}."
    return None


@when
def pass_day(rollouts: Iterable[Rollout]) -> str | None:
    """Rule: no hub changes its cell while a rollout writes down which it is in: when it is prepared, and at its end."""
    for rollout in rollouts:
        if rollout.state in {RolloutState.PREPARING, *WINDING_UP}:
            return f"Rollout {rollout} is {state_words(rollout.state)}: until then every hub stays in its cell."
    return None
