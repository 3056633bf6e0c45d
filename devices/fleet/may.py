"""Who may look at the fleet."""

from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who


@who
def see_fleet(*, by: Actor) -> str | None:
    """Rule: suppliers and their agents see their own homes, a CSP its regions, DCC all (Who)."""
    if by.suppliers or by.has(Permission.MANAGE_ROLLOUTS) or by.has(Permission.PACE_ROLLOUTS):
        return None
    return "Hubs are shown to their suppliers, the agents these appointed, the CSP of the region and DCC."
