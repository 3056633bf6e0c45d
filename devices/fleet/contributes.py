"""What the fleet adds to shared pages: navigation."""

from collections.abc import Iterator

from django.urls import reverse

from devices.fleet import may
from portal.pages.contributions import Link
from portal.workflow.actor import Actor


def navigation(actor: Actor) -> Iterator[Link]:
    """The fleet, for those who have hubs in it or run it."""
    if may.see_fleet.why_not(by=actor) is None:
        yield Link("Fleet", reverse("fleet:fleet"), order=60)
