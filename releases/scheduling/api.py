"""Scheduling exercises by API: the same rules as the pages."""

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
from releases.scheduling import queries, verbs
from releases.scheduling import serializers as shown
from releases.scheduling.draft_api import DraftViewSet
from releases.scheduling.models import Exercise
from releases.scheduling.shown import Shown


def _answers(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """Return the checked answers, with the version seen under the name the verbs take."""
    serializer.is_valid(raise_exception=True)
    answers = dict(serializer.validated_data)
    if "version" in answers:
        answers["seen"] = answers.pop("version")
    return answers


class ExerciseViewSet(Acting, ReadOnlyModelViewSet[Exercise]):
    """The scheduling exercises the caller may know of."""

    serializer_class = shown.ExerciseSerializer
    queryset = Exercise.objects.none()
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "release__reference")

    def get_queryset(self) -> QuerySet[Exercise]:
        return queries.visible_to(self.actor).select_related("reruns")

    def _shown(self, exercise: Exercise, made: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(exercise).data, status=made)

    @extend_schema(request=shown.OpenExerciseSerializer, responses={201: shown.ExerciseSerializer})
    def create(self, request: Request) -> Response:
        """Open an exercise on a release (DCC)."""
        sent = shown.OpenExerciseSerializer(data=request.data)
        answers = _answers(sent)
        release = get_object_or_404(publishing.visible_to(self.actor), reference=answers["release"])
        made = verbs.open_exercise(release, sent.terms, by=self.actor, at=self.at, seen=answers["seen"])
        return self._shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=shown.ChangeExerciseSerializer, responses=shown.ExerciseSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, reference: str) -> Response:
        """Give it other terms, with the reason (DCC)."""
        sent, exercise = shown.ChangeExerciseSerializer(data=request.data), self.get_object()
        answers = _answers(sent)
        act = {"why": answers["why"], "seen": answers["seen"], "by": self.actor, "at": self.at}
        return self._shown(verbs.change_exercise(exercise, sent.terms, **act))

    @extend_schema(request=shown.SeenExerciseSerializer, responses=shown.ExerciseSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, reference: str) -> Response:
        """Take no more statements (DCC)."""
        exercise, answers = self.get_object(), _answers(shown.SeenExerciseSerializer(data=request.data))
        return self._shown(verbs.close_exercise(exercise, **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.ReopenExerciseSerializer, responses=shown.ExerciseSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, reference: str) -> Response:
        """Take statements again until a later time, with the reason (DCC)."""
        exercise, answers = self.get_object(), _answers(shown.ReopenExerciseSerializer(data=request.data))
        return self._shown(verbs.reopen_exercise(exercise, **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.ExerciseReasonSerializer, responses=shown.ExerciseSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str) -> Response:
        """End it without a schedule, with the reason (DCC)."""
        exercise, answers = self.get_object(), _answers(shown.ExerciseReasonSerializer(data=request.data))
        return self._shown(verbs.withdraw_exercise(exercise, **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.ConfirmExerciseSerializer, responses=shown.ExerciseSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, reference: str) -> Response:
        """Make the dates of a schedule firm, with the reasons (DCC)."""
        sent, exercise = shown.ConfirmExerciseSerializer(data=request.data), self.get_object()
        answers = _answers(sent)
        act: dict[str, Any] = {"why": answers["why"], "seen": answers["seen"], "by": self.actor, "at": self.at}
        return self._shown(verbs.confirm(exercise, sent.placements, **act))

    @extend_schema(responses=shown.FirmNightSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def nights(self, request: Request, reference: str) -> Response:
        """The firm nights: of one's own homes, for DCC of all."""
        found = Shown(self.get_object(), self.actor, self.at).nights_taken()
        rows = [{"night": night, "region": region, "homes": homes} for night, region, homes in found]
        return Response(shown.FirmNightSerializer(rows, many=True).data)

    @extend_schema(responses=shown.OutcomeSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def outcomes(self, request: Request, reference: str) -> Response:
        """What each party asked, got, and why, once dates are firm: one's own, for DCC all; nothing before."""
        found = Shown(self.get_object(), self.actor, self.at)
        return Response(shown.OutcomeSerializer(found.outcomes if found.is_firm else [], many=True).data)

    @extend_schema(responses=shown.TotalsSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def totals(self, request: Request, reference: str) -> Response:
        """What the parties state, in numbers."""
        found = Shown(self.get_object(), self.actor, self.at).totals()
        return Response(shown.TotalsSerializer(found, many=True).data)

    @extend_schema(methods=["get"], responses=shown.StatementSerializer(many=True), filters=False)
    @extend_schema(methods=["post"], request=shown.StateSerializer, responses=shown.StatementSerializer)
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def statements(self, request: Request, reference: str) -> Response:
        """What is stated, one's own and for DCC all; or state for a party."""
        exercise = self.get_object()
        if request.method == "GET":
            found = queries.statements_for(exercise, self.actor)
            return Response(shown.StatementSerializer(found, many=True).data)
        sent = shown.StateSerializer(data=request.data)
        answers = _answers(sent)
        acting: dict[str, Any] = {"organisation": self._party(exercise, answers), "by": self.actor, "at": self.at}
        row = verbs.state(exercise, sent.wishes, **acting, seen=answers["seen"])
        return Response(shown.StatementSerializer(row).data)

    @extend_schema(request=shown.LeaveSerializer, responses=shown.StatementSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, reference: str) -> Response:
        """Take back everything a party stated."""
        exercise, answers = self.get_object(), _answers(shown.LeaveSerializer(data=request.data))
        row = verbs.leave(exercise, organisation=self._party(exercise, answers), by=self.actor, at=self.at)
        return Response(shown.StatementSerializer(row).data)

    def _party(self, exercise: Exercise, answers: dict[str, Any]) -> Organisation:
        return get_object_or_404(queries.parties(exercise), organisation__slug=answers["organisation"]).organisation


ENTRIES: list[tuple[str, Any, str]] = [
    ("exercises", ExerciseViewSet, "exercise"),
    ("drafts", DraftViewSet, "draft"),
]
