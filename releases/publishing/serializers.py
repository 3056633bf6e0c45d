"""What the API shows of releases, and what it takes."""

from typing import Any

from rest_framework import serializers

from portal.people.api_inputs import SeenSerializer, WhySerializer
from portal.people.models import Membership, Organisation, User
from releases.products.forms import not_too_large_a_signature, not_too_large_an_image
from releases.products.models import FirmwareVersion, HubModel, Region
from releases.publishing.fitness import MET, NOT_MET, WARNING
from releases.publishing.forms import in_our_time
from releases.publishing.images import ImageFacts
from releases.publishing.models import (
    EVERY_REGION,
    Acknowledgement,
    Amendment,
    Approach,
    Classification,
    Evidence,
    NotesRevision,
    Notice,
    Release,
    UrgencyClass,
)
from releases.publishing.notes import LONGEST


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """A release; ``version`` is what the acts take back to notice a stale reader."""

    hub_models = serializers.SlugRelatedField[HubModel](slug_field="name", many=True, read_only=True)
    urgency_class = serializers.CharField(source="urgency_class.name", read_only=True)
    image_sha256 = serializers.CharField(source="image.sha256", read_only=True, allow_null=True, default=None)
    superseded_by = serializers.SerializerMethodField(help_text="Where the caller may know of it.")

    def get_superseded_by(self, release: Release) -> str | None:
        """Return the reference of the release that took its place; ``successors`` are those the caller may know of."""
        found = release.superseded_by
        return found.reference if found is not None and found.reference in self.context["successors"] else None

    class Meta:
        model = Release
        fields = (
            "reference",
            "title",
            "state",
            "version",
            "hub_models",
            "firmware_version",
            "image_sha256",
            "chts",
            "gbcs",
            "urgency_class",
            "approach",
            "classification",
            "notes_classification",
            "drafted_at",
            "announced_at",
            "planned_deployment_at",
            "planned_activation_at",
            "earliest_deployment_at",
            "earliest_activation_at",
            "tests_until",
            "objections_until",
            "deferred_until",
            "first_activation_at",
            "hypercare_until",
            "superseded_by",
        )
        read_only_fields = fields


class FactsSerializer(serializers.Serializer[Release]):
    """The facts of a draft, as on the draft form; ``version`` when an existing one is changed."""

    title = serializers.CharField(max_length=120)
    hub_models = serializers.PrimaryKeyRelatedField[HubModel](many=True, queryset=HubModel.objects.all())
    firmware_version = serializers.CharField(max_length=8)
    urgency_class = serializers.ChoiceField(choices=UrgencyClass.Name.choices)
    approach = serializers.ChoiceField(choices=Approach.choices, default=Approach.CONSULTATION)
    classification = serializers.ChoiceField(choices=Classification.choices, default=Classification.GREEN)
    from_versions = serializers.PrimaryKeyRelatedField[FirmwareVersion](
        many=True, queryset=FirmwareVersion.objects.select_related("hub_model"), required=False
    )
    readers = serializers.SlugRelatedField[Organisation](
        many=True, slug_field="slug", queryset=Organisation.objects.filter(is_active=True), required=False
    )
    named_people = serializers.SlugRelatedField[User](
        many=True,
        slug_field="email",
        queryset=User.objects.filter(is_active=True, pk__in=Membership.objects.values("user")),
        required=False,
    )
    chts = serializers.CharField(max_length=12, allow_blank=True, default="")
    gbcs = serializers.CharField(max_length=12, allow_blank=True, default="")
    planned_deployment_at = serializers.DateTimeField(allow_null=True, default=None, validators=[in_our_time])
    planned_activation_at = serializers.DateTimeField(allow_null=True, default=None, validators=[in_our_time])
    emergency_reason = serializers.CharField(allow_blank=True, default="")
    emergency_citation = serializers.CharField(max_length=200, allow_blank=True, default="")
    approach_authority = serializers.CharField(max_length=200, allow_blank=True, default="")
    version = serializers.IntegerField(allow_null=True, default=None)


class SupersedeSerializer(WhySerializer):
    successor = serializers.CharField(help_text="Reference of the release that takes its place.")


class DatesSerializer(SeenSerializer):
    planned_deployment_at = serializers.DateTimeField(validators=[in_our_time])
    planned_activation_at = serializers.DateTimeField(validators=[in_our_time])


class AmendSerializer(DatesSerializer):
    why = serializers.CharField(max_length=2000)


class ImageUploadSerializer(SeenSerializer):
    file = serializers.FileField(allow_empty_file=True, validators=[not_too_large_an_image])
    signature = serializers.FileField(
        allow_null=True, default=None, allow_empty_file=True, validators=[not_too_large_a_signature]
    )


