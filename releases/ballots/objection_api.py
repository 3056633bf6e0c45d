"""Objections by API: the same rules as the pages; and what the acts of this app share there."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.pages.downloads import attached
from portal.people.api_base import Acting
from portal.people.api_inputs import SeenSerializer, WhySerializer
from portal.workflow.errors import Invalid
from releases.ballots import queries, verbs
from releases.ballots import serializers as shapes
from releases.ballots.models import Objection
from releases.publishing import queries as publishing

REFERENCE = "[-A-Za-z0-9]+"


def answers_of(request: Request, shape: type[Any]) -> dict[str, Any]:
    """The body of a request as the verb's arguments; `version` is what the caller saw."""
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    answers = dict(given.validated_data)
    if "version" in answers:
        answers["seen"] = answers.pop("version")
    return answers


class Acts(Acting):
    """One act on the row of this address: the body is the verb's arguments, the answer the row as it then is."""

    get_object: Callable[[], Any]
    get_serializer: Callable[..., Any]

    def act(self, request: Request, verb: Callable[..., Any], shape: type[Any]) -> Response:
        row = self.get_object()
        verb(row, **answers_of(request, shape), by=self.actor, at=self.at)
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)


def known(chosen: list[Any], visible: QuerySet[Any], field: str) -> None:
    """Refuse rows the caller may not see in the same words as rows that do not exist."""
    seen = set(visible.values_list("pk", flat=True))
    strange = [one for one in chosen if one.pk not in seen]
    if strange:
        raise Invalid("Some of what was sent cannot be used: see fields.", {field: ["There is no such object here."]})


class ObjectionViewSet(Acts, ReadOnlyModelViewSet[Objection]):
    """The objections the caller may see."""

    serializer_class = shapes.ObjectionSerializer
    lookup_field = "reference"
    lookup_value_regex = REFERENCE
    filterset_fields = ("state", "release__reference", "is_late")
    queryset = Objection.objects.none()

    def get_queryset(self) -> QuerySet[Objection]:
        return queries.objections(self.actor).select_related("release", "organisation").order_by("-pk")

    @extend_schema(request=shapes.LodgeSerializer, responses={201: shapes.ObjectionSerializer})
    def create(self, request: Request) -> Response:
        """Lodge an objection for a supplier."""
        answers = answers_of(request, shapes.LodgeSerializer)
        release = get_object_or_404(publishing.visible_to(self.actor), reference=answers.pop("release"))
        known(answers["issues"], queries.citable(release, self.actor), "issues")
        supplier, seen = answers.pop("supplier"), answers.pop("seen")
        grounds = verbs.Grounds(**answers)
        made = verbs.lodge(release, supplier=supplier, grounds=grounds, by=self.actor, at=self.at, seen=seen)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.JoinSerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, reference: str) -> Response:
        """Join an objection for an affected supplier."""
        return self.act(request, verbs.join, shapes.JoinSerializer)

    @extend_schema(methods=["get"], responses=shapes.ExhibitSerializer(many=True))
    @extend_schema(
        methods=["post"], request=shapes.AddEvidenceSerializer, responses={201: shapes.ExhibitSerializer(many=True)}
    )
    @action(
        detail=True,
        methods=["get", "post"],
        pagination_class=None,
        filterset_fields=(),
        parser_classes=[MultiPartParser, JSONParser],
    )
    def evidence(self, request: Request, reference: str) -> Response:
        """The files of the parties; or add some for the objector or one that joined."""
        objection = self.get_object()
        if request.method == "GET":
            found = objection.exhibits.select_related("organisation")
            return Response(shapes.ExhibitSerializer(found, many=True).data)
        answers = answers_of(request, shapes.AddEvidenceSerializer)
        kept = verbs.add_evidence(objection, **answers, by=self.actor, at=self.at)
        return Response(shapes.ExhibitSerializer(kept, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path=r"evidence/(?P<pk>[0-9]{1,18})/file", url_name="evidence-file")
    def evidence_file(self, request: Request, reference: str, pk: str) -> FileResponse:
        """Return a party's file as it was put forward."""
        found = get_object_or_404(self.get_object().exhibits.select_related("objection"), pk=pk)
        return attached(found.file.open("rb"), found.own_name)

    @extend_schema(request=WhySerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str) -> Response:
        """Withdraw an objection before voting begins."""
        return self.act(request, verbs.withdraw, WhySerializer)

    @extend_schema(request=SeenSerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def admit(self, request: Request, reference: str) -> Response:
        """Admit an objection."""
        return self.act(request, verbs.admit, SeenSerializer)

    @extend_schema(request=shapes.ReasonsSerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"], url_path="return-with-reasons")
    def return_with_reasons(self, request: Request, reference: str) -> Response:
        """Return an objection with reasons."""
        return self.act(request, verbs.return_with_reasons, shapes.ReasonsSerializer)

    @extend_schema(request=shapes.AnswerSerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, reference: str) -> Response:
        """Accept the remedy sought."""
        return self.act(request, verbs.accept, shapes.AnswerSerializer)

    @extend_schema(request=shapes.NarrowSerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def narrow(self, request: Request, reference: str) -> Response:
        """Offer to hold the objection's homes, or a part of them, while the rest proceeds."""
        return self.act(request, verbs.narrow, shapes.NarrowSerializer)

    @extend_schema(request=shapes.AnswerSerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def contest(self, request: Request, reference: str) -> Response:
        """Contest an objection: a committee votes."""
        return self.act(request, verbs.contest, shapes.AnswerSerializer)

    @extend_schema(request=SeenSerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, reference: str) -> Response:
        """Agree to a narrowing."""
        return self.act(request, verbs.agree, SeenSerializer)

    @extend_schema(request=WhySerializer, responses=shapes.ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def disagree(self, request: Request, reference: str) -> Response:
        """Refuse a narrowing."""
        return self.act(request, verbs.disagree, WhySerializer)
