"""Firmware images."""

from django.db import models

from releases.products.models.hexadecimal import hex8, hex64


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
