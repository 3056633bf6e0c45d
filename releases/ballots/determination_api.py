"""Determinations by API: the notice as data and as a PDF, and the decision as a file that is checked elsewhere."""

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.pages.documents import pdf
from portal.people.api_base import Acting
from releases.ballots import queries, verbs
from releases.ballots.document import notice
from releases.ballots.models import Determination
from releases.ballots.serializers import DeterminationSerializer
from releases.publishing import verbs as publishing


class DeterminationViewSet(Acting, ReadOnlyModelViewSet[Determination]):
    """The determinations the caller may see."""

    serializer_class = DeterminationSerializer
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("outcome", "ballot__release__reference")
    queryset = Determination.objects.none()

    def get_queryset(self) -> QuerySet[Determination]:
        rows = queries.determinations(self.actor).select_related(
            "ballot__release", "ballot__committee", "ballot__tally", "ballot__casting_vote"
        )
        return rows.order_by("-decided_at", "-pk")

    def get_object(self) -> Determination:
        """The determination in the address; who opens one of a Red release is written down."""
        found: Determination = super().get_object()
        publishing.note_reading(found.ballot.release, self.request.path, by=self.actor, at=self.at)
        return found

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def pdf(self, request: Request, reference: str) -> HttpResponse:
        """Return the published notice as a PDF."""
        return HttpResponse(pdf(notice(self.get_object())), content_type="application/pdf")

    @extend_schema(request=None, responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["post"], pagination_class=None, filterset_fields=())
    def dossier(self, request: Request, reference: str) -> HttpResponseBase:
        """Return the decision as a ZIP file that `docs/verify_decision.py` checks; for SECAS."""
        row = self.get_object()
        packed = verbs.dossier(row, by=self.actor, at=self.at)
        return FileResponse(packed, as_attachment=True, filename=f"{row.reference}.zip", content_type="application/zip")
