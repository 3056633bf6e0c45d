"""Who clears a release: the portal itself, by the clock."""

from portal.workflow.actor import Actor
from portal.workflow.rules import who
from releases.publishing.models import Release


@who
def clear(release: Release, *, by: Actor) -> str | None:
    """No person opens or shuts a gate: they change what its conditions ask."""
    return None if by.is_system else "Only the portal clears a release, when every condition holds."
