"""What exists: hub models, permitted firmware, device models, deployed combinations and the cells they make."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

hex4 = RegexValidator(r"^[0-9A-F]{4}$", "Give four hexadecimal digits, such as 10F2.")
hex8 = RegexValidator(r"^[0-9A-F]{8}$", "Give eight hexadecimal digits, such as 0A010200.")
hex64 = RegexValidator(r"^[0-9a-f]{64}$", "Give a SHA-256 as 64 hexadecimal digits.")


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
            models.CheckConstraint(condition=Q(hardware_min__lte=models.F("hardware_max")), name="hardware_range"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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
        constraints = [models.UniqueConstraint(fields=["hub_model", "version"], name="listed_once")]
        ordering = ["hub_model", "version"]

    def __str__(self) -> str:
        return f"{self.hub_model} {self.version}"


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

    def __str__(self) -> str:
        return f"{self.specification} {self.version}"


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


class Image(models.Model):
    """A firmware image stored by its SHA-256 and never changed, with the fields of its ZigBee OTA header."""

    sha256 = models.CharField(max_length=64, unique=True, validators=[hex64])
    file = models.FileField(upload_to="images/")
    size = models.PositiveBigIntegerField(help_text="bytes")
    manufacturer_code = models.PositiveIntegerField()
    image_type = models.PositiveIntegerField()
    file_version = models.CharField(max_length=8, validators=[hex8])
    stack_version = models.PositiveIntegerField()
    header_string = models.CharField(max_length=32, blank=True)
    header = models.JSONField(default=dict, help_text="All header fields as read.")
    hardware_min = models.PositiveIntegerField(null=True)
    hardware_max = models.PositiveIntegerField(null=True)
    uploaded_by_name = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.file_version} ({self.sha256[:12]}…)"


COHORT_AXES: tuple[str, ...] = (
    "hub_models",
    "firmware",
    "regions",
    "han_variants",
    "esme",
    "gsme",
    "displays",
    "suppliers",
)


class Selected(models.Model):
    """A row that names a cohort: a selection over the axes; an empty axis selects everything on it."""

    axes: ClassVar[tuple[str, ...]] = COHORT_AXES
    hub_models = ArrayField(models.BigIntegerField(), default=list, blank=True)
    firmware = ArrayField(models.BigIntegerField(), default=list, blank=True)
    regions = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    han_variants = ArrayField(models.CharField(max_length=6), default=list, blank=True)
    esme = ArrayField(models.BigIntegerField(), default=list, blank=True)
    gsme = ArrayField(models.BigIntegerField(), default=list, blank=True)
    displays = ArrayField(models.BigIntegerField(), default=list, blank=True)
    suppliers = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        abstract = True
