"""What every page shows around its content: navigation, organisation acted for, the clock."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from portal.pages.contributions import Acting, Link, collect
from portal.workflow import clock
from portal.workflow.actor import ANONYMOUS, Actor

PRODUCT = "Communications Hub Firmware Portal"


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the bar, and whether the page shown lies under it."""

    text: str
    url: str
    current: bool


class Frame:
    """The frame of one page; each part is worked out once, when the template first asks for it."""

    product = PRODUCT

    def __init__(self, request: HttpRequest) -> None:
        self.path = request.path
        self.actor: Actor = getattr(request, "actor", ANONYMOUS)
        self.at: datetime = getattr(request, "at", None) or timezone.now()
        self.demo: bool = settings.DEMO

    @cached_property
    def signed_in(self) -> bool:
        """Whether somebody is logged in."""
        return not self.actor.is_anonymous

    @cached_property
    def navigation(self) -> list[NavigationItem]:
        """The entries this actor may use, contributed by the apps, in their order."""
        links: list[Link] = sorted(collect("navigation", self.actor), key=lambda link: (link.order, link.text))
        return [NavigationItem(link.text, link.url, self._is_current(link)) for link in links]

    def _is_current(self, link: Link) -> bool:
        prefix = link.prefix or link.url
        return self.path == prefix if prefix == "/" else self.path.startswith(prefix)

    @cached_property
    def acting_for(self) -> list[Acting]:
        """The organisations this person may act for; empty for nobody."""
        return collect("acting_for", self.actor, self.at) if self.signed_in else []

    @cached_property
    def speed(self) -> int:
        """Portal seconds in a real second."""
        return clock.speed() if self.demo else 1

    @cached_property
    def act_for_url(self) -> str:
        """Where the choice of organisation is posted."""
        return _address("people:act_for")

    @cached_property
    def account_url(self) -> str:
        """The person's own page."""
        return _address("people:account")


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``frame`` as above, and ``at``, portal time, for ages and due dates."""
    frame = Frame(request)
    return {"frame": frame, "at": frame.at}
