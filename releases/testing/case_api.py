"""The catalogue of test cases by API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from releases.testing import verbs
from releases.testing.catalogue import CaseFacts
from releases.testing.models import TestCase


class CaseSerializer(serializers.ModelSerializer[TestCase]):
    """One edition of a case; `steps` are one a line."""

    class Meta:
        model = TestCase
        fields = ("id", "code", "edition", "title", "purpose", "steps", "retired_at")
        read_only_fields = fields


class ReviseCaseSerializer(serializers.Serializer[Any]):
    """What the next edition says, and why it is made."""

    title = serializers.CharField(max_length=200)
    purpose = serializers.CharField(max_length=2000)
    steps = serializers.CharField(max_length=5000)
    why = serializers.CharField(max_length=2000)

    def facts(self, code: str = "") -> CaseFacts:
        """Return what was sent as the value the verb takes."""
        sent = self.validated_data
        return CaseFacts.of(code or sent["code"], sent["title"], sent["purpose"], sent["steps"])


class AddCaseSerializer(ReviseCaseSerializer):
    code = serializers.CharField(max_length=20)


class RetireCaseSerializer(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=2000)


class CaseViewSet(Acting, ReadOnlyModelViewSet[TestCase]):
    """The catalogue of test cases in force; a single one also when it is retired."""

    serializer_class = CaseSerializer
    queryset = TestCase.objects.all()

    def get_queryset(self) -> QuerySet[TestCase]:
        rows = TestCase.objects.order_by("code")
        return rows.filter(retired_at=None) if self.action == "list" else rows

    @extend_schema(request=AddCaseSerializer, responses={201: CaseSerializer})
    def create(self, request: Request) -> Response:
        """Add a case to the catalogue."""
        given = AddCaseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = verbs.add_case(given.facts(), by=self.actor, at=self.at, why=given.validated_data["why"])
        return Response(CaseSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReviseCaseSerializer, responses={201: CaseSerializer})
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Put a new edition in the place of this one."""
        case, given = self.get_object(), ReviseCaseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        why = given.validated_data["why"]
        made = verbs.revise_case(case, given.facts(case.code), by=self.actor, at=self.at, why=why)
        return Response(CaseSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RetireCaseSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Take the case out of the catalogue."""
        case, given = self.get_object(), RetireCaseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        retired = verbs.retire_case(case, by=self.actor, at=self.at, why=given.validated_data["why"])
        return Response(CaseSerializer(retired).data)
