"""The urgency classes and the dates they lead to, by API."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from releases.publishing import verbs, whatif
from releases.publishing.forms import in_our_time
from releases.publishing.models import Approach, Release, UrgencyClass

_FIGURES = (
    "name",
    "effective_from",
    "meant_for",
    "deployment_notice_working_days",
    "activation_notice_days",
    "activation_notice_working_days",
    "test_working_days",
    "objection_working_days_after_test",
    "objection_working_days_before_activation",
    "review_ballot_working_days",
    "hypercare_months",
    "reminder_days",
    "least_coverage_percent",
    "needs_second_approver",
)


class UrgencyClassSerializer(serializers.ModelSerializer[UrgencyClass]):
    """One version of an urgency class; figures are portal defaults, not the Code's."""

    class Meta:
        model = UrgencyClass
        fields = ("id", *_FIGURES)
        read_only_fields = fields


class AddClassSerializer(serializers.ModelSerializer[UrgencyClass]):
    """A new version from a later day on, with the reason for it."""

    why = serializers.CharField(max_length=2000)

    class Meta:
        model = UrgencyClass
        fields = (*_FIGURES, "why")
        validators: list[Any] = []  # the verb says what is wrong, in the same words as on the page
        extra_kwargs = {"reminder_days": {"default": 3}, "least_coverage_percent": {"default": 0}}


class UrgencyClassViewSet(Acting, ReadOnlyModelViewSet[UrgencyClass]):
    """Every version of the urgency classes: in force, planned and past."""

    serializer_class = UrgencyClassSerializer
    queryset = UrgencyClass.objects.none()
    filterset_fields = ("name", "effective_from")

    def get_queryset(self) -> QuerySet[UrgencyClass]:
        return UrgencyClass.objects.order_by("name", "-effective_from")

    @extend_schema(request=AddClassSerializer, responses={201: UrgencyClassSerializer})
    def create(self, request: Request) -> Response:
        """Add a version of a class from a later day on."""
        given = AddClassSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        facts = dict(given.validated_data)
        why = facts.pop("why")
        made = verbs.add_class(verbs.ClassFacts(**facts), by=self.actor, at=self.at, why=why)
        return Response(UrgencyClassSerializer(made).data, status=status.HTTP_201_CREATED)


class LineSerializer(serializers.Serializer[Any]):
    about = serializers.CharField()
    result = serializers.DateTimeField(allow_null=True)
    because = serializers.CharField()


class TrackSerializer(serializers.Serializer[Any]):
    """A line of the timeline: a period, or a moment without ``end``; a deadline has the kind "deadline"."""

    name = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True)
    kind = serializers.CharField()


class PlanSerializer(serializers.Serializer[Any]):
    """The dates of an announcement at a moment, each explained; ``refused`` says why it could not be made."""

    announced_at = serializers.DateTimeField()
    earliest_deployment_at = serializers.DateTimeField(source="timetable.earliest_deployment", allow_null=True)
    tests_until = serializers.DateTimeField(source="timetable.user_test_ends", allow_null=True)
    objections_until = serializers.DateTimeField(source="timetable.objections_end", allow_null=True)
    earliest_activation_at = serializers.DateTimeField(source="timetable.earliest_activation", allow_null=True)
    hypercare_until = serializers.DateTimeField(allow_null=True)
    refused = serializers.CharField()
    working = LineSerializer(source="timetable.working", many=True)
    timeline = TrackSerializer(source="tracks", many=True)


class WhatIfSerializer(serializers.Serializer[Any]):
    """What is asked: a class, an approach, a moment of announcement and, if wished, planned dates."""

    urgency_class = serializers.ChoiceField(choices=UrgencyClass.Name.choices)
    approach = serializers.ChoiceField(choices=Approach.choices, default=Approach.CONSULTATION)
    announced_at = serializers.DateTimeField(validators=[in_our_time])
    planned_deployment_at = serializers.DateTimeField(required=False, allow_null=True, validators=[in_our_time])
    planned_activation_at = serializers.DateTimeField(required=False, allow_null=True, validators=[in_our_time])


class ComparisonSerializer(serializers.Serializer[Any]):
    present = PlanSerializer()
    other = PlanSerializer()


def compared(release: Release, answers: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the present plan of a release and the other, as the API shows them."""
    pair = {"present": whatif.plan_of(release, at), "other": whatif.whatif(answers)}
    return dict(ComparisonSerializer(pair).data)


def dates_of(release: Release, at: datetime) -> dict[str, Any]:
    """Return the plan of a release as the API shows it."""
    return dict(PlanSerializer(whatif.plan_of(release, at)).data)
