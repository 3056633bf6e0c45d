"""What a hub runs, what waits in it, and when that activates: read for one hub or for many at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case, QuerySet, Value, When

from devices.enquiries import may
from devices.enquiries.hubs import AskedHub, find
from devices.enquiries.models import FileEnquiry
from devices.fleet.models import Hub
from devices.fleet.queries import visible_cells
from devices.gateway import UNREACHABLE, Stage
from devices.rollouts import outcomes
from devices.rollouts.models import HubUpdateEvent, Rollout, Wave
from devices.rollouts.queries import visible_to as visible_rollouts
from devices.rollouts.states import OVER, HubPath, HubState
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.holds import queries as holds
from releases.holds.models import Hold
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from releases.publishing.queries import visible_to as visible_releases

_HELD_IMAGE = (HubState.DEPLOYED, HubState.ACTIVATING)
_LEFT = (HubState.FAILED, HubState.EXPIRED, HubState.EXCLUDED)
_ENDED = (HubState.ACTIVATED, *_LEFT)
_STATES = {int(state): state for state in HubState}  # looked up a hundred thousand times for one file
_WORDS = {state: HubPath[state.name].value.capitalize() for state in HubState}
_PLACES = """
SELECT hub_id, rollout_id, slot, wave, state, attempt, changed_at FROM rollouts_hubupdate
 WHERE hub_id = ANY(%s::bigint[]) ORDER BY rollout_id DESC
"""
# What an answer says of a rollout and its release: the rest is for the engine, and large.
_OF_ROLLOUTS = ("reference", "state", "starts_from", "release_id")
_OF_RELEASES = ("reference", "title", "firmware_version", "planned_activation_at")


@dataclass(frozen=True, slots=True)
class Update:
    """A hub's place in one rollout."""

    rollout: Rollout
    wave: Wave
    slot: int
    state: HubState
    asked: int
    changed_at: datetime | None

    @property
    def words(self) -> str:
        """Where the hub stands on its path."""
        return _WORDS[self.state]

    @property
    def word(self) -> str:
        """Its state as tags know it."""
        return self.state.word

    @property
    def version(self) -> str:
        """The firmware version of the image."""
        return self.rollout.release.firmware_version

    @property
    def goes_on(self) -> bool:
        """Whether the rollout still asks something of its hubs."""
        return self.rollout.state not in OVER

    @property
    def waits(self) -> bool:
        """Whether the image is in the hub, verified, and not running yet."""
        return self.state in _HELD_IMAGE

    @property
    def activates_from(self) -> datetime | None:
        """When its activation began or begins at the earliest: of its wave, else as planned; None where unknown."""
        return self.wave.activation_opened_at or self.rollout.starts_from or self.rollout.release.planned_activation_at


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a hub. Without `is_whole` only the running version may be shown."""

    hub: AskedHub
    is_whole: bool
    cell: Cell | None = None
    updates: list[Update] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    moves: list["Move"] = field(default_factory=list)

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

    Ten queries or so, however many hubs. A hub that the actor may not ask about is left out like one that is not
    there. Rule: suppliers and their agents see their own homes, either fuel; other DCC Users the running version (Who).
    """
    asked = set(numbers)
    hubs = find(asked)
    cells = _cells({hub.cell for hub in hubs.values() if hub.cell is not None}, actor)
    whole = {number for number, cell in cells.items() if cell.is_theirs}
    versions_only, anywhere = may.sees_versions_only(actor), actor.has(Permission.MANAGE_ROLLOUTS)
    known = {
        number: hub
        for number, hub in hubs.items()
        if versions_only or (anywhere if hub.cell is None else hub.cell in whole)
    }
    updates = _updates({hub.pk for hub in known.values()}, actor)
    stopping = {} if versions_only else _stopping(cells, actor, at)
    found = {}
    for number, hub in known.items():
        cell = cells.get(hub.cell) if hub.cell is not None else None
        held = stopping.get(cell.number, []) if cell else []
        found[number] = Answer(hub, not versions_only, cell, updates.get(hub.pk, []), held)
    return found


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


def _cells(numbers: Collection[int], actor: Actor) -> dict[int, Any]:
    """Return cells by number; ``is_theirs`` on each says whether the actor may know everything of its hubs."""
    visible = visible_cells(actor)
    theirs = Case(When(visible, then=True), default=False) if visible else Value(value=True)
    return Cell.objects.annotate(is_theirs=theirs).select_related("combination").in_bulk(numbers)