class ImageSerializer(serializers.Serializer[ImageFacts]):
    """A firmware image: what its header says, and what is known of it."""

    sha256 = serializers.CharField(source="image.sha256")
    size = serializers.IntegerField(source="image.size")
    uploaded_at = serializers.DateTimeField(source="image.uploaded_at")
    header = serializers.DictField(source="image.header")
    signature = serializers.CharField(source="signature.state")
    signature_words = serializers.CharField(source="signature.words")
    scan = serializers.CharField(source="scan.state")
    scan_words = serializers.CharField(source="scan.words")
    scanned_at = serializers.DateTimeField(allow_null=True)
    listed_hash = serializers.DictField(child=serializers.CharField(), help_text="By hub model.")


class FindingSerializer(serializers.Serializer[Any]):
    """One thing compared with the product lists: met, warning or not_met."""

    title = serializers.CharField()
    state = serializers.ChoiceField(choices=[MET, WARNING, NOT_MET])
    reason = serializers.CharField()


class NotesSerializer(serializers.ModelSerializer[NotesRevision]):
    """A revision of the notes: ``sections`` by title, and the same as one text."""

    sections = serializers.DictField(child=serializers.CharField(), source="written", read_only=True)

    class Meta:
        model = NotesRevision
        fields = ("number", "sections", "markdown", "why", "saved_by_name", "saved_at", "published_at")


class SaveNotesSerializer(SeenSerializer):
    """Either ``sections`` by title (those not named keep their text) or ``markdown``, one text with "## " headings.

    ``based_on``: the number of the revision they were begun from; a newer one is not overwritten.
    """

    sections = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST, trim_whitespace=False, allow_blank=True), required=False
    )
    markdown = serializers.CharField(max_length=LONGEST, trim_whitespace=False, required=False)
    based_on = serializers.IntegerField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("sections" in attrs) == ("markdown" in attrs):
            raise serializers.ValidationError("Give the notes once: as sections or as markdown.")
        return attrs


class NotesTemplateSerializer(serializers.Serializer[Any]):
    """A section the notes of a release may have."""

    title = serializers.CharField()
    guidance = serializers.CharField()
    is_required = serializers.BooleanField(source="required")


class NotesWordsSerializer(serializers.Serializer[Any]):
    """Words of the notes that stayed, came or went."""

    kind = serializers.ChoiceField(choices=["same", "added", "removed"])
    text = serializers.CharField()


class SectionChangeSerializer(serializers.Serializer[Any]):
    """What became of a section from one revision to another, a list of words for each paragraph."""

    title = serializers.CharField()
    paragraphs = serializers.ListField(child=NotesWordsSerializer(many=True))


class CompareNotesSerializer(serializers.Serializer[Any]):
    older = serializers.IntegerField(min_value=0, default=0, help_text="0 compares with nothing.")
    newer = serializers.IntegerField(min_value=1)


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """A document; an empty ``classification`` is the release's, ``replaced_by`` the document that took its place."""

    class Meta:
        model = Evidence
        fields = (
            "id",
            "title",
            "region",
            "environment",
            "signatory",
            "signed_on",
            "summary",
            "classification",
            "file_kind",
            "file_size",
            "sha256",
            "replaced_by",
            "added_at",
        )


class AttachEvidenceSerializer(SeenSerializer):
    title = serializers.CharField(max_length=160)
    region = serializers.ChoiceField(choices=[*Region.choices, (EVERY_REGION, "Every region")])
    environment = serializers.CharField(max_length=60)
    signatory = serializers.CharField(max_length=120)
    signed_on = serializers.DateField()
    summary = serializers.CharField()
    classification = serializers.ChoiceField(choices=Classification.choices, allow_blank=True, default="")
    replaces = serializers.PrimaryKeyRelatedField[Evidence](
        queryset=Evidence.objects.all(), allow_null=True, default=None
    )
    file = serializers.FileField(allow_null=True, default=None)


class ReadershipSerializer(serializers.Serializer[Any]):
    """Who may read a release and its notes: organisations by slug, people by address."""

    classification = serializers.ChoiceField(choices=Classification.choices)
    notes_classification = serializers.ChoiceField(choices=Classification.choices, allow_blank=True, default="")
    readers = serializers.SlugRelatedField[Organisation](
        many=True, slug_field="slug", queryset=Organisation.objects.filter(is_active=True), required=False
    )
    named_people = serializers.SlugRelatedField[User](
        many=True,
        slug_field="email",
        queryset=User.objects.filter(is_active=True, pk__in=Membership.objects.values("user")),
        required=False,
    )


