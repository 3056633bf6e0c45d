"""What each app adds to pages shared by all, found in its ``contributes.py`` as the admin finds ``admin.py``.

A ``contributes.py`` holds any of these functions; each gets the actor and portal time and returns rows::

    def navigation(actor) -> Iterable[Link]
    def acting_for(actor, at) -> Iterable[Acting]           # header: organisations this person may act for
    def waiting(actor, at) -> Iterable[Waiting]             # home page: what waits for me
    def dates(actor, start, end) -> Iterable[Dated]         # calendar
    def due(actor, at) -> Iterable[Due]                     # the clock's next due dates (demonstration)
    def release_stages(release, actor, at) -> Iterable[Stage]   # tracker of a release
    def release_panels(release, actor, at) -> Iterable[Panel]   # sections of the release page
    def searchable(actor) -> Iterable[Searchable]               # what the search looks through
    def lists(actor) -> Iterable[ListPage]                      # lists whose filters a person may keep
    def fleet_notes(actor, at) -> Iterable[Link]                # fleet page: what the inventory does not show yet
    def release_acts(release, actor, at) -> Iterable[Act]       # buttons with the reason why not
    def hub_model_panels(model, actor, at) -> Iterable[Panel]   # sections of a hub model's page

So ``portal.pages`` imports no app, and a new app appears everywhere by one file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule


@dataclass(frozen=True)
class Link:
    """A navigation entry. ``order`` sorts the bar; it is current under addresses that begin with ``prefix``."""

    text: str
    url: str
    order: int
    prefix: str = ""


@dataclass(frozen=True)
class Acting:
    """An organisation a person may act for; the header offers the choice when there are several."""

    id: int
    name: str


@dataclass(frozen=True)
class Waiting:
    """Something that waits for this person: what, since when, by when."""

    text: str
    url: str
    since: datetime
    due: datetime | None = None
    group: str = "To do"


@dataclass(frozen=True)
class Dated:
    """An entry of the calendar. ``status`` is a word for its tag ("planned", "confirmed", "done")."""

    at: datetime
    text: str
    url: str = ""
    status: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Due:
    """A moment at which something happens by the clock."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Stage:
    """A stage of the release tracker.

    ``state``: done, current, waiting, blocked, skipped, ended (begun and never finished). ``order`` 10, 20, … from
    draft to report.
    """

    order: int
    name: str
    state: str
    at: datetime | None = None
    planned: datetime | None = None
    holder: str = ""
    blocks: str = ""
    url: str = ""


@dataclass(frozen=True)
class Panel:
    """A section of the release page: a template rendered with its context."""

    order: int
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    slug: str = ""


@dataclass(frozen=True)
class ListPage:
    """A list whose filters can be kept: the name of its address, and its title."""

    name: str
    title: str


@dataclass(frozen=True)
class Act:
    """Something a person may do to a release: a link to its form or check page, or the reason why not now."""

    order: int
    text: str
    url: str
    why_not: str | None = None
    style: str = "secondary"


def contributors() -> Iterator[ModuleType]:
    """Yield each installed app's ``contributes`` module, in the order of INSTALLED_APPS."""
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "contributes"):
            yield import_module(f"{config.name}.contributes")


def collect(kind: str, *arguments: Any) -> list[Any]:
    """Return what every app contributes of one kind, in app order."""
    rows: list[Any] = []
    for module in contributors():
        contribute = getattr(module, kind, None)
        if contribute is not None:
            contributed: Iterable[Any] = contribute(*arguments)
            rows.extend(contributed)
    return rows
