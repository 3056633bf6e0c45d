"""What a ballot is decided on, by API: what its parties state, and what each option would do. Never a vote."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.people.api_base import Acting
from portal.people.models import Organisation
from releases.ballots import bundle, queries
from releases.ballots.models import Ballot, Statement
from releases.ballots.options import forecast

Slug = serializers.SlugRelatedField


class SaidSerializer(serializers.ModelSerializer[Statement]):
    """What the objector, a party that joined or DCC put on the ballot's page."""

    organisation = Slug[Organisation](slug_field="slug", read_only=True)

    class Meta:
        model = Statement
        fields = ("organisation", "text", "by_name", "at")
        read_only_fields = fields


class OptionEffectSerializer(serializers.Serializer[Any]):
    """What one option would do, in homes; `newly` leaves out what other holds hold anyway, `days` may be null."""

    option = serializers.CharField()
    sentence = serializers.CharField()
    proceeding = serializers.IntegerField()
    held = serializers.IntegerField()
    newly = serializers.IntegerField()
    delayed = serializers.IntegerField()
    days = serializers.IntegerField(allow_null=True)
    at_risk = serializers.IntegerField()


class ForecastSerializer(serializers.Serializer[Any]):
    """The options, and what stands whichever wins: other holds, a deferral; and the ballots that may still decide."""

    options = OptionEffectSerializer(many=True)
    holds = serializers.ListField(child=serializers.CharField())
    held = serializers.IntegerField()
    deferred_until = serializers.DateTimeField(allow_null=True)
    other_ballots = serializers.ListField(child=serializers.CharField())


class Evidence(Acting):
    """Mixin for the ballots: their evidence as resources of their own."""

    get_object: Callable[[], Any]

    @extend_schema(responses=SaidSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def statements(self, request: Request, reference: str) -> Response:
        """Return what the parties to the matter stated, in order."""
        return Response(SaidSerializer(bundle.statements(self.get_object()), many=True).data)

    @extend_schema(responses=ForecastSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def forecast(self, request: Request, reference: str) -> Response:
        """Return what each option would do, worked out now."""
        ballot: Ballot = self.get_object()
        found = forecast(ballot, queries.heard(ballot), self.at)
        others = queries.beside(ballot, self.actor).values_list("reference", flat=True)
        facts = {"options": found.options, "holds": [one.reference for one in found.holds], "held": found.held}
        facts |= {"deferred_until": found.deferred_until, "other_ballots": list(others)}
        return Response(ForecastSerializer(facts).data)
