"""The product lists by API; read only."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from releases.products import queries
from releases.products.models import Cell, DeviceCombination, FirmwareVersion, HubModel, ValidityPeriod


class HubModelSerializer(serializers.ModelSerializer[HubModel]):
    class Meta:
        model = HubModel
        fields = (
            "id",
            "name",
            "manufacturer_name",
            "manufacturer",
            "model",
            "image_type",
            "hardware_min",
            "hardware_max",
        )


class FirmwareVersionSerializer(serializers.ModelSerializer[FirmwareVersion]):
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
        )


class ValidityPeriodSerializer(serializers.ModelSerializer[ValidityPeriod]):
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


class HubModelViewSet(Acting, ReadOnlyModelViewSet[HubModel]):
    """Hub models."""

    serializer_class = HubModelSerializer
    queryset = HubModel.objects.none()

    def get_queryset(self) -> QuerySet[HubModel]:
        return queries.hub_models(self.actor)


class FirmwareVersionViewSet(Acting, ReadOnlyModelViewSet[FirmwareVersion]):
    """The Central Products List."""

    serializer_class = FirmwareVersionSerializer
    queryset = FirmwareVersion.objects.none()
    filterset_fields = ("hub_model", "version", "status")

    def get_queryset(self) -> QuerySet[FirmwareVersion]:
        return queries.versions(self.actor)


class ValidityPeriodViewSet(Acting, ReadOnlyModelViewSet[ValidityPeriod]):
    """Installation and maintenance validity of specification versions."""

    serializer_class = ValidityPeriodSerializer
    queryset = ValidityPeriod.objects.none()

    def get_queryset(self) -> QuerySet[ValidityPeriod]:
        return queries.validity(self.actor)


class DeviceCombinationViewSet(Acting, ReadOnlyModelViewSet[DeviceCombination]):
    """The combinations of devices found in homes."""

    serializer_class = DeviceCombinationSerializer
    queryset = DeviceCombination.objects.none()
    filterset_fields = ("hub_model", "smets")

    def get_queryset(self) -> QuerySet[DeviceCombination]:
        return queries.combinations(self.actor)


class CellViewSet(Acting, ReadOnlyModelViewSet[Cell]):
    """Counts of homes by cell: all for DCC, for others those of the suppliers acted for."""

    serializer_class = CellSerializer
    queryset = Cell.objects.none()
    filterset_fields = ("region", "combination", "firmware", "han_variant")

    def get_queryset(self) -> QuerySet[Cell]:
        return queries.cells(self.actor)


ENTRIES: list[tuple[str, Any, str]] = [
    ("hub-models", HubModelViewSet, "hub-model"),
    ("firmware-versions", FirmwareVersionViewSet, "firmware-version"),
    ("validity-periods", ValidityPeriodViewSet, "validity-period"),
    ("device-combinations", DeviceCombinationViewSet, "device-combination"),
    ("cells", CellViewSet, "cell"),
]
