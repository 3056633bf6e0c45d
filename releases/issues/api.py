"""Issues by API: the same rules as the pages."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_base import Acting
from releases.holds.serializers import HoldSerializer
from releases.issues import likeness, queries, verbs
from releases.issues.acts import ACTS
from releases.issues.models import Issue
from releases.issues.serializers import (
    AlikeSerializer,
    CommentSerializer,
    CorrectSerializer,
    DuplicateSerializer,
    FoundAlikeSerializer,
    HoldCohortSerializer,
    IncidentSerializer,
    IssueSerializer,
    IssueWhySerializer,
    RaiseSerializer,
    ReproducedSerializer,
)
from releases.issues.verbs import Correction, Finding
from releases.publishing import queries as publishing


def _answers(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """Return the checked answers, with the version seen under the name the verbs take."""
    serializer.is_valid(raise_exception=True)
    answers = dict(serializer.validated_data)
    if "version" in answers:
        answers["seen"] = answers.pop("version")
    return answers


class IssueViewSet(Acting, ReadOnlyModelViewSet[Issue]):
    """The issues the caller may know of."""

    serializer_class = IssueSerializer
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "category", "severity", "release__reference", "organisation__slug")
    queryset = Issue.objects.none()

    def get_queryset(self) -> QuerySet[Issue]:
        return queries.visible_to(self.actor)

    @extend_schema(request=RaiseSerializer, responses={201: IssueSerializer})
    def create(self, request: Request) -> Response:
        """Raise an issue on a release."""
        answers = _answers(RaiseSerializer(data=request.data))
        release = get_object_or_404(publishing.visible_to(self.actor), reference=answers.pop("release"))
        organisation = answers.pop("organisation")
        raised = verbs.raise_issue(release, Finding(**answers), organisation=organisation, by=self.actor, at=self.at)
        return Response(IssueSerializer(raised).data, status=status.HTTP_201_CREATED)

    def _act(self, name: str) -> Response:
        answers = _answers(IssueWhySerializer(data=self.request.data))
        return self._shown(ACTS[name].verb(self.get_object(), **answers, by=self.actor, at=self.at))

    def _shown(self, issue: Issue) -> Response:
        return Response(IssueSerializer(issue).data)

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, reference: str) -> Response:
        """DCC has read it."""
        return self._act("acknowledge")

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def investigate(self, request: Request, reference: str) -> Response:
        """DCC looks into it."""
        return self._act("investigate")

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, reference: str) -> Response:
        """DCC accepts it as a known issue."""
        return self._act("accept")

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, reference: str) -> Response:
        """DCC rejects it with reasons."""
        return self._act("reject")

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, reference: str) -> Response:
        """DCC says how it was put right."""
        return self._act("resolve")

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, reference: str) -> Response:
        """The raiser or DCC is content with the answer."""
        return self._act("close")

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, reference: str) -> Response:
        """Put it back under investigation."""
        return self._act("reopen")

    @extend_schema(request=IssueWhySerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str) -> Response:
        """The raiser takes it back before DCC has accepted it."""
        return self._act("withdraw")

    @extend_schema(request=CorrectSerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, reference: str) -> Response:
        """DCC corrects category, severity or cohort; what is left out stays."""
        issue, answers = self.get_object(), _answers(CorrectSerializer(data=request.data))
        why, seen = answers.pop("why"), answers.pop("seen")
        right = replace(Correction.of(issue), **answers)
        return self._shown(verbs.correct(issue, right, why=why, seen=seen, by=self.actor, at=self.at))

    @extend_schema(request=DuplicateSerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"], url_path="mark-duplicate")
    def mark_duplicate(self, request: Request, reference: str) -> Response:
        """DCC says which issue it repeats."""
        issue, answers = self.get_object(), _answers(DuplicateSerializer(data=request.data))
        original = get_object_or_404(self.get_queryset(), reference=answers.pop("original"))
        return self._shown(verbs.mark_duplicate(issue, original, **answers, by=self.actor, at=self.at))

    @extend_schema(request=ReproducedSerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"], url_path="confirm-reproduced")
    def confirm_reproduced(self, request: Request, reference: str) -> Response:
        """A second organisation or the DCC test lab saw it too."""
        issue, answers = self.get_object(), _answers(ReproducedSerializer(data=request.data))
        return self._shown(verbs.confirm_reproduced(issue, **answers, by=self.actor, at=self.at))

    @extend_schema(request=HoldCohortSerializer, responses={201: HoldSerializer})
    @action(detail=True, methods=["post"], url_path="hold-cohort")
    def hold_cohort(self, request: Request, reference: str) -> Response:
        """Hold the issue's cohort."""
        issue, answers = self.get_object(), _answers(HoldCohortSerializer(data=request.data))
        held = verbs.hold_cohort(issue, **answers, by=self.actor, at=self.at)
        return Response(HoldSerializer(held).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def follow(self, request: Request, reference: str) -> Response:
        """Be told what becomes of it."""
        return self._shown(verbs.follow(self.get_object(), by=self.actor, at=self.at))

    @extend_schema(request=None, responses=IssueSerializer)
    @action(detail=True, methods=["post"])
    def unfollow(self, request: Request, reference: str) -> Response:
        """Be told no more."""
        return self._shown(verbs.unfollow(self.get_object(), by=self.actor, at=self.at))

    @extend_schema(request=IncidentSerializer, responses=IssueSerializer)
    @action(detail=True, methods=["post"], url_path="link-incident")
    def link_incident(self, request: Request, reference: str) -> Response:
        """Keep its number in a service desk elsewhere."""
        answers = _answers(IncidentSerializer(data=request.data))
        return self._shown(verbs.link_incident(self.get_object(), **answers, by=self.actor, at=self.at))

    @extend_schema(request=AlikeSerializer, responses=FoundAlikeSerializer(many=True))
    @action(detail=False, methods=["post"], pagination_class=None)
    def alike(self, request: Request) -> Response:
        """Find issues that may be the same as one to be raised; changes nothing."""
        answers = _answers(AlikeSerializer(data=request.data))
        get_object_or_404(publishing.visible_to(self.actor), reference=answers["release"])
        found = likeness.alike(answers["text"], answers["cohort"], self.actor)
        return Response(FoundAlikeSerializer(found, many=True).data)

    @extend_schema(methods=["get"], responses=CommentSerializer(many=True), filters=False)
    @extend_schema(methods=["post"], request=CommentSerializer, responses={201: CommentSerializer})
    @action(
        detail=True,
        methods=["get", "post"],
        pagination_class=None,
        parser_classes=[MultiPartParser, JSONParser],
    )
    def comments(self, request: Request, reference: str) -> Response:
        """The comments the caller may read; or add one, with a file of evidence or without."""
        issue = self.get_object()
        if request.method == "GET":
            return Response(CommentSerializer(queries.comments(issue, self.actor), many=True).data)
        answers = _answers(CommentSerializer(data=request.data))
        made = verbs.comment(issue, **answers, by=self.actor, at=self.at)
        return Response(CommentSerializer(made).data, status=status.HTTP_201_CREATED)


ENTRIES = [("issues", IssueViewSet, "issue")]
