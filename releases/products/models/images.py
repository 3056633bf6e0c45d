"""Firmware images, which are never changed, and what is known of each: who signed it, what a scanner found."""

from datetime import date

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from releases.products.models.hexadecimal import hex4, hex8, hex64


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

    @property
    def manufacturer(self) -> str:
        """The manufacturer as on the Central Products List."""
        return f"{self.manufacturer_code:04X}"


class ManufacturerKey(models.Model):
    """A manufacturer's public key (Ed25519), with which its images are verified while it is valid."""

    manufacturer = models.CharField(max_length=4, validators=[hex4])
    name = models.CharField(max_length=80, help_text="What the manufacturer calls it.")
    public_key = models.CharField(max_length=64, validators=[hex64], help_text="32 bytes in hexadecimal.")
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    registered_by_name = models.CharField(max_length=200)
    registered_at = models.DateTimeField()
    revoked_by_name = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_why = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["manufacturer", "-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by_name="") | Q(revoked_at__isnull=False) & ~Q(revoked_by_name=""),
                name="revoked_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.manufacturer})"

    def state(self, day: date) -> str:
        """How the key stands on a day: revoked, planned, expired or open."""
        if self.revoked_at is not None:
            return "revoked"
        if day < self.valid_from:
            return "planned"
        return "expired" if self.valid_to is not None and day > self.valid_to else "open"


class ImageSignature(models.Model):
    """A detached signature handed over with an image, and the key it was verified with; none when none was known."""

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="signatures")
    signature = models.CharField(max_length=128, help_text="64 bytes in hexadecimal.")
    key = models.ForeignKey(ManufacturerKey, null=True, on_delete=models.PROTECT, related_name="+")
    checked_by_name = models.CharField(max_length=200)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"signature of {self.image}"


class ImageScan(models.Model):
    """One look of a malware scanner at an image; the last one counts."""

    class Outcome(models.TextChoices):
        CLEAN = "clean", "Clean"
        INFECTED = "infected", "Infected"
        FAILED = "failed", "Could not be scanned"

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="scans")
    outcome = models.CharField(max_length=8, choices=Outcome)
    detail = models.CharField(max_length=200, blank=True)
    scanned_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["image", "-id"], name="scans_of_image")]

    def __str__(self) -> str:
        return f"{self.image}: {self.get_outcome_display()}"
