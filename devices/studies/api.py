"""Studies by API: made, followed, read."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from devices.studies import may, queries, shown, verbs
from devices.studies.approaches import APPROACHES
from devices.studies.assumptions import ASSUMPTIONS
from devices.studies.models import COUNTING, KINDS, Study
from portal.people.api_base import Acting
from portal.people.models import Organisation
from releases.publishing.models import Release
from releases.publishing.queries import visible_to


class StudySerializer(serializers.ModelSerializer[Study]):
    """``figures`` has every assumption by its key; ``digest`` is the SHA-256 of the homes as they were."""

    release = serializers.SlugRelatedField[Release](slug_field="reference", read_only=True)
    organisation = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)

    class Meta:
        model = Study
        fields = (
            "reference",
            "title",
            "state",
            "release",
            "organisation",
            "approaches",
            "kind",
            "counting",
            "runs",
            "seed",
            "homes",
            "figures",
            "digest",
            "asked_at",
            "ended_at",
            "why",
        )
        read_only_fields = fields


class QuestionSerializer(serializers.Serializer[Any]):
    """What a study is asked; ``figures`` names those that differ from what is assumed (see ``studies/assumptions``)."""

    title = serializers.CharField(max_length=200)
    release = serializers.CharField(max_length=20, required=False, allow_null=True, default=None)
    approaches = serializers.MultipleChoiceField(choices=[(one.name, one.words) for one in APPROACHES])
    runs = serializers.IntegerField(default=200)
    seed = serializers.IntegerField(default=1)
    homes = serializers.IntegerField(required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(choices=KINDS, default="", allow_blank=True)
    counting = serializers.ChoiceField(choices=COUNTING, default="per_member")
    figures = serializers.DictField(child=serializers.FloatField(), default=dict)


class AssumptionSerializer(serializers.Serializer[Any]):
    """A figure of the model with its bounds and source."""

    key = serializers.CharField()
    words = serializers.CharField()
    unit = serializers.CharField()
    default = serializers.FloatField()
    least = serializers.FloatField()
    most = serializers.FloatField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option


class StudyViewSet(Acting, ReadOnlyModelViewSet[Study]):
    """Comparisons of approaches on the same homes with the same hidden faults."""

    serializer_class = StudySerializer
    queryset = Study.objects.none()
    lookup_field = "reference"
    filterset_fields = ("state",)

    def get_queryset(self) -> QuerySet[Study]:
        may.read_studies(by=self.actor)
        return queries.studies(self.actor).defer("fleet", "results")

    @extend_schema(request=QuestionSerializer, responses={201: StudySerializer})
    def create(self, request: Request) -> Response:
        """Make a study; workers play it."""
        may.make_study(by=self.actor)
        given = QuestionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        answers = dict(given.validated_data)
        named = answers.pop("release")
        release = get_object_or_404(visible_to(self.actor), reference=named) if named else None
        question = verbs.Question(**{**answers, "approaches": sorted(answers["approaches"])})
        made = verbs.make_study(release, question=question, by=self.actor, at=self.at)
        return Response(StudySerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=StudySerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, reference: str) -> Response:
        """End a study before its runs are played."""
        return Response(StudySerializer(verbs.cancel(self.get_object(), by=self.actor, at=self.at)).data)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"], filterset_fields=())
    def results(self, request: Request, reference: str) -> Response:
        """Return all that a study that is done is and came to; 404 while it is not."""
        row = get_object_or_404(queries.studies(self.actor), reference=self.get_object().reference)
        readings = queries.readings(row)
        if not readings:
            raise Http404
        return Response(shown.everything(row, readings))

    @extend_schema(responses=AssumptionSerializer(many=True))
    @action(detail=False, methods=["get"], pagination_class=None, filterset_fields=())
    def assumptions(self, request: Request) -> Response:
        """Return every figure of the model with what is assumed."""
        may.read_studies(by=self.actor)
        return Response(AssumptionSerializer([asdict(one) for one in ASSUMPTIONS], many=True).data)


ENTRIES = [("studies", StudyViewSet, "study")]
