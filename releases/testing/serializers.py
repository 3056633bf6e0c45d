"""What the API shows of user testing and takes for its acts."""

from typing import Any

from rest_framework import serializers

from portal.people.models import Organisation
from releases.products.models import DeviceCombination, HubModel
from releases.publishing.models import Release
from releases.testing.models import Environment, ResultEvidence, Rig, TestCase, TestResult, TestWindow


class WindowSerializer(serializers.ModelSerializer[TestWindow]):
    release = serializers.SlugRelatedField[Release](slug_field="reference", read_only=True)
    environment = serializers.SlugRelatedField[Environment](slug_field="slug", read_only=True)
    organisation = serializers.SlugRelatedField[Organisation](slug_field="slug", read_only=True)
    start = serializers.DateTimeField(source="starts_at", read_only=True)
    end = serializers.DateTimeField(source="ends_at", read_only=True)
    hub_model = serializers.PrimaryKeyRelatedField[HubModel](read_only=True)
    combinations = serializers.PrimaryKeyRelatedField[DeviceCombination](many=True, read_only=True)
    rigs = serializers.PrimaryKeyRelatedField[Rig](many=True, read_only=True)

    class Meta:
        model = TestWindow
        fields = (
            "reference",
            "release",
            "environment",
            "place",
            "organisation",
            "start",
            "end",
            "hub_model",
            "combinations",
            "rigs",
            "state",
            "version",
        )


class BookSerializer(serializers.Serializer[TestWindow]):
    """A window: where, when, for which supplier (its slug) and hub model, with which rigs (their ids).

    No hub model means any of the release's, no combinations any of the hub model's.
    """

    release = serializers.CharField(max_length=20)
    environment = serializers.SlugRelatedField[Environment](slug_field="slug", queryset=Environment.objects.all())
    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", queryset=Organisation.objects.filter(is_active=True)
    )
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    hub_model = serializers.PrimaryKeyRelatedField[HubModel](
        queryset=HubModel.objects.all(), required=False, allow_null=True, default=None
    )
    combinations = serializers.PrimaryKeyRelatedField[DeviceCombination](
        many=True, queryset=DeviceCombination.objects.all(), required=False, default=list
    )
    rigs = serializers.PrimaryKeyRelatedField[Rig](many=True, queryset=Rig.objects.all(), required=False, default=list)


class BookAgainSerializer(BookSerializer):
    """A window; ``again`` where it is a second one for the same at the same time."""

    again = serializers.BooleanField(required=False, default=False)


class CancelSerializer(serializers.Serializer[TestWindow]):
    why = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class CaseField(serializers.PrimaryKeyRelatedField[TestCase]):
    """A case by its code, as answers name it: then the edition in force; or by the id of an edition."""

    def to_internal_value(self, data: Any) -> TestCase:
        """Return the case. Raises ValidationError where there is none."""
        if isinstance(data, str) and not data.isdecimal():
            found = TestCase.objects.filter(code=data.upper(), retired_at=None).first()
            if found is None:
                raise serializers.ValidationError(f"There is no case {data[:12]} in force.")
            return found
        return super().to_internal_value(data)


class FoundSerializer(serializers.Serializer[Any]):
    combination = serializers.PrimaryKeyRelatedField[DeviceCombination](queryset=DeviceCombination.objects.all())
    case = CaseField(queryset=TestCase.objects.all(), help_text="Its code, for the edition in force; or its id.")
    outcome = serializers.ChoiceField(choices=TestResult.Outcome.choices)
    version_read = serializers.CharField(required=False, allow_blank=True, default="", max_length=8)
    remark = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    evidence = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="The `id` of a file attached to the window."
    )


class ReportSerializer(serializers.Serializer[Any]):
    """Results, all or none."""

    results = FoundSerializer(many=True)
    seen_until = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The highest `id` of the window's results that you have seen: what was reported since is not undone.",
    )
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class ResultSerializer(serializers.ModelSerializer[TestResult]):
    case = serializers.SlugRelatedField[TestCase](slug_field="code", read_only=True)
    edition = serializers.IntegerField(source="case.edition", read_only=True)

    class Meta:
        model = TestResult
        fields = (
            "id",
            "combination",
            "case",
            "edition",
            "outcome",
            "version_read",
            "remark",
            "evidence",
            "reported_by_name",
            "reported_at",
        )


class AttachResultEvidenceSerializer(serializers.Serializer[Any]):
    file = serializers.FileField()


class ResultEvidenceSerializer(serializers.ModelSerializer[ResultEvidence]):
    """A file kept with a window; results name it by its `id`."""

    class Meta:
        model = ResultEvidence
        fields = ("id", "file_kind", "file_size", "sha256", "added_by_name", "added_at")
