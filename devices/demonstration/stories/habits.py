"""How people have the portal tell them: a digest for the supplier, a feed on the wall of the release desk."""

from devices.demonstration.stage import Stage, Story
from portal.delivery import verbs as delivery
from portal.people import verbs as people

IN_DIGEST = ("testing.booked", "issues.commented", "publishing.notes_published", "holds.lifted")


def habits(stage: Stage) -> Story:
    """Let a supplier choose the daily digest for what can wait, and DCC subscribe to the calendar."""
    yield stage.day(-8, 9, 0)
    for kind in IN_DIGEST:
        delivery.prefer(kind=kind, how="digest", by=stage.actor("large_supplier"), at=stage.at)
    people.create_feed(name="Screen in the release office", by=stage.actor("release_manager"), at=stage.at)
