"""The facilities of user testing by API: the same rules as the pages."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from portal.people.permissions import Permission
from releases.products.models import HubModel
from releases.testing import facilities, opening, verbs
from releases.testing.models import Closure, Environment, Rig
from releases.testing.verbs import EnvironmentFacts, RigFacts


class ClosureSerializer(serializers.ModelSerializer[Closure]):
    start = serializers.DateTimeField(source="starts_at", read_only=True)
    end = serializers.DateTimeField(source="ends_at", read_only=True)

    class Meta:
        model = Closure
        fields = ("id", "start", "end", "why", "lifted_at", "version")
        read_only_fields = fields


class RigSerializer(serializers.ModelSerializer[Rig]):
    environment = serializers.SlugRelatedField[Environment](slug_field="slug", read_only=True)
    hub_models = serializers.PrimaryKeyRelatedField[HubModel](many=True, read_only=True)

    class Meta:
        model = Rig
        fields = ("id", "environment", "name", "hub_models", "in_use", "version")
        read_only_fields = fields


class EnvironmentSerializer(serializers.ModelSerializer[Environment]):
    """Opening hours by weekday, Monday is 1, as ["08:00", "18:00"]; none at all: open at all hours."""

    rigs = RigSerializer(many=True, read_only=True)
    closures = ClosureSerializer(many=True, read_only=True)

    class Meta:
        model = Environment
        fields = ("slug", "name", "places", "is_shared", "hours", "rigs", "closures", "version")
        read_only_fields = fields


class KeepEnvironmentSerializer(serializers.Serializer[Any]):
    """An environment: ``hours`` maps a weekday (Monday is 1) to "08:00 to 18:00"; empty: open at all hours."""

    name = serializers.CharField(max_length=60)
    places = serializers.IntegerField()
    is_shared = serializers.BooleanField(required=False, default=True)
    hours = serializers.DictField(
        child=serializers.CharField(max_length=20, allow_blank=True), required=False, default=dict
    )
    version = serializers.IntegerField(required=False, allow_null=True, default=None)

    def validate_hours(self, given: dict[str, str]) -> opening.Week:
        """Return the week, or say which day cannot be read."""
        week = {}
        for day, text in given.items():
            if day not in {str(number) for number in range(1, 8)}:
                raise serializers.ValidationError(f"{day} is no weekday: Monday is 1, Sunday 7.")
            try:
                hours = opening.parse(text)
            except ValueError as error:
                raise serializers.ValidationError(f"{opening.WEEKDAYS[int(day) - 1]}: {error}") from None
            if hours:
                week[int(day)] = hours
        return week

    def facts(self) -> EnvironmentFacts:
        """Return what the verb takes."""
        given = self.validated_data
        return EnvironmentFacts(given["name"], given["places"], given["is_shared"], given["hours"])


class CloseSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    why = serializers.CharField(max_length=2000)


class VersionSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class KeepRigSerializer(serializers.Serializer[Any]):
    """A rig: the hub models it holds by their ids."""

    name = serializers.CharField(max_length=60)
    hub_models = serializers.PrimaryKeyRelatedField[HubModel](many=True, queryset=HubModel.objects.all())
    in_use = serializers.BooleanField(required=False, default=True)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)

    def facts(self) -> RigFacts:
        """Return what the verb takes."""
        given = self.validated_data
        return RigFacts(given["name"], given["hub_models"], given["in_use"])


class EnvironmentViewSet(Acting, ReadOnlyModelViewSet[Environment]):
    """Where users test, with closures that run or will come, and rigs; changed by DCC."""

    serializer_class = EnvironmentSerializer
    lookup_field = "slug"
    queryset = Environment.objects.none()

    def get_queryset(self) -> QuerySet[Environment]:
        rows = Environment.objects.all() if self.actor.has(Permission.READ_PORTAL) else Environment.objects.none()
        coming = Closure.objects.filter(lifted_at=None, during__endswith__gt=self.at)
        rigs = Prefetch("rigs", facilities.rigs(Environment.objects.all()))
        return rows.prefetch_related(rigs, Prefetch("closures", coming))

    def _shown(self, row: Environment, code: int = status.HTTP_200_OK) -> Response:
        return Response(EnvironmentSerializer(self.get_queryset().get(pk=row.pk)).data, status=code)

    @extend_schema(request=KeepEnvironmentSerializer, responses={201: EnvironmentSerializer})
    def create(self, request: Request) -> Response:
        """Add an environment."""
        given = KeepEnvironmentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = verbs.add_environment(given.facts(), by=self.actor, at=self.at)
        return self._shown(row, status.HTTP_201_CREATED)

    @extend_schema(request=KeepEnvironmentSerializer, responses=EnvironmentSerializer)
    def update(self, request: Request, slug: str) -> Response:
        """Change an environment; windows booked before stay as they are."""
        row = self.get_object()
        given = KeepEnvironmentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = given.validated_data["version"]
        return self._shown(verbs.edit_environment(row, given.facts(), by=self.actor, at=self.at, seen=seen))

    @extend_schema(request=CloseSerializer, responses={201: ClosureSerializer})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, slug: str) -> Response:
        """Close an environment for a time; whoever has a window then is told."""
        row = self.get_object()
        given = CloseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        closure = verbs.close_environment(row, **given.validated_data, by=self.actor, at=self.at)
        return Response(ClosureSerializer(closure).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=VersionSerializer, responses=ClosureSerializer)
    @action(detail=True, methods=["post"], url_path=r"closures/(?P<closure>\d+)/lift")
    def lift(self, request: Request, slug: str, closure: str) -> Response:
        """Open an environment again before a closure would end."""
        row = get_object_or_404(self.get_object().closures, pk=closure)
        given = VersionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        lifted = verbs.lift_closure(row, by=self.actor, at=self.at, seen=given.validated_data["version"])
        return Response(ClosureSerializer(lifted).data)

    @extend_schema(request=KeepRigSerializer, responses={201: RigSerializer})
    @action(detail=True, methods=["post"], url_path="rigs")
    def add_rig(self, request: Request, slug: str) -> Response:
        """Add a rig to an environment."""
        row = self.get_object()
        given = KeepRigSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        rig = verbs.add_rig(row, given.facts(), by=self.actor, at=self.at)
        return Response(RigSerializer(rig).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=KeepRigSerializer, responses=RigSerializer)
    @action(detail=True, methods=["put"], url_path=r"rigs/(?P<rig>\d+)")
    def edit_rig(self, request: Request, slug: str, rig: str) -> Response:
        """Change a rig; windows booked with it before stay as they are."""
        row = get_object_or_404(self.get_object().rigs, pk=rig)
        given = KeepRigSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = given.validated_data["version"]
        return Response(RigSerializer(verbs.edit_rig(row, given.facts(), by=self.actor, at=self.at, seen=seen)).data)
