"""The product lists by API. What is public knowledge is open without a key."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from releases.products import may, queries, verbs
from releases.products.models import (
    Cell,
    DeviceCombination,
    Fate,
    FirmwareVersion,
    HubModel,
    ListImport,
    ManufacturerKey,
    ValidityPeriod,
)
from releases.products.serializers import (
    CellSerializer,
    CheckImportSerializer,
    DeviceCombinationSerializer,
    FirmwareVersionSerializer,
    HubModelSerializer,
    ImportLineSerializer,
    ListImportSerializer,
    ManufacturerKeySerializer,
    RegisterKeySerializer,
    RevokeKeySerializer,
    ValidityPeriodSerializer,
    WriteImportSerializer,
)


class Keeping(Acting):
    """Mixin for a product list: read by everybody, added to and changed by its keepers through the verb."""

    permission_classes: Any = (IsAuthenticatedOrReadOnly,)
    serializer_class: Any
    queryset: Any
    get_object: Any

    def create(self, request: Request) -> Response:
        """Add an entry."""
        return self._keep(request, None, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change an entry; ``seen`` is the fingerprint it was read with."""
        return self._keep(request, self.get_object(), status.HTTP_200_OK)

    def _keep(self, request: Request, row: Any, code: int) -> Response:
        may.keep_entry(by=self.actor)
        given = self.serializer_class(row, data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        seen = values.pop("seen", None)
        row = row or self.queryset.model()
        for name, value in values.items():
            setattr(row, name, value)
        kept = verbs.keep_entry(row, by=self.actor, at=self.at, seen=seen)
        return Response(self.serializer_class(kept).data, status=code)


class HubModelViewSet(Keeping, ReadOnlyModelViewSet[HubModel]):
    """Hub models."""

    serializer_class = HubModelSerializer
    queryset = HubModel.objects.none()

    def get_queryset(self) -> QuerySet[HubModel]:
        return queries.hub_models()


class FirmwareVersionViewSet(Keeping, ReadOnlyModelViewSet[FirmwareVersion]):
    """The Central Products List."""

    serializer_class = FirmwareVersionSerializer
    queryset = FirmwareVersion.objects.none()
    filterset_fields = ("hub_model", "hub_model__manufacturer", "version", "status", "chts", "gbcs", "image_hash")

    def get_queryset(self) -> QuerySet[FirmwareVersion]:
        return queries.versions()


class ValidityPeriodViewSet(Keeping, ReadOnlyModelViewSet[ValidityPeriod]):
    """Installation and maintenance validity of specification versions."""

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


class ManufacturerKeyViewSet(Acting, ReadOnlyModelViewSet[ManufacturerKey]):
    """Public keys by which the signatures of images are verified."""

    serializer_class = ManufacturerKeySerializer
    queryset = ManufacturerKey.objects.none()
    filterset_fields = ("manufacturer",)

    def get_queryset(self) -> QuerySet[ManufacturerKey]:
        return queries.keys(self.actor)

    @extend_schema(request=RegisterKeySerializer, responses={201: ManufacturerKeySerializer})
    def create(self, request: Request) -> Response:
        """Register a public key."""
        may.register_key(by=self.actor)
        given = RegisterKeySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = verbs.register_key(**given.validated_data, by=self.actor, at=self.at)
        return Response(ManufacturerKeySerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RevokeKeySerializer, responses=ManufacturerKeySerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Let a key verify nothing any more."""
        given = RevokeKeySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        revoked = verbs.revoke_key(self.get_object(), **given.validated_data, by=self.actor, at=self.at)
        return Response(ManufacturerKeySerializer(revoked).data)


ENTRIES: list[tuple[str, Any, str]] = [
    ("hub-models", HubModelViewSet, "hub-model"),
    ("firmware-versions", FirmwareVersionViewSet, "firmware-version"),
    ("validity-periods", ValidityPeriodViewSet, "validity-period"),
    ("device-combinations", DeviceCombinationViewSet, "device-combination"),
    ("cells", CellViewSet, "cell"),
    ("manufacturer-keys", ManufacturerKeyViewSet, "manufacturer-key"),
    ("product-imports", ListImportViewSet, "product-import"),
]
