"""Who may ask hubs what they run."""

from portal.people.models import OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who

_OTHER_USERS = (OrganisationKind.NETWORK, OrganisationKind.OTHER_USER)


def sees_versions_only(actor: Actor) -> bool:
    """Whether the actor belongs to a DCC User that supplies no home: a network operator, or another User."""
    return actor.kind in _OTHER_USERS and actor.has(Permission.READ_PORTAL)


@who
def enquire(*, by: Actor) -> str | None:
    """Rule: suppliers and their agents ask about their own homes, other DCC Users what a hub runs (Who)."""
    if by.has(Permission.MANAGE_ROLLOUTS) or by.has(Permission.PACE_ROLLOUTS) or sees_versions_only(by):
        return None
    if by.has(Permission.QUERY_HUBS):
        return None if by.suppliers else "No supplier has appointed your organisation: there is no hub to ask about."
    return "Only DCC Users, the agents suppliers appointed, the CSP of the region and DCC ask hubs what they run."
