"""What the fleet says of the hubs asked for. Rows, not models: a file asks about a hundred thousand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from devices.fleet.models import SmiStatus, eui64_text
from releases.products.models import FirmwareVersion

_SMI_WORDS = {int(status): status.label for status in SmiStatus}
# Arrays, not lists of parameters: a file asks about thousands of hubs at once.
_HUBS = """
SELECT id, eui64, cell, smi_status, read_at, read_version_id, inventory_version_id FROM fleet_hub
 WHERE eui64 = ANY(%s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class AskedHub:
    """A hub as the fleet lists it, with the versions that were last read from it and that the inventory has."""

    pk: int
    eui64: int
    cell: int | None
    smi_status: int
    read_at: datetime
    read_version: FirmwareVersion
    inventory_version: FirmwareVersion

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
    """Return the hubs by the number asked for: its own, or that of its gas proxy, which is one more. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_HUBS, [sorted({*asked, *(number - 1 for number in asked)})])
        rows = cursor.fetchall()
    versions = FirmwareVersion.objects.select_related("hub_model").in_bulk({key for row in rows for key in row[5:]})
    by_number = {
        eui64: AskedHub(pk, eui64, cell, status, read_at, versions[read], versions[inventory])
        for pk, eui64, cell, status, read_at, read, inventory in rows
    }
    found = {number: by_number.get(number) or by_number.get(number - 1) for number in asked}
    return {number: hub for number, hub in found.items() if hub is not None}
