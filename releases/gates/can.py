"""When a release is cleared, and when no longer."""

from datetime import datetime

from portal.workflow.rules import when
from releases.gates import release_wide
from releases.gates.conditions import holds
from releases.gates.release_wide import Facts
from releases.holds.models import Stage
from releases.publishing.models import Release


@when
def clear(release: Release, *, at: datetime) -> str | None:
    """Cleared: every release-wide condition of the activation gate holds (Release lifecycle)."""
    for condition in release_wide.besides_state(Facts(release, at), Stage.ACTIVATION):
        if condition.standing.blocks:
            return f"{condition.title}: {condition.reason}"
    return None


@when
def unclear(release: Release, *, at: datetime) -> str | None:
    """A cleared release goes back when a condition holds no longer."""
    if holds(release_wide.besides_state(Facts(release, at), Stage.ACTIVATION)):
        return "Every condition still holds."
    return None
