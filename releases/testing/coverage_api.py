"""Coverage of a release by user tests, by API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.people.api_base import Acting
from releases.publishing import queries as publishing
from releases.publishing.models import Release
from releases.testing import matrix, queries
from releases.testing.coverage import heaviest_gaps, standings_of
from releases.testing.coverage_forms import MOST_SLOTS, SLOTS


class CoverageSerializer(serializers.Serializer[Any]):
    """Shares from 0 to 1, weighted by homes."""

    homes = serializers.IntegerField()
    cases = serializers.IntegerField()
    covered = serializers.FloatField(source="share")
    covered_in_every_case = serializers.FloatField(source="full_share")
    under_open_fail = serializers.FloatField(source="failed_share")
    homes_on_untested_combinations = serializers.IntegerField(source="untested_homes")


class TestedSerializer(serializers.Serializer[Any]):
    """A combination with its homes and the standing of each case: covered, failed, blocked or untested."""

    combination = serializers.IntegerField()
    homes = serializers.IntegerField()
    standings = serializers.DictField(child=serializers.CharField())


class AskNextSerializer(serializers.Serializer[Any]):
    slots = serializers.IntegerField(min_value=1, max_value=MOST_SLOTS, default=SLOTS)
    own = serializers.BooleanField(default=False, help_text="Weigh by the homes of the suppliers the caller acts for.")


class AdvisedSerializer(serializers.Serializer[Any]):
    combination = serializers.IntegerField(source="combination.pk")
    homes = serializers.IntegerField()
    open_cases = serializers.IntegerField()
    gain = serializers.IntegerField(help_text="Homes x cases.")


class AdviceSerializer(serializers.Serializer[Any]):
    """What to test next, and the share covered before and after, if every open case passes.

    ``booked`` combinations are left out: a window to come of yours names them.
    """

    booked = serializers.IntegerField()
    before = serializers.FloatField()
    after = serializers.FloatField()
    combinations = AdvisedSerializer(source="rows", many=True)


class CoverageViewSet(Acting, ViewSet):
    """How much of the homes of a release is covered by user tests."""

    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"

    def _release(self, reference: str) -> Release:
        return get_object_or_404(publishing.visible_to(self.actor), reference=reference)

    @extend_schema(responses=CoverageSerializer)
    def retrieve(self, request: Request, reference: str) -> Response:
        """Return the coverage of one release, weighted by homes."""
        return Response(CoverageSerializer(matrix.coverage(self._release(reference))).data)

    @extend_schema(responses=TestedSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def combinations(self, request: Request, reference: str) -> Response:
        """Return every combination with its standing in each case in force, the heaviest gap first."""
        found = matrix.weigh(self._release(reference))
        codes = [case.code for case in found.cases]
        rows = [
            {
                "combination": row.combination,
                "homes": row.homes,
                "standings": dict(zip(codes, standings_of(row.signs, len(codes)), strict=True)),
            }
            for row in heaviest_gaps(found.everybody, len(codes))
        ]
        return Response(TestedSerializer(rows, many=True).data)

    @extend_schema(parameters=[AskNextSerializer], responses=AdviceSerializer)
    @action(detail=True, methods=["get"])
    def next(self, request: Request, reference: str) -> Response:
        """Return the combinations that raise coverage most for so many slots."""
        release, asked = self._release(reference), AskNextSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = matrix.weigh(release, self.actor.suppliers)
        rows = found.own if asked.validated_data["own"] else found.everybody
        booked = queries.booked_for(release, self.actor, self.at)
        advice = matrix.next_to_test(rows, len(found.cases), asked.validated_data["slots"], besides=booked)
        return Response(AdviceSerializer(advice).data)
