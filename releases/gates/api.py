"""The gates by API: every condition with its state and date."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.workflow.http import PortalRequest
from releases.gates.conditions import Standing
from releases.gates.queries import gates
from releases.publishing.queries import visible_to


class ConditionSerializer(serializers.Serializer):  # type: ignore[type-arg]  # no instance type: it shows a value
    title = serializers.CharField()
    standing = serializers.ChoiceField(choices=[standing.value for standing in Standing])
    reason = serializers.CharField()
    on = serializers.DateTimeField(allow_null=True)


class GateSerializer(serializers.Serializer):  # type: ignore[type-arg]  # no instance type: it shows a value
    is_open = serializers.BooleanField()
    open_homes = serializers.IntegerField()
    all_homes = serializers.IntegerField()
    release_wide = ConditionSerializer(many=True)
    by_cell = ConditionSerializer(many=True)


class GatesSerializer(serializers.Serializer):  # type: ignore[type-arg]  # no instance type: it shows a value
    deployment = GateSerializer()
    activation = GateSerializer()


class GatesViewSet(ViewSet):
    """Both gates of one release."""

    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"

    @extend_schema(responses=GatesSerializer)
    def retrieve(self, request: Request, reference: str) -> Response:
        """Return every condition of both gates, with its state and date."""
        asked = cast(PortalRequest, request._request)
        release = get_object_or_404(visible_to(asked.actor), reference=reference)
        found = {str(stage): gate for stage, gate in gates(release, asked.at).items()}
        return Response(GatesSerializer(found).data)


ENTRIES = [("gates", GatesViewSet, "gates")]
