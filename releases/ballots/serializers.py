"""What the API shows of objections, ballots and determinations, and what it takes for their acts. Never a vote."""

from typing import Any

from rest_framework import serializers

from portal.people.api_inputs import SeenSerializer, WhySerializer
from portal.people.models import Committee, Organisation
from releases.ballots import bundle
from releases.ballots.models import AppealResult, Ballot, Determination, Exhibit, Meeting, Objection, Remedy
from releases.ballots.roll import Roll, roll_of
from releases.issues.models import Issue
from releases.products.cohort_serializers import CohortField
from releases.publishing.models import Release

Slug = serializers.SlugRelatedField


class ObjectionSerializer(serializers.ModelSerializer[Objection]):
    release = Slug[Release](slug_field="reference", read_only=True)
    organisation = Slug[Organisation](slug_field="slug", read_only=True)
    cohort = CohortField(read_only=True)

    class Meta:
        model = Objection
        fields = (
            "reference",
            "release",
            "organisation",
            "lodged_at",
            "state",
            "due_at",
            "is_limited",
            "is_late",
            "cohort",
            "evidence",
            "remedy",
            "defer_to",
            "answer",
            "offered",
            "return_reason",
            "version",
        )
        read_only_fields = fields


class BallotSerializer(serializers.ModelSerializer[Ballot]):
    """A ballot with its turnout; the tally appears when the votes are opened."""

    release = Slug[Release](slug_field="reference", read_only=True)
    committee = Slug[Committee](slug_field="slug", read_only=True)
    objections = Slug[Objection](slug_field="reference", read_only=True, many=True)
    follows = Slug[Ballot](slug_field="reference", read_only=True)
    meeting = Slug[Meeting](slug_field="reference", read_only=True)
    turnout = serializers.SerializerMethodField()
    entitled = serializers.SerializerMethodField()
    working = serializers.SerializerMethodField()

    class Meta:
        model = Ballot
        fields = (
            "reference",
            "release",
            "committee",
            "kind",
            "recommends",
            "recommendation",
            "follows",
            "meeting",
            "objections",
            "question",
            "state",
            "opens_at",
            "opened_at",
            "closes_at",
            "closed_at",
            "extended_at",
            "defer_to",
            "safeguard",
            "roll_hash",
            "turnout",
            "entitled",
            "working",
            "void_reason",
            "version",
        )
        read_only_fields = fields

    def get_turnout(self, ballot: Ballot) -> int:
        """How many entitled seats have voted."""
        return self._roll(ballot).turnout

    def get_entitled(self, ballot: Ballot) -> int:
        """How many seats may vote, the recused left out."""
        return len(self._roll(ballot).base)

    def _roll(self, ballot: Ballot) -> Roll:
        """The roll as the view has read it for a whole page, or read now."""
        return self.context.get("rolls", {}).get(ballot.pk) or roll_of(ballot)

    def get_working(self, ballot: Ballot) -> list[str]:
        """The count in sentences; empty until the votes are opened."""
        shown = bundle.result(ballot)
        return list(shown.working) if shown else []


class MemberSerializer(serializers.Serializer[bundle.Member]):
    """A row of the roll: its number names the member to whoever rules on interests. Never what was voted."""

    member = serializers.IntegerField(source="row.pk")
    name = serializers.CharField(source="row.name")
    organisation = serializers.CharField(source="row.organisation_name")
    capacity = serializers.CharField()
    constituency = serializers.CharField()
    standing = serializers.CharField()
    reason = serializers.CharField()
    has_voted = serializers.BooleanField()


class DeterminationSerializer(serializers.ModelSerializer[Determination]):
    ballot = Slug[Ballot](slug_field="reference", read_only=True)
    release = Slug[Release](slug_field="reference", source="ballot.release", read_only=True)
    tally = serializers.SerializerMethodField()
    casting_vote = serializers.SerializerMethodField()

    class Meta:
        model = Determination
        fields = (
            "reference",
            "ballot",
            "release",
            "outcome",
            "is_safeguarded",
            "override_carried",
            "defer_to",
            "effects",
            "rule_in_words",
            "tally",
            "casting_vote",
            "reasons",
            "minority_statement",
            "decided_at",
            "published_at",
            "appeal_until",
            "appealed_at",
            "appellant",
            "appeal_grounds",
            "appeal_result",
            "appeal_outcome",
            "appeal_ended_at",
        )
        read_only_fields = fields

    def get_tally(self, determination: Determination) -> dict[str, dict[str, int]] | None:
        """Votes by category and option; null where no vote was opened."""
        ballot = determination.ballot
        return ballot.tally.result["by_category"] if hasattr(ballot, "tally") else None

    def get_casting_vote(self, determination: Determination) -> dict[str, str] | None:
        """The casting vote and its reasons; null where none was given."""
        vote = getattr(determination.ballot, "casting_vote", None)
        return {"choice": vote.choice, "reasons": vote.reasons} if vote else None


