"""Draft schedules by API: the same rules as the pages."""

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
from releases.scheduling import may, queries, verbs
from releases.scheduling.drafted import Drafted
from releases.scheduling.editing import Edit
from releases.scheduling.frozen import changes_since
from releases.scheduling.models import Draft, Exercise
from releases.scheduling.serializers import OutcomeSerializer, SeenExerciseSerializer


class DraftSerializer(serializers.ModelSerializer[Draft]):
    """``figures`` and ``first_come`` say what the schedule, and first come, first served, come to; conflicts are from
    0 to 1, and no schedule has a worst one below ``bound``. ``clashes`` says why there is no schedule."""

    exercise = serializers.SlugRelatedField[Exercise](slug_field="reference", read_only=True)

    class Meta:
        model = Draft
        fields = (
            "reference",
            "exercise",
            "state",
            "seed",
            "avoid",
            "outside",
            "left_out",
            "stated",
            "figures",
            "first_come",
            "clashes",
            "edits",
            "asked_at",
            "ended_at",
            "why",
            "version",
        )
        read_only_fields = fields


class MakeDraftSerializer(SeenExerciseSerializer):
    """How a draft is made; ``left_out`` has weekdays, Monday is 0."""

    exercise = serializers.CharField(max_length=20)
    seed = serializers.IntegerField(default=1)
    avoid = serializers.FloatField(default=1.0)
    outside = serializers.FloatField(default=0.25)
    left_out = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), default=list)


class EditDraftSerializer(SeenExerciseSerializer):
    """Homes of one group, by its number from 1, from one day to another."""

    group = serializers.IntegerField(min_value=1)
    whence = serializers.DateField()
    to = serializers.DateField()
    homes = serializers.IntegerField(min_value=1)
    why = serializers.CharField(max_length=5_000)


class PlacementSerializer(serializers.Serializer[Any]):
    """So many homes of a group, by its number from 1, on one day."""

    group = serializers.IntegerField()
    night = serializers.DateField()
    homes = serializers.IntegerField()


class DraftEditSerializer(serializers.Serializer[Any]):
    """Homes of one group, by its number from 1, that somebody moved by hand, and why."""

    group = serializers.IntegerField()
    parties = serializers.CharField()
    region = serializers.CharField()
    homes = serializers.IntegerField()
    whence = serializers.DateField()
    to = serializers.DateField()
    why = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class DraftChangesSerializer(serializers.Serializer[Any]):
    """What parties and DCC have changed since the draft was made; with any it cannot be confirmed."""

    changes = serializers.ListField(child=serializers.CharField())


class DraftViewSet(Acting, ReadOnlyModelViewSet[Draft]):
    """Draft schedules of exercises, for DCC."""

    serializer_class = DraftSerializer
    queryset = Draft.objects.none()
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "exercise__reference")

    def get_queryset(self) -> QuerySet[Draft]:
        found = queries.drafts_visible_to(self.actor).order_by("exercise", "number")
        return found.defer("problem", "rows") if self.action == "list" else found

    def _answers(self, serializer: serializers.Serializer[Any]) -> dict[str, Any]:
        serializer.is_valid(raise_exception=True)
        answers = dict(serializer.validated_data)
        answers["seen"] = answers.pop("version")
        return answers

    def _shown(self, draft: Draft, made: int = status.HTTP_200_OK) -> Response:
        return Response(DraftSerializer(draft).data, status=made)

    @extend_schema(request=MakeDraftSerializer, responses={201: DraftSerializer})
    def create(self, request: Request) -> Response:
        """Let a worker make a draft of an exercise that is closed."""
        may.solve(by=self.actor)
        answers = self._answers(MakeDraftSerializer(data=request.data))
        exercise = get_object_or_404(queries.visible_to(self.actor), reference=answers.pop("exercise"))
        seen = answers.pop("seen")
        made = verbs.solve(exercise, verbs.Choices(**answers), by=self.actor, at=self.at, seen=seen)
        return self._shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=EditDraftSerializer, responses=DraftSerializer)
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, reference: str) -> Response:
        """Move homes by hand; refused, with the limit, where it would break one."""
        draft, answers = self.get_object(), self._answers(EditDraftSerializer(data=request.data))
        change = Edit(answers["group"] - 1, answers["whence"], answers["to"], answers["homes"])
        act = {"why": answers["why"], "seen": answers["seen"], "by": self.actor, "at": self.at}
        return self._shown(verbs.edit(draft, change, **act))

    @extend_schema(request=SeenExerciseSerializer, responses=DraftSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, reference: str) -> Response:
        """Set a draft aside for good."""
        draft, answers = self.get_object(), self._answers(SeenExerciseSerializer(data=request.data))
        return self._shown(verbs.discard(draft, **answers, by=self.actor, at=self.at))

    @extend_schema(responses=DraftChangesSerializer)
    @action(detail=True)
    def changes(self, request: Request, reference: str) -> Response:
        """What has changed since it was made, in sentences; none where all stands."""
        return Response(DraftChangesSerializer({"changes": changes_since(self.get_object())}).data)

    @extend_schema(responses=DraftEditSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def edits(self, request: Request, reference: str) -> Response:
        """The changes by hand, the first first, with who made each, when and why."""
        return Response(DraftEditSerializer(Drafted(self.get_object()).by_hand, many=True).data)

    @extend_schema(responses=PlacementSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def schedule(self, request: Request, reference: str) -> Response:
        """Every placement, as `confirm/` takes it: group, night and homes; none before the draft is ready."""
        rows = [{"group": one.group + 1, "night": one.day, "homes": one.homes} for one in self.get_object().schedule]
        return Response(PlacementSerializer(rows, many=True).data)

    @extend_schema(responses=OutcomeSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def outcomes(self, request: Request, reference: str) -> Response:
        """What each party asked, what it gets and why, the worst off first; none before the draft is ready."""
        draft: Draft = self.get_object()
        return Response(OutcomeSerializer(Drafted(draft).parties if draft.rows else [], many=True).data)
