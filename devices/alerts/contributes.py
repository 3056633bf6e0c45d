"""What alerts add to shared pages: the way to them."""

from collections.abc import Iterator

from django.urls import reverse

from devices.fleet import may
from portal.pages.contributions import Link
from portal.workflow.actor import Actor


def fleet_acts(actor: Actor) -> Iterator[Link]:
    """On the page of the fleet: which hubs have activated."""
    if may.see_fleet.why_not(by=actor) is None:
        yield Link("Activation alerts", reverse("alerts:alerts"), order=20)


def rollout_links(actor: Actor) -> Iterator[Link]:
    """On the page of a rollout: the same."""
    yield from fleet_acts(actor)


def organisation_links(actor: Actor) -> Iterator[Link]:
    """On the page of one's own organisation: the same."""
    yield from fleet_acts(actor)
