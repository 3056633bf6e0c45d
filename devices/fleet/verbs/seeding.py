"""Seeding a country."""

from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from numpy.typing import NDArray

from devices import hashing
from devices.copying import copy_into, microseconds
from devices.fleet import generation
from devices.fleet.listing import country, han_variants
from devices.fleet.models import Hub, World
from devices.fleet.places import REGIONS
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.transitions import note
from releases.products.models import Cell, DeviceCombination

_LAST_READ_WITHIN = timedelta(days=3)
_CONTACT = 23
MOST_HUBS = 2**32 - 1


@transaction.atomic
def seed(*, hubs: int, seed: int, by: Actor, at: datetime) -> World:
    """Populate an empty portal with a country of hubs, the same for the same seed; return its world row.

    Raises Invalid for an impossible number and NotNow when there is a fleet already.
    """
    if not 1 <= hubs <= MOST_HUBS:
        raise Invalid("Give a number of hubs between 1 and 4,294,967,295.")
    if World.objects.exists() or Hub.objects.exists():
        raise NotNow("There is a fleet already: start from an empty database to seed another.")
    land = country()
    cells = generation.make_cells(land, homes=generation.homes_among(hubs), seed=seed)
    numbers = _write_cells(cells)
    _write_hubs(generation.make_hubs(cells, land, hubs=hubs, seed=seed), numbers, seed=seed, at=at)
    world = World.objects.create(seed=seed, hubs=hubs)
    note(world, by=by, at=at, verb="seed_fleet", data={"hubs": hubs, "seed": seed})
    return world


def _write_cells(cells: generation.Cells) -> NDArray[np.int32]:
    first = (Cell.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    numbers = np.arange(first, first + len(cells.homes), dtype=np.int32)
    variant_of_model = han_variants()
    models = dict(DeviceCombination.objects.values_list("pk", "hub_model"))
    Cell.objects.bulk_create(
        Cell(
            number=int(numbers[place]),
            region=REGIONS[cells.region[place]],
            combination_id=int(cells.combination[place]),
            firmware_id=int(cells.firmware[place]),
            han_variant=variant_of_model[models[int(cells.combination[place])]],
            electricity_supplier_id=int(cells.electricity[place]),
            gas_supplier_id=None if cells.gas[place] == generation.NO_GAS else int(cells.gas[place]),
            homes=int(cells.homes[place]),
        )
        for place in range(len(numbers))
    )
    return numbers


def _write_hubs(
    hubs: generation.Hubs,
    numbers: NDArray[np.int32],
    *,
    seed: int,
    at: datetime,
) -> None:
    ages, _ = hashing.halves(hashing.draw(hashing.key(seed, _CONTACT), hubs.number))
    span = int(_LAST_READ_WITHIN.total_seconds()) * 1_000_000
    read_at = microseconds(at) - (ages.astype(np.int64) * (span // 2**16) >> np.int64(16))
    in_home = hubs.cell != generation.NO_CELL
    for chosen, has_cell in ((in_home, True), (~in_home, False)):
        columns = {
            "id": hubs.number[chosen].astype(np.int64),
            "eui64": hubs.eui64[chosen],
            "smi_status": hubs.smi_status[chosen],
            "inventory_version_id": hubs.inventory[chosen],
            "read_version_id": hubs.read[chosen],
            "read_at": read_at[chosen],
        }
        if has_cell:
            columns["cell"] = numbers[hubs.cell[chosen]]
        if np.any(chosen):
            copy_into(Hub._meta.db_table, columns)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fleet_hub, products_cell")
