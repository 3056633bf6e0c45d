"""The search by API: the same rows and the same rights as on its page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.viewsets import ViewSet

from portal.pages.calendar_api import CalendarViewSet
from portal.pages.finding import A_MINUTE, PAGE_SIZE, results
from portal.pages.searching import LONGEST, SHORTEST


class SoughtSerializer(serializers.Serializer[Any]):
    """What is sought: words, a reference or a version; one kind, if any."""

    q = serializers.CharField(min_length=SHORTEST, max_length=LONGEST)
    kind = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    page = serializers.IntegerField(min_value=1, required=False, default=1)


class FoundSerializer(serializers.Serializer[Any]):
    """A row found; ``snippet`` is HTML in which only the words found are marked."""

    kind = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    snippet = serializers.CharField()


class FoundPageSerializer(serializers.Serializer[Any]):
    """One page of what was found, best first."""

    count = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = FoundSerializer(many=True)


class SearchThrottle(UserRateThrottle):
    """Searching is dearer than reading."""

    scope = "search"
    rate = f"{A_MINUTE}/min"


class SearchViewSet(ViewSet):
    """Search in what the caller may read."""

    throttle_classes = [SearchThrottle]

    @extend_schema(parameters=[SoughtSerializer], responses=FoundPageSerializer)
    def list(self, request: Request) -> Response:
        """Return a page of what fits the words."""
        sought = SoughtSerializer(data=request.query_params)
        sought.is_valid(raise_exception=True)
        asked = sought.validated_data
        found = results(request._request.actor, asked["q"], asked["kind"])  # type: ignore[attr-defined]  # the edge's
        page = found.page(asked["page"], PAGE_SIZE)
        shown = list(page) if page.number == asked["page"] else []
        answer = {"count": len(found), "pages": page.paginator.num_pages, "results": shown}
        return Response(FoundPageSerializer(answer).data)


ENTRIES: list[tuple[str, Any, str]] = [("calendar", CalendarViewSet, "calendar"), ("search", SearchViewSet, "search")]
