"""A day in the homes of an invented country: some change supplier, meters and hubs are exchanged, hubs installed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from numpy.typing import NDArray

from devices.copying import copy_into, microseconds
from devices.fleet import can
from devices.fleet.exchanges import exchanges
from devices.fleet.generation import COMMISSIONED, INSTALLED_NOT_COMMISSIONED, eui64
from devices.fleet.models import Day, Hub, SmiStatus, World
from devices.fleet.places import REGION_NUMBER
from devices.fleet.verbs.cells import cells_change, list_cells, move_homes, place_of
from devices.gateway import NO_HOME
from devices.simulator import homes
from devices.simulator.homes import Country, Event, Place
from devices.simulator.network import left_behind
from devices.simulator.scenarios import CALM, Life
from portal.workflow.actor import Actor
from portal.workflow.transitions import note
from releases.products.models import Cell

_IN_HOMES = "SELECT id, cell FROM fleet_hub WHERE id = ANY(%s::bigint[]) AND cell IS NOT NULL ORDER BY id"
_MOVE = """
UPDATE fleet_hub h SET cell = nullif(c.now, %(none)s),
       smi_status = CASE WHEN c.now = %(none)s THEN %(down)s ELSE h.smi_status END
  FROM unnest(%(hubs)s::bigint[], %(now)s::int[]) AS c (hub, now) WHERE h.id = c.hub
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A hub whose cell is another from now on; NO_HOME when it was taken down."""

    hub: int
    was: int
    now: int


@transaction.atomic
def pass_day(day: date, *, life: Life, by: Actor, at: datetime) -> list[Change]:
    """Let a day pass in every home; return the hubs whose cell changed.

    The same day of the same country brings the same, and passes once: raises NotNow for one that has passed. A home
    counts once, whatever happens in it: an exchanged hub is decommissioned and its successor stands in its place.
    """
    cells_change()
    can.pass_day(day)
    seed, number = World.objects.get().seed, day.toordinal()
    country = _country()
    last = Hub.objects.aggregate(last=Max("pk"))["last"] or 0
    found = _found({hub: what for hub, *what in homes.happens(seed, number, last, life)}, country)
    installed = homes.installed(seed, number, country, life)
    cells = list_cells([*installed, *(place for one in found for place in (one.before, one.after))])
    changes = [Change(one.hub, cells[one.before], NO_HOME if one.is_new else cells[one.after]) for one in found]
    fitted = [*installed, *(one.after for one in found if one.is_new)]
    _move(changes)
    _fit(fitted, cells, seed=seed, last=last, at=at)
    moved = Counter((cells[one.before], cells[one.after]) for one in found)
    move_homes(moved + Counter((NO_HOME, cells[place]) for place in installed))
    counts = Counter(one.event for one in found)
    row = Day.objects.create(
        day=day,
        passed_at=at,
        changes_of_supplier=counts[Event.CHANGE_OF_SUPPLIER],
        meter_exchanges=counts[Event.METER_EXCHANGE],
        hub_exchanges=counts[Event.HUB_EXCHANGE],
        installations=len(installed),
    )
    note(row, by=by, at=at, verb="pass_day", data=row.counts)
    return changes


@dataclass(frozen=True, slots=True)
class _Found:
    """A home that the day found, and what it made of it."""

    hub: int
    event: Event
    before: Place
    after: Place

    @property
    def is_new(self) -> bool:
        """Whether another hub stands in the home from now on."""
        return self.event is Event.HUB_EXCHANGE


def _country() -> Country:
    """Return what changes choose from. A new hub comes with the oldest version its model is listed with in homes."""
    rows = list(Cell.objects.select_related("combination", "firmware").order_by("number"))
    oldest: dict[int, tuple[str, int]] = {}
    for cell in rows:
        model, version = cell.combination.hub_model_id, (cell.firmware.version, cell.firmware_id)
        oldest[model] = min(oldest.get(model, version), version)
    shipped = {cell.combination_id: oldest[cell.combination.hub_model_id][1] for cell in rows}
    return Country({place_of(cell): cell.homes for cell in rows}, exchanges(), shipped)


def _found(drawn: dict[int, list[Any]], country: Country) -> list[_Found]:
    """Return what happens in the homes of the hubs drawn; what like for like replaces is left out."""
    places = {cell.number: place_of(cell) for cell in Cell.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute(_IN_HOMES, [list(drawn)])
        rows = [(hub, places[cell], *drawn[hub]) for hub, cell in cursor.fetchall()]
    found = [
        _Found(hub, event, place, homes.after(place, event, choice, country)) for hub, place, event, choice in rows
    ]
    return [one for one in found if one.is_new or one.before != one.after]


def _move(changes: list[Change]) -> None:
    with connection.cursor() as cursor:
        hubs, now = [one.hub for one in changes], [one.now for one in changes]
        cursor.execute(_MOVE, {"hubs": hubs, "now": now, "none": NO_HOME, "down": SmiStatus.DECOMMISSIONED})


def _fit(fitted: list[Place], cells: dict[Place, int], *, seed: int, last: int, at: datetime) -> None:
    """Write new hubs into homes, numbered on. Rule: where there is no network a hub is installed and left."""
    if not fitted:
        return
    numbers = np.arange(last + 1, last + 1 + len(fitted), dtype=np.uint32)
    regions = np.array([REGION_NUMBER[place.region] for place in fitted], np.uint8)
    away = left_behind(seed, CALM, numbers, regions)
    versions = np.array([place.firmware for place in fitted], np.int64)
    columns: dict[str, NDArray[Any]] = {
        "id": numbers.astype(np.int64),
        "eui64": eui64(numbers),
        "cell": np.array([cells[place] for place in fitted], np.int32),
        "smi_status": np.where(away, INSTALLED_NOT_COMMISSIONED, COMMISSIONED).astype(np.int16),
        "inventory_version_id": versions,
        "read_version_id": versions,
        "read_at": np.full(len(fitted), microseconds(at), np.int64),
    }
    copy_into(Hub._meta.db_table, columns)
