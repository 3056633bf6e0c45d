"""What the shared pages add to the bar themselves."""

from collections.abc import Iterable

from django.urls import reverse

from portal.pages.contributions import Link
from portal.workflow.actor import Actor


def navigation(actor: Actor) -> Iterable[Link]:
    """Home, and the calendar, for everybody."""
    yield Link("Home", reverse("pages:home"), order=0)
    yield Link("Calendar", reverse("pages:calendar"), order=60)
