"""What hub enquiries add to shared pages: the way to them."""

from collections.abc import Iterator

from django.urls import reverse

from devices.enquiries import may
from devices.fleet import may as fleet
from portal.pages.contributions import Link
from portal.workflow.actor import Actor


def fleet_acts(actor: Actor) -> Iterator[Link]:
    """On the page of the fleet: list its hubs, ask one."""
    if fleet.see_fleet.why_not(by=actor) is None:
        yield Link("List the hubs", reverse("enquiries:hubs"), order=5)
    if may.enquire.why_not(by=actor) is None:
        yield Link("Ask hubs what they run", reverse("enquiries:enquire"), order=10)


def organisation_links(actor: Actor) -> Iterator[Link]:
    """On the page of one's own organisation: its hubs."""
    if fleet.see_fleet.why_not(by=actor) is None:
        yield Link("Hubs, by version and by state in a rollout", reverse("enquiries:hubs"), order=10)
        yield Link("Ask hubs what they run", reverse("enquiries:enquire"), order=20)


def navigation(actor: Actor) -> Iterator[Link]:
    """For those who have no page of the fleet."""
    if may.enquire.why_not(by=actor) is None and fleet.see_fleet.why_not(by=actor) is not None:
        yield Link("Hubs", reverse("enquiries:enquire"), order=60)
