"""Meetings of committees, by API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from portal.people.models import Committee
from releases.ballots import queries, verbs
from releases.ballots.models import Meeting

Slug = serializers.SlugRelatedField


class MeetingSerializer(serializers.ModelSerializer[Meeting]):
    """When and where a committee meets; its agenda is `ballots/?meeting__reference=`."""

    committee = Slug[Committee](slug_field="slug", read_only=True)

    class Meta:
        model = Meeting
        fields = ("reference", "committee", "starts_at", "ends_at", "place", "cancelled_at", "cancel_reason", "version")
        read_only_fields = fields


class CallMeetingSerializer(serializers.Serializer[Any]):
    committee = Slug[Committee](slug_field="slug", queryset=Committee.objects.all())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=200)


class CancelMeetingSerializer(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class MeetingViewSet(Acting, ReadOnlyModelViewSet[Meeting]):
    """The meetings of the Panel and its Sub-Committees."""

    serializer_class = MeetingSerializer
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("committee__slug",)
    queryset = Meeting.objects.none()

    def get_queryset(self) -> QuerySet[Meeting]:
        return queries.meetings(self.actor)

    @extend_schema(request=CallMeetingSerializer, responses={201: MeetingSerializer})
    def create(self, request: Request) -> Response:
        """Call a meeting (SECAS secretary)."""
        given = CallMeetingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = verbs.call_meeting(**given.validated_data, by=self.actor, at=self.at)
        return Response(MeetingSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CancelMeetingSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, reference: str) -> Response:
        """Cancel a meeting; what is on its agenda is voted on by correspondence."""
        row = self.get_object()
        given = CancelMeetingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        facts = dict(given.validated_data)
        row = verbs.cancel_meeting(row, seen=facts.pop("version"), **facts, by=self.actor, at=self.at)
        return Response(MeetingSerializer(row).data)
