"""What the API shows of issues and takes for their acts."""

from typing import Any

from rest_framework import serializers

from portal.people.api_inputs import SeenSerializer
from portal.people.models import Organisation
from releases.holds.models import Stage
from releases.issues.models import Category, Comment, Issue
from releases.products.cohort_serializers import CohortField
from releases.publishing.models import Release


class IssueSerializer(serializers.ModelSerializer[Issue]):
    release = serializers.SlugRelatedField[Release](slug_field="reference", read_only=True)
    organisation = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)
    cohort = CohortField(read_only=True)

    class Meta:
        model = Issue
        fields = (
            "reference",
            "release",
            "title",
            "description",
            "category",
            "severity",
            "cohort",
            "organisation",
            "state",
            "answer",
            "incident",
            "incident_url",
            "raised_at",
            "acknowledge_by",
            "acknowledged_at",
            "reproduced_at",
            "ended_at",
            "version",
        )


class RaiseSerializer(serializers.Serializer[Issue]):
    """A finding on a release, for an organisation (its slug)."""

    release = serializers.CharField(max_length=20)
    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", queryset=Organisation.objects.filter(is_active=True)
    )
    title = serializers.CharField(max_length=160)
    description = serializers.CharField(max_length=20_000)
    category = serializers.ChoiceField(choices=Category.choices)
    severity = serializers.IntegerField(min_value=1, max_value=5)
    cohort = CohortField()


class IssueWhySerializer(SeenSerializer):
    """Why, and the version seen; the portal says where a reason is needed."""

    why = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)


class CorrectSerializer(IssueWhySerializer):
    """What the issue is rightly; what is left out stays as it is."""

    category = serializers.ChoiceField(choices=Category.choices, required=False)
    severity = serializers.IntegerField(min_value=1, max_value=5, required=False)
    cohort = CohortField(required=False)


class DuplicateSerializer(IssueWhySerializer):
    original = serializers.CharField(max_length=20)


class ReproducedSerializer(IssueWhySerializer):
    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", queryset=Organisation.objects.filter(is_active=True)
    )


class HoldCohortSerializer(SeenSerializer):
    stage = serializers.ChoiceField(choices=Stage.choices)
    review_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class CommentSerializer(serializers.ModelSerializer[Comment]):
    organisation = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)
    file = serializers.FileField(required=False, write_only=True, max_length=200)

    class Meta:
        model = Comment
        fields = (
            "id",
            "organisation",
            "author_name",
            "audience",
            "text",
            "at",
            "file",
            "file_name",
            "file_kind",
            "sha256",
        )
        read_only_fields = ("author_name", "at", "file_name", "file_kind", "sha256")


class IncidentSerializer(SeenSerializer):
    """The number in a service desk elsewhere, and its address; both empty take the link away."""

    incident = serializers.CharField(max_length=40, allow_blank=True)
    incident_url = serializers.URLField(required=False, allow_blank=True, default="")


class AlikeSerializer(serializers.Serializer[Any]):
    """What is going to be raised: the release, the words for it and the homes."""

    release = serializers.CharField(max_length=20)
    text = serializers.CharField(max_length=20_000)
    cohort = CohortField(asking=False)


class FoundAlikeSerializer(serializers.Serializer[Any]):
    """An issue that may be the same, and how many of the homes it concerns too."""

    reference = serializers.CharField(source="issue.reference")
    title = serializers.CharField(source="issue.title")
    state = serializers.CharField(source="issue.state")
    shared_homes = serializers.IntegerField()
