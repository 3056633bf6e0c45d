"""What a hub runs, what waits in it, and when that activates: read for one hub or for many at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import QuerySet

from devices.enquiries import may
from devices.enquiries.hubs import AskedHub, find
from devices.enquiries.models import FileEnquiry
from devices.enquiries.places import Move, Update, moves, updates
from devices.fleet.models import Hub
from devices.fleet.queries import own_homes, visible_cells
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.holds import queries as holds
from releases.holds.models import Hold
from releases.products import cohorts
from releases.products.models import Cell
from releases.publishing.queries import visible_to as visible_releases

_LEFT = (HubState.FAILED, HubState.EXPIRED, HubState.EXCLUDED)
_ENDED = (HubState.ACTIVATED, *_LEFT)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a hub. Without `is_whole` only the running version may be shown."""

    hub: AskedHub
    is_whole: bool
    cell: Cell | None = None
    updates: list[Update] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    @property
    def activated(self) -> Update | None:
        """The update that a rollout under way has activated since the hub was last read, if any."""
        done = (one for one in self.updates if one.state is HubState.ACTIVATED and one.changed_at)
        return next((one for one in done if one.changed_at and one.changed_at > self.hub.read_at), None)

    @property
    def running_version(self) -> str:
        """The version that the hub runs: as it was last read, or as it said itself when it activated."""
        return self.activated.version if self.activated else self.hub.read_version.version

    @property
    def known_at(self) -> datetime:
        """When it was known to run that."""
        return (self.activated and self.activated.changed_at) or self.hub.read_at

    @property
    def inventory_version(self) -> str:
        """The version in the inventory."""
        return self.hub.inventory_version.version

    @property
    def differs(self) -> bool:
        """Whether the inventory says something else than the hub."""
        return self.running_version != self.inventory_version

    @property
    def coming(self) -> Update | None:
        """The update under way for the hub, if any."""
        return next((one for one in self.updates if one.goes_on and one.state not in _ENDED), None)

    def place_in(self, rollout: Rollout | None) -> Update | None:
        """Return the hub's place in a rollout; without one, in the newest under way that has it."""
        if rollout is None:
            return next((one for one in self.updates if one.goes_on), None)
        return next((one for one in self.updates if one.rollout.pk == rollout.pk), None)

    @property
    def left(self) -> Update | None:
        """The update whose image the hub holds though nothing will activate it, if any; asked of an answer with its
        history. A rollout that was stopped, or that gave the hub up, leaves it there."""
        newest = self.updates[0] if self.updates else None
        if newest is None or newest.state not in _LEFT:
            return None
        was_held = any(move.update is newest and move.state is HubState.DEPLOYED for move in self.moves)
        return newest if was_held else None

    @property
    def last_contact(self) -> datetime:
        """When the hub was last heard of: read, or answering a rollout; asked of an answer with its history."""
        return max([self.hub.read_at, *(move.at for move in self.moves if move.is_answered)])


def answers(numbers: Iterable[int], actor: Actor, at: datetime) -> dict[int, Answer]:
    """Return what the actor may know by the EUI-64s asked for, of the hub or of its gas proxy.

    Three queries, however many hubs: of the hubs, of their rollouts, of the holds on their cells. A hub that the actor
    may not ask about is left out like one that is not there, and costs the same. Rule: suppliers and their agents see
    their own homes, either fuel; other DCC Users the running version (Who).
    """
    versions_only = may.sees_versions_only(actor)
    hubs = find(set(numbers))
    known = hubs if versions_only else _own(hubs, actor)
    homes = {hub.home.number: hub.home for hub in known.values() if hub.home is not None}
    places = updates({hub.pk for hub in known.values()}, actor) if known else {}
    stopping = holds.stopping(homes.values(), actor, at) if known and not versions_only else {}
    found = {}
    for number, hub in known.items():
        held = stopping.get(hub.home.number, []) if hub.home else []
        found[number] = Answer(hub, not versions_only, hub.home, places.get(hub.pk, []), held)
    return found


def _own(hubs: Mapping[int, AskedHub], actor: Actor) -> dict[int, AskedHub]:
    """Return the hubs in homes that are the actor's; of those in no home, all for who manages rollouts, else none."""
    own, anywhere = own_homes(actor), actor.has(Permission.MANAGE_ROLLOUTS)
    homes = {hub.home.number: hub.home for hub in hubs.values() if hub.home is not None}
    mine = {} if own is None else cohorts.covering([(own, True)], homes.values())
    return {number: hub for number, hub in hubs.items() if (anywhere if hub.cell is None else mine.get(hub.cell))}


def examples(actor: Actor, most: int = 3) -> list[str]:
    """Return the EUI-64s of a few hubs that the actor may ask about, for a demonstration in which nobody knows one."""
    cells = Cell.objects.all() if may.sees_versions_only(actor) else Cell.objects.filter(visible_cells(actor))
    cell = cells.filter(homes__gt=0).order_by("number").values_list("number", flat=True).first()
    return [] if cell is None else [hub.chf for hub in Hub.objects.filter(cell=cell).order_by("pk")[:most]]


def files(actor: Actor) -> QuerySet[FileEnquiry]:
    """Return the files that this person sent for the organisation acted for now; nobody else's."""
    mine = FileEnquiry.objects.filter(user=actor.user_id, organisation=actor.organisation_id)
    return mine.select_related("organisation")


def may_know_releases(row: FileEnquiry, actor: Actor) -> bool:
    """Whether the actor may still know of every release that the result of a file names."""
    return visible_releases(actor).filter(pk__in=row.releases).count() == len(row.releases)


def with_home(answer: Answer) -> Answer:
    """Return the answer with the devices and the suppliers of the hub's home at hand."""
    devices = (f"combination__{name}" for name in ("hub_model", "esme", "gsme", "display"))
    rows = Cell.objects.select_related("electricity_supplier", "gas_supplier", *devices)
    return replace(answer, cell=rows.get(pk=answer.cell.number)) if answer.cell else answer


def with_history(answer: Answer) -> Answer:
    """Return the answer with the hub's moves in its rollouts, the newest first; one query."""
    return replace(answer, moves=moves(answer.updates))
