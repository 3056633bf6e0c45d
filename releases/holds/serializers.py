"""What the API shows of holds and takes for their acts."""

from rest_framework import serializers

from portal.people.api_inputs import WhySerializer
from releases.holds.forms import BY_PEOPLE
from releases.holds.models import Hold, Stage
from releases.products.cohort_serializers import CohortField
from releases.publishing.models import Release


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """A hold; the cause reads "Restricted" where a security issue is behind it."""

    release = serializers.SlugRelatedField[Release](slug_field="reference", read_only=True)
    cohort = CohortField(read_only=True)
    cause = serializers.CharField(source="cause_words", read_only=True)

    class Meta:
        model = Hold
        fields = (
            "reference",
            "release",
            "stage",
            "cohort",
            "cause",
            "condition",
            "state",
            "placed_at",
            "review_at",
            "lift_notified_at",
            "lifted_at",
            "version",
        )


class PlaceSerializer(serializers.Serializer[Hold]):
    """A hold by DCC's own decision; no release means every release."""

    release = serializers.CharField(required=False, allow_null=True, default=None, max_length=20)
    cohort = CohortField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    cause_text = serializers.CharField(max_length=300)
    review_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ReviewSerializer(WhySerializer):
    """Why it still stands, and when that is asked again."""

    review_at = serializers.DateTimeField()


class LiftSerializer(WhySerializer):
    """The ground on which the hold ends, and the reason."""

    ground = serializers.ChoiceField(choices=[(ground.value, ground.label) for ground in BY_PEOPLE])
