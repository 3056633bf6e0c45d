"""Holds by API: the same rules as the pages."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from portal.people.api_inputs import WhySerializer
from releases.holds import queries, verbs
from releases.holds.models import Cause, Hold
from releases.holds.serializers import HoldSerializer, LiftSerializer, PlaceSerializer, ReviewSerializer
from releases.publishing import queries as publishing


class HoldViewSet(Acting, ReadOnlyModelViewSet[Hold]):
    """The holds the caller may see."""

    serializer_class = HoldSerializer
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "stage", "release__reference")
    queryset = Hold.objects.none()

    def get_queryset(self) -> QuerySet[Hold]:
        return queries.visible_to(self.actor)

    @extend_schema(request=PlaceSerializer, responses={201: HoldSerializer})
    def create(self, request: Request) -> Response:
        """Place a hold by DCC's own decision."""
        answers = PlaceSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        reference = chosen.pop("release")
        visible = publishing.visible_to(self.actor)
        release = get_object_or_404(visible, reference=reference) if reference else None
        placed = verbs.place(release, chosen.pop("cohort"), cause=Cause.DCC, **chosen, by=self.actor, at=self.at)
        return Response(HoldSerializer(placed).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WhySerializer, responses=HoldSerializer)
    @action(detail=True, methods=["post"], url_path="announce-lift")
    def announce_lift(self, request: Request, reference: str) -> Response:
        """Tell those behind an issue's hold that it will end."""
        answers = WhySerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        why, seen = answers.validated_data["why"], answers.validated_data["version"]
        told = verbs.announce_lift(self.get_object(), why=why, by=self.actor, at=self.at, seen=seen)
        return Response(HoldSerializer(told).data)

    @extend_schema(request=ReviewSerializer, responses=HoldSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, reference: str) -> Response:
        """Say that it still stands, and until when."""
        answers = ReviewSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        seen = chosen.pop("version")
        reviewed = verbs.review(self.get_object(), **chosen, by=self.actor, at=self.at, seen=seen)
        return Response(HoldSerializer(reviewed).data)

    @extend_schema(request=LiftSerializer, responses=HoldSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, reference: str) -> Response:
        """End a hold on a ground its cause allows."""
        answers = LiftSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        seen = chosen.pop("version")
        lifted = verbs.lift(self.get_object(), **chosen, by=self.actor, at=self.at, seen=seen)
        return Response(HoldSerializer(lifted).data)


ENTRIES = [("holds", HoldViewSet, "hold")]
