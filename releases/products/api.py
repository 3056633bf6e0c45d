"""The product lists by API. What is public knowledge is open without a key."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from releases.products import may, queries, verbs
from releases.products.columns import LAYOUTS
from releases.products.forms import not_too_large
from releases.products.models import (
    Cell,
    DeviceCombination,
    Fate,
    FirmwareVersion,
    HubModel,
    ImportLine,
    ListImport,
    ValidityPeriod,
)


class HubModelSerializer(serializers.ModelSerializer[HubModel]):
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

    permission_classes = (AllowAny,)
    serializer_class = HubModelSerializer
    queryset = HubModel.objects.none()

    def get_queryset(self) -> QuerySet[HubModel]:
        return queries.hub_models()


class FirmwareVersionViewSet(Acting, ReadOnlyModelViewSet[FirmwareVersion]):
    """The Central Products List."""

    permission_classes = (AllowAny,)
    serializer_class = FirmwareVersionSerializer
    queryset = FirmwareVersion.objects.none()
    filterset_fields = ("hub_model", "hub_model__manufacturer", "version", "status", "chts", "gbcs", "image_hash")

    def get_queryset(self) -> QuerySet[FirmwareVersion]:
        return queries.versions()


class ValidityPeriodViewSet(Acting, ReadOnlyModelViewSet[ValidityPeriod]):
    """Installation and maintenance validity of specification versions."""

    permission_classes = (AllowAny,)
    serializer_class = ValidityPeriodSerializer
    queryset = ValidityPeriod.objects.none()
    filterset_fields = ("specification", "version")

    def get_queryset(self) -> QuerySet[ValidityPeriod]:
        return queries.validity()


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


class ListImportViewSet(Acting, ReadOnlyModelViewSet[ListImport]):
    """Imports of the product lists from CSV: checked first, then written as shown, all or nothing."""

    serializer_class = ListImportSerializer
    queryset = ListImport.objects.none()
    parser_classes = (MultiPartParser, JSONParser)
    filterset_fields = ("kind", "state")

    def get_queryset(self) -> QuerySet[ListImport]:
        return queries.imports(self.actor)

    @extend_schema(request=CheckImportSerializer, responses={201: ListImportSerializer})
    def create(self, request: Request) -> Response:
        """Check a file: nothing of the list is changed."""
        may.keep_entry(by=self.actor)
        given = CheckImportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file, kind = given.validated_data["file"], given.validated_data["kind"]
        made = verbs.check_import(file.file, kind=kind, name=file.name, by=self.actor, at=self.at)
        return Response(ListImportSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ImportLineSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_fields=())
    def lines(self, request: Request, pk: str) -> Response:
        """Return the fate of every row, page by page; ``fate`` chooses."""
        fates = [one for one in request.query_params.getlist("fate") if one in Fate.values]
        rows: Any = queries.import_lines(self.get_object(), fates)
        page: Any = self.paginate_queryset(rows)
        return self.get_paginated_response(ImportLineSerializer(page, many=True).data)

    @extend_schema(request=WriteImportSerializer, responses=ListImportSerializer)
    @action(detail=True, methods=["post"])
    def write(self, request: Request, pk: str) -> Response:
        """Write what was shown."""
        given = WriteImportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = given.validated_data["version"]
        written = verbs.write_import(self.get_object(), by=self.actor, at=self.at, seen=seen)
        return Response(ListImportSerializer(written).data)


ENTRIES: list[tuple[str, Any, str]] = [
    ("hub-models", HubModelViewSet, "hub-model"),
    ("firmware-versions", FirmwareVersionViewSet, "firmware-version"),
    ("validity-periods", ValidityPeriodViewSet, "validity-period"),
    ("device-combinations", DeviceCombinationViewSet, "device-combination"),
    ("cells", CellViewSet, "cell"),
    ("product-imports", ListImportViewSet, "product-import"),
]
