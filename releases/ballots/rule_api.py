"""The versions of the voting rules, by API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from releases.ballots import rulesets, verbs
from releases.ballots.models import RuleSet


class RuleSetSerializer(serializers.ModelSerializer[RuleSet]):
    """One version of the voting rules: as data, and the same in words. A portal default, not a clause of the Code."""

    words = serializers.SerializerMethodField()

    class Meta:
        model = RuleSet
        fields = ("number", "title", "effective_from", "rules", "words")
        read_only_fields = fields

    def get_words(self, row: RuleSet) -> list[str]:
        """The sentences of the rules page."""
        return list(rulesets.in_words(rulesets.parse(row.rules)))


class AddRuleSetSerializer(serializers.Serializer[Any]):
    """A new version from a later day on, with the reason for it; ``rules`` has exactly the keys of the one in force."""

    title = serializers.CharField(max_length=120)
    effective_from = serializers.DateField()
    rules = serializers.JSONField()
    why = serializers.CharField(max_length=2000)


class RuleSetViewSet(Acting, ReadOnlyModelViewSet[RuleSet]):
    """Every version of the voting rules: in force, planned and past."""

    serializer_class = RuleSetSerializer
    lookup_field = "number"
    lookup_value_regex = r"\d+"
    queryset = RuleSet.objects.none()

    def get_queryset(self) -> QuerySet[RuleSet]:
        return RuleSet.objects.order_by("-effective_from", "-number")

    @extend_schema(request=AddRuleSetSerializer, responses={201: RuleSetSerializer})
    def create(self, request: Request) -> Response:
        """Add a version of the rules from a later day on (SECAS secretary)."""
        given = AddRuleSetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        facts = dict(given.validated_data)
        why = facts.pop("why")
        made = verbs.add_rule_set(verbs.RuleSetFacts(**facts), by=self.actor, at=self.at, why=why)
        return Response(RuleSetSerializer(made).data, status=status.HTTP_201_CREATED)
