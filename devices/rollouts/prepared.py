"""How far the preparation of a plan is: told beside its transaction, which nobody sees into until it is whole."""

from django.core.cache import cache

from devices.rollouts.models import Rollout

KEPT_SECONDS = 3600


def keep(rollout: Rollout, share: float) -> None:
    """Say which share of a plan's hubs is written."""
    cache.set(f"rollout-prepared-{rollout.pk}", share, KEPT_SECONDS)


def share(rollout: Rollout) -> float | None:
    """Return which share of a plan's hubs was written when last heard of; None before the first."""
    found: float | None = cache.get(f"rollout-prepared-{rollout.pk}")
    return found
