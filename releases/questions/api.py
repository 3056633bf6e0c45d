"""Questions and content requests by API: the same rules as the pages."""

from functools import partial
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
from releases.publishing import queries as publishing
from releases.questions import queries, verbs
from releases.questions import serializers as shown
from releases.questions.models import ContentRequest, Question


def _answers(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """Return the checked answers, with the version seen under the name the verbs take."""
    serializer.is_valid(raise_exception=True)
    answers = dict(serializer.validated_data)
    if "version" in answers:
        answers["seen"] = answers.pop("version")
    return answers


class QuestionViewSet(Acting, ReadOnlyModelViewSet[Question]):
    """The questions the caller may know of."""

    serializer_class = shown.QuestionSerializer
    queryset = Question.objects.none()
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "release__reference", "section")

    def get_queryset(self) -> QuerySet[Question]:
        return queries.visible_to(self.actor)

    def get_serializer_context(self) -> dict[str, Any]:
        knows_asker = partial(queries.knows_asker, actor=self.actor)
        return {**super().get_serializer_context(), "knows_asker": knows_asker}

    def _shown(self, question: Question, made: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(question).data, status=made)

    @extend_schema(request=shown.AskSerializer, responses={201: shown.QuestionSerializer})
    def create(self, request: Request) -> Response:
        """Ask a question on a release."""
        answers = _answers(shown.AskSerializer(data=request.data))
        release = get_object_or_404(publishing.visible_to(self.actor), reference=answers.pop("release"))
        return self._shown(verbs.ask(release, **answers, by=self.actor, at=self.at), status.HTTP_201_CREATED)

    @extend_schema(request=shown.ActingForSerializer, responses=shown.QuestionSerializer)
    @action(detail=True, methods=["post"])
    def watch(self, request: Request, reference: str) -> Response:
        """Hear of the answer too."""
        answers, question = _answers(shown.ActingForSerializer(data=request.data)), self.get_object()
        verbs.watch(question, **answers, by=self.actor, at=self.at)
        return self._shown(question)

    @extend_schema(request=shown.AnswerQuestionSerializer, responses=shown.QuestionSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, reference: str) -> Response:
        """Answer it for all who may read the release."""
        answers = _answers(shown.AnswerQuestionSerializer(data=request.data))
        return self._shown(verbs.answer(self.get_object(), **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.AddToNotesSerializer, responses=shown.QuestionSerializer)
    @action(detail=True, methods=["post"], url_path="add-to-notes")
    def add_to_notes(self, request: Request, reference: str) -> Response:
        """Add the answer to the notes as a new revision."""
        answers = _answers(shown.AddToNotesSerializer(data=request.data))
        return self._shown(verbs.add_to_notes(self.get_object(), **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.SeenQuestionSerializer, responses=shown.QuestionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str) -> Response:
        """Take it back."""
        answers = _answers(shown.SeenQuestionSerializer(data=request.data))
        return self._shown(verbs.withdraw_question(self.get_object(), **answers, by=self.actor, at=self.at))


class ContentRequestViewSet(Acting, ReadOnlyModelViewSet[ContentRequest]):
    """The standing list of content that Users want in release notes."""

    serializer_class = shown.ContentRequestSerializer
    queryset = ContentRequest.objects.none()
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "organisation__slug")

    def get_queryset(self) -> QuerySet[ContentRequest]:
        return queries.requests(self.actor)

    def _shown(self, row: ContentRequest, made: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data, status=made)

    @extend_schema(request=shown.RequestContentSerializer, responses={201: shown.ContentRequestSerializer})
    def create(self, request: Request) -> Response:
        """Put a request on the list."""
        answers = _answers(shown.RequestContentSerializer(data=request.data))
        made = verbs.request_content(**answers, by=self.actor, at=self.at)
        return self._shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=shown.ActingForSerializer, responses=shown.ContentRequestSerializer)
    @action(detail=True, methods=["post"])
    def support(self, request: Request, reference: str) -> Response:
        """Support it for an organisation; one support each."""
        answers, row = _answers(shown.ActingForSerializer(data=request.data)), self.get_object()
        verbs.support(row, **answers, by=self.actor, at=self.at)
        return self._shown(row)

    @extend_schema(request=shown.AcceptContentSerializer, responses=shown.ContentRequestSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, reference: str) -> Response:
        """Make it a section of the template."""
        answers = _answers(shown.AcceptContentSerializer(data=request.data))
        return self._shown(verbs.accept(self.get_object(), **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.AnswerRequestSerializer, responses=shown.ContentRequestSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, reference: str) -> Response:
        """Say no, with the reason."""
        answers = _answers(shown.AnswerRequestSerializer(data=request.data))
        return self._shown(verbs.decline(self.get_object(), **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.AnswerRequestSerializer, responses=shown.ContentRequestSerializer)
    @action(detail=True, methods=["post"], url_path="later")
    def postpone(self, request: Request, reference: str) -> Response:
        """Say later, with the reason."""
        answers = _answers(shown.AnswerRequestSerializer(data=request.data))
        return self._shown(verbs.postpone(self.get_object(), **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.AnswerRequestSerializer, responses=shown.ContentRequestSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, reference: str) -> Response:
        """Take its section out of the template."""
        answers = _answers(shown.AnswerRequestSerializer(data=request.data))
        return self._shown(verbs.retire(self.get_object(), **answers, by=self.actor, at=self.at))

    @extend_schema(request=shown.SeenQuestionSerializer, responses=shown.ContentRequestSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str) -> Response:
        """Take it back."""
        answers = _answers(shown.SeenQuestionSerializer(data=request.data))
        return self._shown(verbs.withdraw_request(self.get_object(), **answers, by=self.actor, at=self.at))


ENTRIES: list[tuple[str, Any, str]] = [
    ("questions", QuestionViewSet, "question"),
    ("content-requests", ContentRequestViewSet, "content-request"),
]
