"""What each app adds to pages shared by all, found in its ``contributes.py`` as the admin finds ``admin.py``.

A ``contributes.py`` holds any of these functions; each gets the actor and portal time and returns rows::

    def navigation(actor) -> Iterable[Link]
    def acting_for(actor, at) -> Iterable[Acting]           # header: organisations this person may act for
    def readers(users, at) -> Iterable[Reader]              # daily digest: these people (ids), where they still are
    def waiting(actor, at) -> Iterable[Waiting]             # home page: what waits for me
    def dates(actor, start, end) -> Iterable[Dated]         # calendar; what touches the time from start to end
    def due(actor, at) -> Iterable[Due]                     # the clock's next due dates (demonstration)
    def release_stages(release, actor, at) -> Iterable[Stage]   # tracker of a release
    def release_panels(release, actor, at) -> Iterable[Panel]   # sections of the release page
    def searchable(actor) -> Iterable[Searchable]               # what the search looks through
    def lists(actor) -> Iterable[ListPage]                      # lists whose filters a person may keep
    def fleet_notes(actor, at) -> Iterable[Link]                # fleet page: what the inventory does not show yet
    def release_acts(release, actor, at) -> Iterable[Act]       # buttons with the reason why not
    def fleet_acts(actor) -> Iterable[Link]                     # fleet page: what can be done there
    def rollouts_links(actor) -> Iterable[Link]                 # list of rollouts: what is about several of them
    def rollout_links(actor) -> Iterable[Link]                  # page of a rollout: where its hubs are told of
    def rollout_panels(rollout, actor, at) -> Iterable[Panel]   # sections of the page of a rollout
    def report_figures(rollout) -> Iterable[tuple[str, Any]]    # exit report: figures kept with it, by name
    def issue_notes(issue, actor, at) -> Iterable[Link]         # page of an issue: what it was raised in
    def organisation_links(actor) -> Iterable[Link]             # page of one's own organisation: where its things are
    def nightly_capacity(actor) -> Iterable[Capacity]           # opening an exercise: homes a night that CSPs state
    def hub_model_panels(model, actor, at) -> Iterable[Panel]   # sections of a hub model's page
    def release_effects(release, act, actor, at) -> Iterable[Effect]  # what an act ("withdraw") would do here

So ``portal.pages`` imports no app, and a new app appears everywhere by one file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from portal.working_days import last_day_before, london_day, start_of


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
class Reader:
    """A person as the daily digest addresses them: where, and whose inboxes they read today (ids)."""

    user_id: int
    name: str
    address: str
    organisations: frozenset[int]


@dataclass(frozen=True)
class Waiting:
    """Something that waits for this person: what, since when, by when."""

    text: str
    url: str
    since: datetime
    due: datetime | None = None
    group: str = "To do"


# The kinds of calendar entries, by the word that names each in addresses and feeds.
KINDS = {
    "release": "Releases",
    "testing": "User testing",
    "scheduling": "Scheduling",
    "objection": "Objections",
    "ballot": "Ballots",
    "hold": "Holds",
    "issue": "Issues",
    "rollout": "Rollouts",
}


@dataclass(frozen=True)
class Dated:
    """An entry of the calendar. ``status`` is "planned", "confirmed", "done" or "cancelled".

    ``key`` names the entry for ever, whatever its date becomes; ``sequence`` rises with each change of what it is
    about, the last of them at ``changed_at``. ``kind`` is one of ``KINDS``, ``release`` a reference, ``own`` tells
    whether it concerns the organisation acted for. ``ends`` marks the end of a period: at midnight in London it
    stands on the day that is over then, as everybody writes a deadline.
    """

    at: datetime
    text: str
    url: str = ""
    status: str = ""
    until: datetime | None = None
    key: str = ""
    kind: str = ""
    release: str = ""
    own: bool = False
    ends: bool = False
    sequence: int = 0
    changed_at: datetime | None = None

    @property
    def whole_day(self) -> bool:
        """Whether it is a matter of a day: it falls on midnight in London and has no end of its own."""
        return self.until is None and self.at == start_of(london_day(self.at))

    @property
    def day(self) -> date:
        """The day in Europe/London on which it stands."""
        return last_day_before(self.at) if self.ends and self.whole_day else london_day(self.at)

    @property
    def last_day(self) -> date:
        """The last day in Europe/London that it touches."""
        return max(self.day, london_day(self.until - timedelta(microseconds=1))) if self.until else self.day


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
    """A section of a page: a template rendered with its context."""

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


@dataclass(frozen=True)
class Effect:
    """What an act on a release would do to the things of one app: a sentence with its numbers."""

    order: int
    text: str


@dataclass(frozen=True)
class Capacity:
    """How many homes of a region its network activates in a night, and who states it."""

    region: str
    homes: int
    stated_by: str


def counted(count: int, noun: str) -> str:
    """Return "no open issues", "1 open issue" or "2,000 open issues"."""
    number = f"{count:,}" if count else "no"
    return f"{number} {noun}" if count == 1 else f"{number} {noun}s"


@cache  # a page collects a dozen kinds, and to look for a module is to look through folders
def contributors() -> tuple[ModuleType, ...]:
    """Return each installed app's ``contributes`` module, in the order of INSTALLED_APPS."""
    return tuple(
        import_module(f"{config.name}.contributes")
        for config in apps.get_app_configs()
        if config.module is not None and module_has_submodule(config.module, "contributes")
    )


def collect(kind: str, *arguments: Any) -> list[Any]:
    """Return what every app contributes of one kind, in app order."""
    rows: list[Any] = []
    for module in contributors():
        contribute = getattr(module, kind, None)
        if contribute is not None:
            contributed: Iterable[Any] = contribute(*arguments)
            rows.extend(contributed)
    return rows
