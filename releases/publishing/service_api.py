"""Service of a notice by API: the table, reminders, the certificate; mixed into the releases' viewset."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from portal.pages.documents import pdf
from portal.people.api_base import Acting
from portal.people.api_inputs import SeenSerializer
from releases.publishing import may, queries, scope, verbs
from releases.publishing import serializers as shown
from releases.publishing.certificate import Certificate, certify, document
from releases.publishing.models import Release
from releases.publishing.service import service_table


class Service(Acting):
    """How far the service of the notice in force is, and what proves it."""

    get_object: Callable[[], Any]  # the viewset's own

    @extend_schema(responses=shown.ServiceLineSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def services(self, request: Request, reference: str) -> Response:
        """Return how far each recipient of the notice in force is; for DCC."""
        release = self.get_object()
        may.read_service(release, by=self.actor)
        return self._service_table(release)

    def _service_table(self, release: Release) -> Response:
        notice = queries.notice_in_force(release)
        rows = service_table(notice) if notice else []
        return Response(shown.ServiceLineSerializer(rows, many=True).data)

    @extend_schema(responses=shown.OwnHomesSerializer)
    @action(detail=True, methods=["get"], url_path="own-homes", pagination_class=None, filterset_fields=())
    def own_homes(self, request: Request, reference: str) -> Response:
        """Return the homes of the caller's suppliers that the release concerns, by region and hub model."""
        release = self.get_object()
        found = {
            "homes": queries.own_homes(release, self.actor),
            "shares": scope.own_shares(release, self.actor.suppliers),
        }
        return Response(shown.OwnHomesSerializer(found).data)

    @extend_schema(request=SeenSerializer, responses=shown.RemindedSerializer)
    @action(detail=True, methods=["post"])
    def remind(self, request: Request, reference: str) -> Response:
        """Remind everybody who has not acknowledged the notice and was not told of it today."""
        given = SeenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = given.validated_data["version"]
        count = verbs.remind(self.get_object(), by=self.actor, at=self.at, seen=seen)
        return Response(shown.RemindedSerializer({"reminded": count}).data)

    def _certificate(self, number: str) -> Certificate:
        release = self.get_object()
        may.read_service(release, by=self.actor)
        return certify(get_object_or_404(release.notices.select_related("release"), number=number), self.at)

    @extend_schema(responses=shown.CertificateSerializer)
    @action(
        detail=True,
        methods=["get"],
        url_path=r"notices/(?P<number>[0-9]{1,6})/certificate",
        pagination_class=None,
        filterset_fields=(),
    )
    def certificate(self, request: Request, reference: str, number: str) -> Response:
        """Return the certificate of service of a notice; for DCC."""
        return Response(shown.CertificateSerializer(self._certificate(number)).data)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(
        detail=True,
        methods=["get"],
        url_path=r"notices/(?P<number>[0-9]{1,6})/certificate/pdf",
        pagination_class=None,
        filterset_fields=(),
    )
    def certificate_pdf(self, request: Request, reference: str, number: str) -> HttpResponse:
        """Return the certificate of service as a PDF; for DCC."""
        return HttpResponse(pdf(document(self._certificate(number))), content_type="application/pdf")