def _updates(hubs: Collection[int], actor: Actor) -> dict[int, list[Update]]:
    """Return each hub's places in the rollouts the actor may know of, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(hubs)])
        places = cursor.fetchall()
    rollouts = _rollouts({row[1] for row in places}, actor)
    waves = {(one.rollout_id, one.number): one for one in Wave.objects.filter(rollout__in=rollouts).defer("verdicts")}
    found: dict[int, list[Update]] = {}
    for hub, rollout, slot, wave, state, attempt, changed_at in places:
        if rollout in rollouts:
            place = waves[rollout, wave]
            update = Update(rollouts[rollout], place, slot, _STATES[state], attempt, changed_at)
            found.setdefault(hub, []).append(update)
    return found


def _rollouts(numbers: Collection[int], actor: Actor) -> dict[int, Rollout]:
    """Return those of the rollouts that the actor may know of, without what only the engine needs of them."""
    rows = visible_rollouts(actor).filter(pk__in=numbers).select_related(None).select_related("release")
    named = rows.only(*_OF_ROLLOUTS, *(f"release__{name}" for name in _OF_RELEASES))
    return {row.pk: row for row in named} if numbers else {}


def _stopping(cells: Mapping[int, Cell], actor: Actor, at: datetime) -> dict[int, list[Hold]]:
    """Return the holds in force on each cell that the actor may see; who may see one is asked only where one is."""
    placed = [(hold.pk, Cohort.of(hold)) for hold in holds.in_force(at).order_by("pk")]
    covering = {
        number: [hold for hold, cohort in placed if cohorts.covers(cohort, cell)] for number, cell in cells.items()
    }
    held = {hold for rows in covering.values() for hold in rows}
    if not held:
        return {}
    seen = holds.visible_to(actor).filter(pk__in=held).prefetch_related("release__hub_models").in_bulk()
    models = {hold.pk: _models(hold) for hold in seen.values()}
    return {
        number: [seen[hold] for hold in rows if hold in seen and _concerns(models[hold], cells[number])]
        for number, rows in covering.items()
    }


def _models(hold: Hold) -> set[int] | None:
    """Return the hub models that a hold can concern: those of its release; None for a hold of every release."""
    return {model.pk for model in hold.release.hub_models.all()} if hold.release else None


def _concerns(models: set[int] | None, cell: Cell) -> bool:
    return models is None or cell.combination.hub_model_id in models


@dataclass(frozen=True, slots=True)
class Move:
    """A move of a hub on its path, with the device's answer in words, if one came."""

    at: datetime
    update: Update
    state: HubState
    answer: str
    is_answered: bool

    @property
    def words(self) -> str:
        """Where it moved to."""
        return _WORDS[self.state]


def with_home(answer: Answer) -> Answer:
    """Return the answer with the devices and the suppliers of the hub's home at hand."""
    devices = (f"combination__{name}" for name in ("hub_model", "esme", "gsme", "display"))
    rows = Cell.objects.select_related("electricity_supplier", "gas_supplier", *devices)
    return replace(answer, cell=rows.get(pk=answer.cell.number)) if answer.cell else answer


def with_history(answer: Answer) -> Answer:
    """Return the answer with the hub's moves in its rollouts, the newest first; a query for each rollout.

    Moves of one moment stand in the order of the path: a batch may take several steps at once.
    """
    found = []
    for update in answer.updates:
        rows = HubUpdateEvent.objects.filter(rollout=update.rollout, slot=update.slot).order_by(
            "at", "attempt", "state"
        )
        stage = Stage.DEPLOYMENT
        for at, number, code in rows.values_list("at", "state", "code"):
            state = HubState(number)
            stage = Stage.ACTIVATION if state is HubState.ACTIVATING else stage
            heard = code is not None and code != UNREACHABLE
            found.append(Move(at, update, state, _answered(stage, code), heard))
    return replace(answer, moves=sorted(found, key=lambda move: move.at)[::-1])


def _answered(stage: Stage, code: int | None) -> str:
    """Return a device's answer in words: its outcome code and what it means, or that none came."""
    if code is None:
        return ""
    return "No answer" if code == UNREACHABLE else f"{code}: {outcomes.WORDS[stage][code]}"
