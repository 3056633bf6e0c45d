"""Cells are listed, and homes moved between them."""

from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import Max

from devices.gateway import NO_HOME
from devices.simulator.homes import Place
from releases.products.models import Cell, FirmwareVersion

CELLS = 0x43454C4C  # "CELL"
_MOVE = """
UPDATE products_cell c SET homes = c.homes + moved.change FROM unnest(%s::int[], %s::int[]) AS moved (number, change)
 WHERE c.number = moved.number
"""


def cells_change() -> None:
    """Be alone in numbering cells and in moving hubs between them until this transaction ends.

    Whoever needs the row of a rollout too takes that first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CELLS])


def cells_stay() -> None:
    """Let every hub keep its cell until this transaction ends, for who reads many and writes down where they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [CELLS])


@transaction.atomic
def list_target_cells(sources: list[int], targets: Mapping[int, FirmwareVersion]) -> dict[int, int]:
    """Make sure that each source cell has a twin on its hub model's target version; return source to twin.

    `targets` gives the target version by hub model. Twins start without homes.
    """
    rows = Cell.objects.filter(number__in=sources).select_related("combination").order_by("number")
    places = {cell.number: place_of(cell)._replace(firmware=targets[cell.combination.hub_model_id].pk) for cell in rows}
    known = list_cells(places.values())
    return {source: known[place] for source, place in places.items()}


def list_cells(places: Iterable[Place]) -> dict[Place, int]:
    """Make sure that each of these places has its cell; return the numbers. New cells start without homes."""
    cells_change()
    wanted = list(dict.fromkeys(places))
    rows = Cell.objects.filter(firmware__in={place.firmware for place in wanted})
    known = {place_of(cell): cell.number for cell in rows.filter(combination__in={one.combination for one in wanted})}
    first = (Cell.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    added = {place: first + count for count, place in enumerate(one for one in wanted if one not in known)}
    Cell.objects.bulk_create(
        Cell(
            number=number,
            region=place.region,
            combination_id=place.combination,
            firmware_id=place.firmware,
            han_variant=place.han_variant,
            electricity_supplier_id=place.electricity,
            gas_supplier_id=place.gas,
        )
        for place, number in added.items()
    )
    return {place: number for place, number in (known | added).items() if place in set(wanted)}


def place_of(cell: Cell) -> Place:
    """Return what makes the homes of a cell alike."""
    return Place(
        cell.region,
        cell.combination_id,
        cell.firmware_id,
        cell.han_variant,
        cell.electricity_supplier_id,
        cell.gas_supplier_id,
    )


@transaction.atomic
def move_homes(moved: Mapping[tuple[int, int], int]) -> None:
    """Move homes between cells: (from, to) to how many; the total of homes stays what it was.

    The cell NO_HOME stands for nowhere: homes come from it when they get their first hub.
    """
    change: dict[int, int] = {}
    for (source, target), homes in moved.items():
        change[source] = change.get(source, 0) - homes
        change[target] = change.get(target, 0) + homes
    change.pop(NO_HOME, None)
    rows = Cell.objects.filter(number__in=change).select_for_update(no_key=True).order_by("number")
    list(rows.values_list("pk"))  # locked in one order, whoever else moves homes: one statement has no order of its own
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [list(change), list(change.values())])
