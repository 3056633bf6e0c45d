"""What the API shows of proposed holds and takes for the decision."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from devices.detection.models import Proposal, SignHeard
from devices.rollouts.models import Rollout
from releases.holds.models import Hold, Stage


class SignEvidenceSerializer(serializers.Serializer[Any]):
    """The working of one sign: how often it was heard of how many hub-watches, after activation and before it in the
    same regions and watches; how often it was expected; the least true ratio; the chance of so many without a fault,
    and what chance was allowed, for how many comparisons at which look."""

    sign = serializers.SerializerMethodField()
    after = serializers.IntegerField()
    watched_after = serializers.IntegerField()
    before = serializers.IntegerField()
    watched_before = serializers.IntegerField()
    expected = serializers.FloatField()
    ratio = serializers.FloatField()
    chance = serializers.FloatField()
    allowed = serializers.FloatField()
    comparisons = serializers.IntegerField()
    look = serializers.IntegerField()

    def get_sign(self, one: dict[str, Any]) -> str:
        """The sign in words."""
        return str(SignHeard(one["sign"]).label)


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """A proposed hold with its evidence; `hold` is the one placed when it was accepted."""

    rollout = serializers.SlugRelatedField[Rollout](slug_field="reference", read_only=True)
    hold = serializers.SlugRelatedField[Hold](slug_field="reference", read_only=True)
    combination = serializers.CharField(read_only=True)
    sign = serializers.CharField(source="get_sign_display", read_only=True)
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields = (
            "reference",
            "rollout",
            "combination",
            "sign",
            "evidence",
            "state",
            "proposed_at",
            "decided_at",
            "decided_by_name",
            "why",
            "hold",
            "version",
        )

    @extend_schema_field(SignEvidenceSerializer(many=True))
    def get_evidence(self, proposal: Proposal) -> Any:
        return SignEvidenceSerializer(proposal.evidence, many=True).data


class AcceptSerializer(serializers.Serializer[Any]):
    """What the hold stops, and the version seen."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class DeclineSerializer(serializers.Serializer[Any]):
    """Why nobody is held, and the version seen."""

    why = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)
