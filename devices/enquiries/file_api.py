"""Files of hubs by API: sent, followed, fetched."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from devices.enquiries import may, queries, verbs
from devices.enquiries.forms import not_too_large
from devices.enquiries.models import FileEnquiry
from portal.people.api_base import Acting


class FileEnquirySerializer(serializers.ModelSerializer[FileEnquiry]):
    """``worked`` of ``rows`` are done; ``answered`` of ``hubs`` are known to the asker."""

    hubs = serializers.IntegerField()
    kept_until = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = FileEnquiry
        fields = (
            "reference",
            "state",
            "file_name",
            "digest",
            "heading",
            "rows",
            "malformed",
            "repeated",
            "hubs",
            "worked",
            "answered",
            "asked_at",
            "ended_at",
            "kept_until",
            "why",
        )
        read_only_fields = fields


class SendFileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True, validators=[not_too_large])


class FileEnquiryViewSet(Acting, ReadOnlyModelViewSet[FileEnquiry]):
    """Files of up to 100,000 hubs, answered by a worker; your own, of the organisation acted for."""

    serializer_class = FileEnquirySerializer
    queryset = FileEnquiry.objects.none()
    parser_classes = (MultiPartParser, JSONParser)
    lookup_field = "reference"
    filterset_fields = ("state",)

    def get_queryset(self) -> QuerySet[FileEnquiry]:
        may.enquire(by=self.actor)
        return queries.files(self.actor)

    @extend_schema(request={"multipart/form-data": SendFileSerializer}, responses={201: FileEnquirySerializer})
    def create(self, request: Request) -> Response:
        """Send a CSV file, one EUI-64 a row. The same file sent again while it is under way gives the row there is."""
        may.enquire(by=self.actor)
        given = SendFileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        row = verbs.ask_by_file(file.read(), name=file.name, by=self.actor, at=self.at)
        return Response(FileEnquirySerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], filterset_fields=())
    def result(self, request: Request, reference: str) -> FileResponse:
        """Fetch the result as CSV; your rights of today are asked again."""
        row = self.get_object()
        found = verbs.fetch(row, by=self.actor, at=self.at)
        return FileResponse(found, as_attachment=True, filename=f"{row.reference}.csv", content_type="text/csv")


FILE_ENTRIES = [("hub-enquiries", FileEnquiryViewSet, "hub-enquiry")]
