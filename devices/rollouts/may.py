"""Who may plan, run and stop rollouts."""

from devices.rollouts.models import Rollout
from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who
from releases.holds import may as may_hold
from releases.holds.models import Cause
from releases.publishing.models import Release


def _manages(by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_ROLLOUTS):
        return None
    return "Only DCC release managers plan and run rollouts."


@who
def plan(release: Release, *, by: Actor) -> str | None:
    return _manages(by)


@who
def catch_up(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)


@who
def see_capacity(*, by: Actor) -> str | None:
    if by.has(Permission.MANAGE_ROLLOUTS) or by.has(Permission.PACE_ROLLOUTS):
        return None
    return "The nightly capacity of the regions is shown to DCC and to the CSPs."


@who
def state_capacity(region: str, *, by: Actor) -> str | None:
    """Rule: the CSP operator of a region states its nightly capacity (Who)."""
    runs = by.has(Permission.PACE_ROLLOUTS) and Organisation.objects.filter(
        pk=by.organisation_id or 0, regions__contains=[region]
    )
    if runs and runs.exists():
        return None
    return "Only an operator of the region's own CSP states its nightly capacity."


@who
def see_firm_nights(region: str, *, by: Actor) -> str | None:
    """Rule: a CSP operator sees what is rolled out in its own region, DCC everything (Who)."""
    if by.has(Permission.MANAGE_ROLLOUTS) or state_capacity.why_not(region, by=by) is None:
        return None
    return "The firm nights of a region are shown to DCC and to the operators of its CSP."


@who
def approve(rollout: Rollout, *, by: Actor) -> str | None:
    """Rule: nobody approves their own plan."""
    if by.user_id is None or not by.has(Permission.MANAGE_ROLLOUTS):
        return "Only a DCC release manager approves a plan."
    if by.user_id == rollout.planned_by_id:
        return "You made this plan: another release manager approves it."
    return None


@who
def cancel(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)


@who
def start(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)


@who
def start_activation(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)


@who
def pause(rollout: Rollout, *, by: Actor) -> str | None:
    """Rule: CSP operators pace rollouts in their region; the network knows first when something is wrong."""
    if by.is_system or by.has(Permission.HALT_ROLLOUTS):
        return None
    return "Only DCC release managers and CSP operators pause and halt a rollout."


@who
def halt(rollout: Rollout, *, by: Actor) -> str | None:
    return pause.why_not(rollout, by=by)


@who
def resume(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)


@who
def hold_part(rollout: Rollout, *, by: Actor) -> str | None:
    """Rule: DCC places a hold from an automatic detection (Holds)."""
    return may_hold.place.why_not(Cause.DETECTION, by=by)


@who
def stop(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)


@who
def end_activation(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)


@who
def report(rollout: Rollout, *, by: Actor) -> str | None:
    return _manages(by)
