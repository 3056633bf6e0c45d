"""What the API shows of products, and what it takes."""

from typing import Any, TypeVar

from django.db import models
from rest_framework import serializers

from releases.products.columns import LAYOUTS
from releases.products.fingerprints import fingerprint
from releases.products.forms import not_too_large
from releases.products.models import (
    Cell,
    DeviceCombination,
    FirmwareVersion,
    HubModel,
    ImportLine,
    ListImport,
    ManufacturerKey,
    ValidityPeriod,
)

M = TypeVar("M", bound=models.Model)


class EntrySerializer(serializers.ModelSerializer[M]):
    """An entry of a product list with its ``fingerprint``, which a change may give back as ``seen``."""

    fingerprint = serializers.SerializerMethodField()
    seen = serializers.CharField(write_only=True, required=False, allow_null=True)

    def get_fingerprint(self, row: models.Model) -> str:
        return fingerprint(row)


class HubModelSerializer(EntrySerializer[HubModel]):
    class Meta:
        model = HubModel
        fields = (
            "id",
            "name",
            "manufacturer_name",
            "manufacturer",
            "model",
            "hardware_version",
            "image_type",
            "hardware_min",
            "hardware_max",
            "fingerprint",
            "seen",
        )


class FirmwareVersionSerializer(EntrySerializer[FirmwareVersion]):
    class Meta:
        model = FirmwareVersion
        fields = (
            "id",
            "hub_model",
            "version",
            "image_hash",
            "chts",
            "gbcs",
            "status",
            "listed_on",
            "removed_on",
            "fingerprint",
            "seen",
        )


class ValidityPeriodSerializer(EntrySerializer[ValidityPeriod]):
    class Meta:
        model = ValidityPeriod
        fields = (
            "id",
            "specification",
            "version",
            "installation_from",
            "installation_to",
            "maintenance_to",
            "applicability_to",
            "fingerprint",
            "seen",
        )


class DeviceCombinationSerializer(serializers.ModelSerializer[DeviceCombination]):
    hub_model = serializers.CharField(source="hub_model.name", read_only=True)
    esme = serializers.CharField(source="esme.name", read_only=True)
    gsme = serializers.CharField(source="gsme.name", read_only=True, allow_null=True, default=None)
    display = serializers.CharField(source="display.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = DeviceCombination
        fields = ("id", "hub_model", "esme", "gsme", "display", "smets")


class CellSerializer(serializers.ModelSerializer[Cell]):
    electricity_supplier = serializers.CharField(source="electricity_supplier.slug", read_only=True)
    gas_supplier = serializers.CharField(source="gas_supplier.slug", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Cell
        fields = (
            "number",
            "region",
            "combination",
            "firmware",
            "han_variant",
            "electricity_supplier",
            "gas_supplier",
            "homes",
        )


class ListImportSerializer(serializers.ModelSerializer[ListImport]):
    """An import: what its rows would do, or did. ``version`` is what writing takes back."""

    class Meta:
        model = ListImport
        fields = (
            "id",
            "kind",
            "file_name",
            "state",
            "version",
            "refused",
            "added",
            "changed",
            "unchanged",
            "checked_by_name",
            "checked_at",
            "written_by_name",
            "written_at",
        )
        read_only_fields = fields


class ImportLineSerializer(serializers.ModelSerializer[ImportLine]):
    class Meta:
        model = ImportLine
        fields = ("number", "fate", "subject", "words")


class CheckImportSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=list(LAYOUTS))
    file = serializers.FileField(allow_empty_file=True, validators=[not_too_large])


class WriteImportSerializer(serializers.Serializer[Any]):
    """``version``: the import's version the caller has seen."""

    version = serializers.IntegerField(allow_null=True, default=None)


class ManufacturerKeySerializer(serializers.ModelSerializer[ManufacturerKey]):
    class Meta:
        model = ManufacturerKey
        fields = (
            "id",
            "manufacturer",
            "name",
            "public_key",
            "fingerprint",
            "valid_from",
            "valid_to",
            "registered_at",
            "revoked_at",
            "revoked_why",
        )
        read_only_fields = fields


class RegisterKeySerializer(serializers.Serializer[Any]):
    manufacturer = serializers.CharField(max_length=4)
    name = serializers.CharField(max_length=80)
    public_key = serializers.CharField(max_length=4096, help_text="32 bytes in hexadecimal or Base64, or PEM.")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, default=None)


class RevokeKeySerializer(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=2000)
