"""The waiting list by API: the same rules as the pages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from portal.people.models import Organisation
from releases.publishing import queries as publishing
from releases.publishing.models import Release
from releases.testing import verbs, waiting
from releases.testing.facility_api import VersionSerializer
from releases.testing.models import Environment, WaitingPlace
from releases.testing.serializers import BookSerializer, WindowSerializer


class WaitingSerializer(serializers.ModelSerializer[WaitingPlace]):
    """``ahead`` is how many wait before it for some of the same hours."""

    release = serializers.SlugRelatedField[Release](slug_field="reference", read_only=True)
    environment = serializers.SlugRelatedField[Environment](slug_field="slug", read_only=True)
    organisation = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)
    start = serializers.DateTimeField(source="starts_at", read_only=True)
    end = serializers.DateTimeField(source="ends_at", read_only=True)
    ahead = serializers.IntegerField(read_only=True)

    class Meta:
        model = WaitingPlace
        fields = (
            "reference",
            "release",
            "environment",
            "organisation",
            "start",
            "end",
            "ahead",
            "state",
            "offered_until",
            "version",
        )
        read_only_fields = fields


class WaitingViewSet(Acting, ReadOnlyModelViewSet[WaitingPlace]):
    """The entries of the waiting list that the caller may see."""

    serializer_class = WaitingSerializer
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "environment__slug", "release__reference")
    queryset = WaitingPlace.objects.none()

    def get_queryset(self) -> QuerySet[WaitingPlace]:
        return waiting.listed(self.actor)

    def _shown(self, entry: WaitingPlace, code: int = status.HTTP_200_OK) -> Response:
        return Response(WaitingSerializer(self.get_queryset().get(pk=entry.pk)).data, status=code)

    @extend_schema(request=BookSerializer, responses={201: WaitingSerializer})
    def create(self, request: Request) -> Response:
        """Wait for a window where there is no room for it; the body is that of a booking."""
        answers = BookSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen: dict[str, Any] = dict(answers.validated_data)
        release = get_object_or_404(publishing.visible_to(self.actor), reference=chosen.pop("release"))
        entry = verbs.join_waiting_list(release, **chosen, by=self.actor, at=self.at)
        return self._shown(entry, status.HTTP_201_CREATED)

    @extend_schema(request=VersionSerializer, responses={201: WindowSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, reference: str) -> Response:
        """Take the place offered; the answer is the window."""
        row, seen = self.get_object(), _version(request)
        window = verbs.accept_offer(row, by=self.actor, at=self.at, seen=seen)
        return Response(WindowSerializer(window).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=VersionSerializer, responses=WaitingSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, reference: str) -> Response:
        """Give up waiting, or decline what is offered."""
        row, seen = self.get_object(), _version(request)
        return self._shown(verbs.leave_waiting_list(row, by=self.actor, at=self.at, seen=seen))


def _version(request: Request) -> int | None:
    given = VersionSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    seen: int | None = given.validated_data["version"]
    return seen
