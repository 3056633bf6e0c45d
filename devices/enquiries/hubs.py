"""What the fleet says of the hubs asked for, in one statement: for one hub, planning a second costs more than it tells.

Rows, not models, but for what many hubs share: a file asks about a hundred thousand.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from devices.fleet.models import SmiStatus, eui64_text
from portal.workflow.rows import loaded
from releases.products.models import Cell, DeviceCombination, FirmwareVersion, HubModel

_SMI_WORDS = {int(status): status.label for status in SmiStatus}
# Arrays, not lists of parameters: a file asks about thousands of hubs at once. OFFSET 0 keeps the planner from weighing
# every order of six tables, which takes longer than to read them.
_HUBS = """
SELECT h.id, h.eui64, h.cell, h.smi_status, h.read_at,
       h.read_version_id, read.hub_model_id, read.name, read.version, h.inventory_version_id, inventory.version,
       home.region, home.combination_id, home.firmware_id, home.han_variant, home.electricity_supplier_id,
       home.gas_supplier_id, home.hub_model_id, home.esme_id, home.gsme_id, home.display_id, home.smets
  FROM fleet_hub h
  LEFT JOIN LATERAL (SELECT c.*, d.hub_model_id, d.esme_id, d.gsme_id, d.display_id, d.smets
                       FROM products_cell c JOIN products_devicecombination d ON d.id = c.combination_id
                      WHERE c.number = h.cell OFFSET 0) home ON true
  LEFT JOIN LATERAL (SELECT v.version, v.hub_model_id, m.name
                       FROM products_firmwareversion v JOIN products_hubmodel m ON m.id = v.hub_model_id
                      WHERE v.id = h.read_version_id OFFSET 0) read ON true
  LEFT JOIN LATERAL (SELECT v.version FROM products_firmwareversion v
                      WHERE v.id = h.inventory_version_id OFFSET 0) inventory ON true
 WHERE h.eui64 = ANY(%s::bigint[])
"""
_OF_CELLS = ("region", "combination_id", "firmware_id", "han_variant", "electricity_supplier_id", "gas_supplier_id")
_OF_COMBINATIONS = ("hub_model_id", "esme_id", "gsme_id", "display_id", "smets")


@dataclass(frozen=True, slots=True)
class AskedHub:
    """A hub as the fleet lists it, with the versions that were last read from it and that the inventory has.

    ``cell`` is the number of its cell, ``home`` that cell with its combination; both None for a hub in no home.
    """

    pk: int
    eui64: int
    cell: int | None
    smi_status: int
    read_at: datetime
    read_version: FirmwareVersion
    inventory_version: FirmwareVersion
    home: Cell | None

    @property
    def chf(self) -> str:
        """The EUI-64 of its communications hub function."""
        return eui64_text(self.eui64)

    @property
    def gpf(self) -> str:
        """The EUI-64 of its gas proxy function."""
        return eui64_text(self.eui64 + 1)

    @property
    def smi_words(self) -> str:
        """Its smart-metering inventory status, in words."""
        return _SMI_WORDS[self.smi_status]


def find(asked: Collection[int]) -> dict[int, AskedHub]:
    """Return the hubs by the number asked for: its own, or that of its gas proxy, which is one more. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_HUBS, [sorted({*asked, *(number - 1 for number in asked)})])
        by_number = {hub.eui64: hub for hub in _read(cursor.fetchall())}
    found = {number: by_number.get(number) or by_number.get(number - 1) for number in asked}
    return {number: hub for number, hub in found.items() if hub is not None}


def _read(rows: Iterable[tuple[Any, ...]]) -> Iterable[AskedHub]:
    """Yield the hubs of these rows; those of one version or one cell share it."""
    read_versions: dict[int, FirmwareVersion] = {}
    versions: dict[int, FirmwareVersion] = {}
    homes: dict[int | None, Cell] = {}
    for pk, eui64, cell, status, read_at, read, model, name, version, inventory, listed, *home in rows:
        if read not in read_versions:
            read_versions[read] = loaded(FirmwareVersion, id=read, hub_model_id=model, version=version)
            read_versions[read].hub_model = loaded(HubModel, id=model, name=name)
        if inventory not in versions:
            versions[inventory] = loaded(FirmwareVersion, id=inventory, version=listed)
        if home[0] is not None and cell not in homes:
            homes[cell] = _home(cell, home)
        yield AskedHub(pk, eui64, cell, status, read_at, read_versions[read], versions[inventory], homes.get(cell))


def _home(number: int, values: list[Any]) -> Cell:
    of_cell = dict(zip(_OF_CELLS, values, strict=False))
    of_combination = dict(zip(_OF_COMBINATIONS, values[len(_OF_CELLS) :], strict=True))
    cell = loaded(Cell, number=number, **of_cell)
    cell.combination = loaded(DeviceCombination, id=cell.combination_id, **of_combination)
    return cell
