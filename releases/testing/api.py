"""User testing by API: the same rules as the pages."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from releases.publishing import queries as publishing
from releases.testing import may, queries, verbs
from releases.testing.case_api import CaseViewSet
from releases.testing.coverage_api import CoverageViewSet
from releases.testing.facility_api import EnvironmentViewSet
from releases.testing.models import TestWindow
from releases.testing.serializers import (
    AttachResultEvidenceSerializer,
    BookAgainSerializer,
    CancelSerializer,
    ReportSerializer,
    ResultEvidenceSerializer,
    ResultSerializer,
    WindowSerializer,
)
from releases.testing.verbs import Found
from releases.testing.waiting_api import WaitingViewSet
from releases.testing.window_api import ChangingWindows


class WindowViewSet(ChangingWindows, ReadOnlyModelViewSet[TestWindow]):
    """The test windows the caller may see."""

    serializer_class = WindowSerializer
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "environment__slug", "release__reference")
    queryset = TestWindow.objects.none()

    def get_queryset(self) -> QuerySet[TestWindow]:
        return queries.visible_to(self.actor).prefetch_related("combinations", "rigs")

    @extend_schema(request=BookAgainSerializer, responses={201: WindowSerializer})
    def create(self, request: Request) -> Response:
        """Book a window on a release."""
        answers = BookAgainSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        release = get_object_or_404(publishing.visible_to(self.actor), reference=chosen.pop("release"))
        booked = verbs.book(release, **chosen, by=self.actor, at=self.at)
        return Response(WindowSerializer(booked).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CancelSerializer, responses=WindowSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, reference: str) -> Response:
        """Give the place back."""
        answers = CancelSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        why, seen = answers.validated_data["why"], answers.validated_data["version"]
        cancelled = verbs.cancel(self.get_object(), why=why, by=self.actor, at=self.at, seen=seen)
        return Response(WindowSerializer(cancelled).data)

    @extend_schema(methods=["get"], responses=ResultSerializer(many=True), filters=False)
    @extend_schema(methods=["post"], request=ReportSerializer, responses={201: ResultSerializer(many=True)})
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def results(self, request: Request, reference: str) -> Response:
        """Every result of a window, oldest first; or report some, all or none."""
        window = self.get_object()
        if request.method == "GET":
            rows = window.results.select_related("case").order_by("pk")
            return Response(ResultSerializer(rows, many=True).data)
        answers = ReportSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        found = [Found(**row) for row in answers.validated_data["results"]]
        seen, until = (answers.validated_data[name] for name in ("version", "seen_until"))
        reported = verbs.report_results(window, found, by=self.actor, at=self.at, seen=seen, seen_until=until)
        return Response(ResultSerializer(reported, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(methods=["get"], responses=ResultEvidenceSerializer(many=True), filters=False)
    @extend_schema(methods=["post"], request=AttachResultEvidenceSerializer, responses={201: ResultEvidenceSerializer})
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser, JSONParser], pagination_class=None)
    def evidence(self, request: Request, reference: str) -> Response:
        """The files kept with a window, oldest first; or attach one, for results to name."""
        window = self.get_object()
        if request.method == "GET":
            return Response(ResultEvidenceSerializer(window.evidence.order_by("pk"), many=True).data)
        may.report_results(window, by=self.actor)
        given = AttachResultEvidenceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        kept = verbs.attach_result_evidence(window, given.validated_data["file"], by=self.actor, at=self.at)
        return Response(ResultEvidenceSerializer(kept).data, status=status.HTTP_201_CREATED)


ENTRIES = [
    ("test-environments", EnvironmentViewSet, "test-environment"),
    ("test-cases", CaseViewSet, "test-case"),
    ("test-windows", WindowViewSet, "test-window"),
    ("test-waiting-list", WaitingViewSet, "test-waiting"),
    ("test-coverage", CoverageViewSet, "test-coverage"),
]
