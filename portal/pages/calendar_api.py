"""The calendar by API."""

from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portal.pages import queries
from portal.pages.calendars import EARLIEST, LATEST, Choice
from portal.pages.contributions import KINDS
from portal.workflow.errors import Invalid
from portal.working_days import london_day

MOST_DAYS = 366


class EntrySerializer(serializers.Serializer[Any]):
    """An entry of the calendar; ``key`` stays the same when its date moves, ``sequence`` rises."""

    key = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=list(KINDS.items()), read_only=True)
    text = serializers.CharField(read_only=True)
    url = serializers.CharField(read_only=True)
    release = serializers.CharField(read_only=True)
    status = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    until = serializers.DateTimeField(read_only=True, allow_null=True)
    day = serializers.DateField(read_only=True, help_text="The day in Europe/London on which it stands.")
    whole_day = serializers.BooleanField(read_only=True)
    own = serializers.BooleanField(read_only=True)
    sequence = serializers.IntegerField(read_only=True)


class WantedSerializer(serializers.Serializer[None]):
    """Which entries are wanted."""

    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    kind = serializers.MultipleChoiceField(choices=list(KINDS.items()), required=False)
    release = serializers.CharField(required=False, allow_blank=True)
    own = serializers.BooleanField(required=False)


class CalendarViewSet(GenericViewSet[Any]):
    """The dates the caller may see; the public's without a key."""

    serializer_class = EntrySerializer
    permission_classes = [AllowAny]
    filter_backends = ()

    @extend_schema(
        responses=EntrySerializer(many=True),
        parameters=[
            OpenApiParameter("first", date, description="First day; today when left out."),
            OpenApiParameter("last", date, description="Last day; eight weeks on when left out."),
            OpenApiParameter("kind", str, enum=list(KINDS), many=True, description="Kinds wanted; all when left out."),
            OpenApiParameter("release", str, description="Reference of a release."),
            OpenApiParameter("own", bool, description="Only what concerns the organisation acted for."),
        ],
    )
    def list(self, request: Request) -> Response:
        """Return the entries from ``first`` to ``last``, at most 366 days, soonest first."""
        wanted = WantedSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        actor, at = request._request.actor, request._request.at  # type: ignore[attr-defined]  # by the middleware
        first = asked.get("first", london_day(at))
        last = asked.get("last", first + timedelta(days=queries.AGENDA_DAYS - 1))
        _check(first, last)
        choice = Choice(frozenset(asked.get("kind", ())), asked.get("release", ""), asked.get("own", False))
        found = sorted(queries.entries(actor, first, last, at, choice), key=lambda entry: (entry.at, entry.key))
        return self.get_paginated_response(EntrySerializer(self.paginate_queryset(found), many=True).data)


def _check(first: date, last: date) -> None:
    if not EARLIEST <= first.year <= last.year <= LATEST:
        sentence = f"Ask for days from {EARLIEST} to {LATEST}, the first before the last."
        raise Invalid(sentence, {"first": [sentence]})
    if not 0 <= (last - first).days < MOST_DAYS:
        sentence = f"Ask for at most {MOST_DAYS} days at once, the first before the last."
        raise Invalid(sentence, {"last": [sentence]})
