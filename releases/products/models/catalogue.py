"""What exists: hub models, permitted firmware, validity, device models, deployed combinations and their cells."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from releases.products import validity
from releases.products.models.hexadecimal import hex4, hex8, hex64
from releases.products.validity import Span, span


class Region(models.TextChoices):
    NORTH = "north", "North"
    CENTRAL = "central", "Central"
    SOUTH = "south", "South"


class HanVariant(models.TextChoices):
    SINGLE = "single", "Single band (2.4 GHz)"
    DUAL = "dual", "Dual band"


class Smets(models.IntegerChoices):
    ONE = 1, "SMETS1"
    TWO = 2, "SMETS2"


class HubModel(models.Model):
    """A communications-hub model: manufacturer (4 hex digits) and model with hardware version (8 hex digits)."""

    name = models.CharField(max_length=80, unique=True)
    manufacturer_name = models.CharField(max_length=80)
    manufacturer = models.CharField(max_length=4, validators=[hex4])
    model = models.CharField(max_length=8, validators=[hex8])
    image_type = models.PositiveIntegerField(default=0, help_text="ZigBee OTA image type.")
    hardware_min = models.PositiveIntegerField(default=0)
    hardware_max = models.PositiveIntegerField(default=0xFFFF)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manufacturer", "model"], name="one_hub_model"),
            models.CheckConstraint(condition=Q(hardware_min__lte=F("hardware_max")), name="hardware_range"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def model_number(self) -> str:
        """The model alone: the first four digits."""
        return self.model[:4]

    @property
    def hardware_version(self) -> str:
        """The hardware version: the last four digits."""
        return self.model[4:]

    @property
    def takes_any_hardware(self) -> bool:
        """Whether the hardware range of images is not compared."""
        return (self.hardware_min, self.hardware_max) == (0, 0xFFFF)


class FirmwareVersion(models.Model):
    """An entry of the Central Products List: a version permitted on a hub model, with its status."""

    class Status(models.TextChoices):
        CURRENT = "current", "Current"
        REMOVED = "removed", "Removed"

    hub_model = models.ForeignKey(HubModel, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=8, validators=[hex8])
    image_hash = models.CharField(max_length=64, validators=[hex64], blank=True)
    chts = models.CharField(max_length=12, help_text="Version of the technical specification it meets.")
    gbcs = models.CharField(max_length=12)
    status = models.CharField(max_length=10, choices=Status, default=Status.CURRENT)
    listed_on = models.DateField()
    removed_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub_model", "version"], name="listed_once"),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(status="removed", removed_on__gte=F("listed_on")),
                name="removed_after_it_was_listed",
            ),
        ]
        ordering = ["hub_model", "version"]

    def __str__(self) -> str:
        return f"{self.hub_model} {self.version}"

    def clean(self) -> None:
        """Refuse dates that contradict one another."""
        if wrong := validity.of_listing(self.status, self.listed_on, self.removed_on):
            raise ValidationError({name: [sentence] for name, sentence in wrong.items()})

    @property
    def specifications(self) -> list[tuple[str, str]]:
        """The specification versions it meets, as (specification, version)."""
        return [("CHTS", self.chts), ("GBCS", self.gbcs)]


class ValidityPeriod(models.Model):
    """Installation and maintenance validity of a specification version, and the end of its GBCS applicability."""

    specification = models.CharField(max_length=8, choices=[("CHTS", "CHTS"), ("GBCS", "GBCS")])
    version = models.CharField(max_length=12)
    installation_from = models.DateField()
    installation_to = models.DateField(null=True, blank=True)
    maintenance_to = models.DateField(null=True, blank=True)
    applicability_to = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["specification", "version"], name="one_validity_row")]
        ordering = ["specification", "version"]

    def __str__(self) -> str:
        return f"{self.specification} {self.version}"

    def clean(self) -> None:
        """Refuse dates that contradict one another."""
        names = ("installation_from", *validity.ENDS)
        if wrong := validity.of_periods({name: getattr(self, name) for name in names}):
            raise ValidationError({name: [sentence] for name, sentence in wrong.items()})

    def installation(self, day: date) -> Span:
        """How the installation period stands; once closed it only warns."""
        return span(self.installation_from, self.installation_to, day, over="closed")

    def maintenance(self, day: date) -> Span:
        """How the maintenance period stands."""
        return span(self.installation_from, self.maintenance_to, day)

    def applicability(self, day: date) -> Span:
        """How the GBCS applicability stands."""
        return span(self.installation_from, self.applicability_to, day)


class DeviceModel(models.Model):
    """A model of a HAN device. IHD and CAD have no firmware known to DCC."""

    class Type(models.TextChoices):
        ESME = "ESME", "Electricity meter"
        GSME = "GSME", "Gas meter"
        PPMID = "PPMID", "Prepayment interface"
        IHD = "IHD", "In-home display"
        HCALCS = "HCALCS", "Load control switch"
        CAD = "CAD", "Consumer access device"

    type = models.CharField(max_length=6, choices=Type)
    name = models.CharField(max_length=80, unique=True)
    manufacturer = models.CharField(max_length=4, validators=[hex4])
    model = models.CharField(max_length=8, validators=[hex8])

    def __str__(self) -> str:
        return f"{self.name} ({self.type})"


class DeviceCombination(models.Model):
    """A row of the Deployed Products List: the device models found together in homes. It is the test matrix."""

    hub_model = models.ForeignKey(HubModel, on_delete=models.PROTECT, related_name="combinations")
    esme = models.ForeignKey(DeviceModel, on_delete=models.PROTECT, related_name="+")
    gsme = models.ForeignKey(DeviceModel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    display = models.ForeignKey(
        DeviceModel, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="PPMID or IHD."
    )
    smets = models.PositiveSmallIntegerField(choices=Smets)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hub_model", "esme", "gsme", "display", "smets"], name="one_combination", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        parts = [self.hub_model, self.esme, self.gsme, self.display]
        return " + ".join(part.name for part in parts if part)


class Cell(models.Model):
    """Hubs that are alike to every rule: region x combination x firmware x HAN variant x responsible suppliers.

    ``homes`` counts the homes (a home has one hub). Cohorts, holds, gates and coverage work on cells.
    """

    number = models.IntegerField(primary_key=True)
    region = models.CharField(max_length=8, choices=Region)
    combination = models.ForeignKey(DeviceCombination, on_delete=models.PROTECT, related_name="cells")
    firmware = models.ForeignKey(FirmwareVersion, on_delete=models.PROTECT, related_name="cells")
    han_variant = models.CharField(max_length=6, choices=HanVariant)
    electricity_supplier = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    gas_supplier = models.ForeignKey(
        "people.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    homes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "combination", "firmware", "han_variant", "electricity_supplier", "gas_supplier"],
                name="one_cell",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"cell {self.number}"