class ReasonsSerializer(SeenSerializer):
    reasons = serializers.CharField(max_length=4000)


class AnswerSerializer(SeenSerializer):
    answer = serializers.CharField(max_length=4000)


class NarrowSerializer(AnswerSerializer):
    """DCC's statement and the part of the objection's homes it offers to hold; without one, all of them."""

    cohort = CohortField(asking=False, required=False, allow_null=True, default=None)


class LodgeSerializer(SeenSerializer):
    """An objection: the release, the supplier it is for, and its grounds."""

    release = serializers.CharField(max_length=20)
    supplier = Slug[Organisation](slug_field="slug", queryset=Organisation.objects.all())
    issues = Slug[Issue](slug_field="reference", queryset=Issue.objects.all(), many=True)
    cohort = CohortField()
    evidence = serializers.CharField(max_length=8000)
    remedy = serializers.ChoiceField(choices=Remedy.choices)
    defer_to = serializers.DateTimeField(required=False, allow_null=True, default=None)
    is_limited = serializers.BooleanField(required=False, default=False)


class ExhibitSerializer(serializers.ModelSerializer[Exhibit]):
    """A file of evidence of a party to an objection."""

    organisation = Slug[Organisation](slug_field="slug", read_only=True)

    class Meta:
        model = Exhibit
        fields = ("id", "organisation", "by_name", "at", "file_name", "file_kind", "file_size", "sha256")
        read_only_fields = fields


class AddEvidenceSerializer(SeenSerializer):
    """One or more files of a party, its own supplier."""

    supplier = Slug[Organisation](slug_field="slug", queryset=Organisation.objects.all())
    exhibits = serializers.ListField(child=serializers.FileField(max_length=200))


class JoinSerializer(SeenSerializer):
    supplier = Slug[Organisation](slug_field="slug", queryset=Organisation.objects.all())
    statement = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class DraftSerializer(SeenSerializer):
    release = serializers.CharField(max_length=20)
    committee = Slug[Committee](slug_field="slug", queryset=Committee.objects.all())
    objections = Slug[Objection](slug_field="reference", queryset=Objection.objects.all(), many=True)
    question = serializers.CharField(max_length=2000)
    defer_to = serializers.DateTimeField()
    replaces = Slug[Ballot](
        slug_field="reference", queryset=Ballot.objects.all(), required=False, allow_null=True, default=None
    )
    recommends = serializers.BooleanField(required=False, default=False)


class DraftWaiverSerializer(serializers.Serializer[Any]):
    release = serializers.CharField(max_length=20)
    committee = Slug[Committee](slug_field="slug", queryset=Committee.objects.all())
    question = serializers.CharField(max_length=2000)


class DraftReviewSerializer(DraftWaiverSerializer):
    defer_to = serializers.DateTimeField()


class AgendaSerializer(SeenSerializer):
    """The meeting at which a ballot is voted on; without one it is by correspondence."""

    meeting = Slug[Meeting](slug_field="reference", queryset=Meeting.objects.all(), allow_null=True, default=None)


class DeclareSerializer(serializers.Serializer[Any]):
    has_interest = serializers.BooleanField()
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class RulingSerializer(serializers.Serializer[Any]):
    """The member is the number of the row on the roll."""

    member = serializers.IntegerField()
    recused = serializers.BooleanField()
    reasons = serializers.CharField(max_length=4000)


class StatementSerializer(serializers.Serializer[Any]):
    organisation = Slug[Organisation](slug_field="slug", queryset=Organisation.objects.all())
    text = serializers.CharField(max_length=8000)


class PublishSerializer(ReasonsSerializer):
    minority_statement = serializers.CharField(required=False, allow_blank=True, default="", max_length=8000)


class AppealSerializer(WhySerializer):
    appellant = serializers.CharField(max_length=200)


class AppealOutcomeSerializer(SeenSerializer):
    result = serializers.ChoiceField(choices=AppealResult.choices)
    outcome = serializers.CharField(max_length=4000)
