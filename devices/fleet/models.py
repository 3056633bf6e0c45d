"""Hubs: one row each, tens of millions in the end, so nothing on it that its cell already says."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.journal.writing import Jsonable
from portal.pages.contributions import counted
from releases.products.models import FirmwareVersion


class SmiStatus(models.IntegerChoices):
    """Smart-metering inventory status of a hub."""

    PENDING = 0, "Pending"
    WHITELISTED = 1, "Whitelisted"
    INSTALLED_NOT_COMMISSIONED = 2, "InstalledNotCommissioned"
    COMMISSIONED = 3, "Commissioned"
    SUSPENDED = 4, "Suspended"
    DECOMMISSIONED = 5, "Decommissioned"
    WITHDRAWN = 6, "Withdrawn"
    RECOVERY = 7, "Recovery"
    RECOVERED = 8, "Recovered"


IN_A_HOME = (
    SmiStatus.INSTALLED_NOT_COMMISSIONED,
    SmiStatus.COMMISSIONED,
    SmiStatus.SUSPENDED,
    SmiStatus.RECOVERY,
    SmiStatus.RECOVERED,
)


class Hub(models.Model):
    """A communications hub. Region, device combination, HAN variant and suppliers are its cell's.

    ``eui64`` is the CHF's; the GPF of the same hub has the next number. A hub in no home (in a store, or taken
    down) has no cell. Two versions: what the inventory says and what was last read from the hub.
    """

    id = models.BigIntegerField(primary_key=True)
    eui64 = models.BigIntegerField(unique=True)
    cell = models.IntegerField(null=True)
    smi_status = models.SmallIntegerField(choices=SmiStatus)
    inventory_version = models.ForeignKey(
        FirmwareVersion, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    read_version = models.ForeignKey(
        FirmwareVersion, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.chf

    @property
    def chf(self) -> str:
        """The EUI-64 of the communications hub function: eight pairs of hexadecimal digits."""
        return eui64_text(self.eui64)

    @property
    def gpf(self) -> str:
        """The EUI-64 of the gas proxy function in the same hub."""
        return eui64_text(self.eui64 + 1)


class World(models.Model):
    """The seeded fleet: one row that says from which seed the country was made, for simulation on the same seed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seed = models.BigIntegerField()
    hubs = models.BigIntegerField()
    seeded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_world")]

    def __str__(self) -> str:
        return f"{self.hubs:,} hubs from seed {self.seed}"


class Day(models.Model):
    """A day that has passed in the homes of an invented country, once, and what it brought them."""

    day = models.DateField(unique=True)
    passed_at = models.DateTimeField()
    changes_of_supplier = models.PositiveIntegerField(default=0)
    meter_exchanges = models.PositiveIntegerField(default=0)
    hub_exchanges = models.PositiveIntegerField(default=0)
    installations = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"The {self.day.day} {self.day:%B %Y}"

    @property
    def counts(self) -> dict[str, Jsonable]:
        """How many homes it brought what, by the name of the count."""
        names = ("changes_of_supplier", "meter_exchanges", "hub_exchanges", "installations")
        return {name: getattr(self, name) for name in names}

    @property
    def words(self) -> str:
        """What it brought, in a sentence."""
        return (
            f"{counted(self.changes_of_supplier, 'home')} changed supplier, {counted(self.meter_exchanges, 'meter')} "
            f"and {counted(self.hub_exchanges, 'hub')} were exchanged, {counted(self.installations, 'hub')} installed."
        )


def eui64_text(number: int) -> str:
    """Return an EUI-64 as eight pairs of hexadecimal digits with hyphens."""
    return number.to_bytes(8).hex("-").upper()
