"""What the API shows of questions and content requests, and what it takes."""

from typing import Any

from rest_framework import serializers

from portal.people.models import Organisation
from portal.workflow.said import LONGEST
from releases.publishing.models import UrgencyClass
from releases.questions.models import ContentRequest, Question


class QuestionSerializer(serializers.ModelSerializer[Question]):
    """A question. ``organisation`` is given to DCC and to whoever acts for the asker."""

    release = serializers.SlugRelatedField[Any](slug_field="reference", read_only=True)
    organisation = serializers.SerializerMethodField()

    class Meta:
        model = Question
        fields = (
            "reference",
            "release",
            "section",
            "text",
            "organisation",
            "asked_at",
            "answer_by",
            "state",
            "answer",
            "answered_at",
            "version",
        )
        read_only_fields = fields

    def get_organisation(self, row: Question) -> str | None:
        """The asker's slug, or nothing."""
        return row.organisation.slug if self.context["knows_asker"](row) else None


class ActingForSerializer(serializers.Serializer[Any]):
    """For which organisation (slug)."""

    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", queryset=Organisation.objects.filter(is_active=True)
    )


class AskSerializer(ActingForSerializer):
    release = serializers.CharField(max_length=20)
    text = serializers.CharField(max_length=LONGEST)
    section = serializers.CharField(max_length=100, allow_blank=True, default="")


class SeenQuestionSerializer(serializers.Serializer[Any]):
    """An act without further answers. ``version``: the version the caller has seen."""

    version = serializers.IntegerField(allow_null=True, default=None)


class AnswerQuestionSerializer(SeenQuestionSerializer):
    text = serializers.CharField(max_length=LONGEST)


class AddToNotesSerializer(SeenQuestionSerializer):
    section = serializers.CharField(max_length=100, allow_blank=True, default="")


class AnswerRequestSerializer(SeenQuestionSerializer):
    why = serializers.CharField(max_length=LONGEST)


class ContentRequestSerializer(serializers.ModelSerializer[ContentRequest]):
    """A content request; ``supporters`` counts the organisations that support it besides the one that asked."""

    organisation = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)
    supporters = serializers.IntegerField(read_only=True)
    section = serializers.CharField(source="section.title", read_only=True, allow_null=True, default=None)
    required_for = serializers.ListField(
        child=serializers.CharField(), source="section.required_for", read_only=True, default=list
    )

    class Meta:
        model = ContentRequest
        fields = (
            "reference",
            "title",
            "wanted",
            "organisation",
            "requested_at",
            "answer_by",
            "state",
            "answer",
            "answered_at",
            "supporters",
            "section",
            "required_for",
            "version",
        )
        read_only_fields = fields


class RequestContentSerializer(ActingForSerializer):
    title = serializers.CharField(max_length=100)
    wanted = serializers.CharField(max_length=LONGEST)


class AcceptContentSerializer(SeenQuestionSerializer):
    title = serializers.CharField(max_length=100)
    guidance = serializers.CharField(max_length=500)
    required_for = serializers.ListField(
        child=serializers.ChoiceField(choices=UrgencyClass.Name.choices), required=False, default=list
    )
