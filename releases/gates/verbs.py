"""Clearing a release and taking that back: the portal's own acts, by the clock."""

from datetime import datetime

from django.db import transaction

from portal.workflow.actor import Actor
from portal.workflow.transitions import lock
from releases.gates import can, may
from releases.publishing import verbs as publishing
from releases.publishing.models import Release


@transaction.atomic
def clear(release: Release, *, by: Actor, at: datetime) -> Release:
    """Move a notified release to cleared once every release-wide condition of the activation gate holds."""
    release = lock(release)
    may.clear(release, by=by)
    can.clear(release, at=at)
    return publishing.clear(release, by=by, at=at, why="Every release-wide condition of the activation gate holds.")


@transaction.atomic
def unclear(release: Release, *, by: Actor, at: datetime) -> Release:
    """Move a cleared release back to notified when a condition holds no longer, saying which."""
    release = lock(release)
    may.clear(release, by=by)
    can.unclear(release, at=at)
    return publishing.unclear(release, by=by, at=at, why=can.clear.why_not(release, at=at) or "")