class ReclassifySerializer(ReadershipSerializer, WhySerializer):
    """Another readership, with the reason."""


class ChangeOfSightSerializer(serializers.Serializer[Any]):
    """Who would gain and who would lose sight of the release, by name."""

    public = serializers.BooleanField()
    organisations = serializers.ListField(child=serializers.CharField())
    people = serializers.ListField(child=serializers.CharField())
    losing_public = serializers.BooleanField()
    losing = serializers.ListField(child=serializers.CharField())
    losing_people = serializers.ListField(child=serializers.CharField())
    keeping = serializers.ListField(child=serializers.CharField())


class AmendmentSerializer(serializers.ModelSerializer[Amendment]):
    class Meta:
        model = Amendment
        fields = (
            "number",
            "made_at",
            "deployment_was",
            "deployment_at",
            "activation_was",
            "activation_at",
            "objections_were",
            "objections_until",
            "why",
        )


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    amendments = AmendmentSerializer(many=True, read_only=True)

    class Meta:
        model = Notice
        fields = (
            "number",
            "issued_at",
            "deployment_at",
            "activation_at",
            "working",
            "voided_at",
            "void_reason",
            "amendments",
        )


class EffectSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="What the act would do, in words with its numbers.")


class ActSerializer(serializers.Serializer[Any]):
    act = serializers.ChoiceField(choices=("withdraw", "supersede", "return_to_draft", "amend"))


class OwnShareSerializer(serializers.Serializer[Any]):
    """Homes of the caller's suppliers in one region and of one hub model."""

    region = serializers.CharField()
    hub_model = serializers.CharField()
    homes = serializers.IntegerField()


class OwnHomesSerializer(serializers.Serializer[Any]):
    """The homes the release concerns for which the caller's suppliers are responsible, each counted once."""

    homes = serializers.IntegerField()
    shares = OwnShareSerializer(many=True)


class AcknowledgeSerializer(serializers.Serializer[Any]):
    """For which organisation (slug); ``notice`` is the number of the notice that was read."""

    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", queryset=Organisation.objects.filter(is_active=True)
    )
    test_days_needed = serializers.IntegerField(min_value=0, max_value=250, default=0)
    remark = serializers.CharField(max_length=2000, allow_blank=True, default="")
    notice = serializers.IntegerField(allow_null=True, default=None)


class AcknowledgementSerializer(serializers.ModelSerializer[Acknowledgement]):
    organisation = serializers.CharField(source="organisation.slug", read_only=True)

    class Meta:
        model = Acknowledgement
        fields = ("organisation", "at", "test_days_needed", "remark")


class ServeSerializer(WhySerializer):
    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", queryset=Organisation.objects.filter(is_active=True)
    )


class ServiceLineSerializer(serializers.Serializer[Any]):
    """One recipient of the notice: how far its service is, with every moment that proves it."""

    organisation = serializers.CharField(source="organisation.slug")
    homes = serializers.IntegerField(allow_null=True)
    state = serializers.CharField()
    queued_at = serializers.DateTimeField(source="delivery.message.at", allow_null=True, default=None)
    attempts = serializers.IntegerField(source="delivery.attempts", allow_null=True, default=None)
    sent_at = serializers.DateTimeField(source="delivery.sent_at", allow_null=True, default=None)
    failure = serializers.CharField(source="delivery.failure", allow_null=True, default=None)
    read_at = serializers.DateTimeField(source="delivery.read_at", allow_null=True, default=None)
    served_at = serializers.DateTimeField(source="service.served_at", allow_null=True, default=None)
    means = serializers.CharField(source="service.means", allow_null=True, default=None)
    reason = serializers.CharField(source="service.reason", allow_null=True, default=None)
    acknowledged_at = serializers.DateTimeField(source="acknowledgement.at", allow_null=True, default=None)
    test_days_needed = serializers.IntegerField(
        source="acknowledgement.test_days_needed", allow_null=True, default=None
    )
    reminders = serializers.IntegerField()
    reminded_at = serializers.DateTimeField(allow_null=True)


class RemindedSerializer(serializers.Serializer[Any]):
    reminded = serializers.IntegerField(help_text="How many recipients were reminded.")


class CertificateSerializer(serializers.Serializer[Any]):
    """The certificate of service of a notice; ``digest`` is the SHA-256 of the list of recipients."""

    notice = NoticeSerializer()
    at = serializers.DateTimeField()
    homes = serializers.IntegerField()
    served = serializers.IntegerField()
    digest = serializers.CharField()
    rows = ServiceLineSerializer(many=True)
