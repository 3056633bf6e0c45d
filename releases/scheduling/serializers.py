"""What the API shows of exercises and statements, and what it takes."""

from typing import Any

from rest_framework import serializers

from portal.workflow.said import LONGEST
from releases.products.models import Region
from releases.scheduling.models import Exercise, Statement
from releases.scheduling.problem import Placement, Schedule
from releases.scheduling.verbs import Terms
from releases.scheduling.wishes import LONGEST_REASON, Blackout, Wishes

MOST = 100_000_000


class SeenExerciseSerializer(serializers.Serializer[Any]):
    """An act without further answers. ``version``: the version the caller has seen."""

    version = serializers.IntegerField(allow_null=True, default=None)


class RegionHomesSerializer(serializers.Serializer[Any]):
    """Homes a night by region; a region left out is not asked."""

    north = serializers.IntegerField(required=False, min_value=0, max_value=MOST)
    central = serializers.IntegerField(required=False, min_value=0, max_value=MOST)
    south = serializers.IntegerField(required=False, min_value=0, max_value=MOST)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what names no region, before it is left out without a word."""
        wrong = {name: ["There is no such region."] for name in data if name not in self.fields}
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class ExerciseSerializer(serializers.ModelSerializer[Exercise]):
    """An exercise: its frame, and how it stands."""

    release = serializers.SlugRelatedField[Any](slug_field="reference", read_only=True)
    reruns = serializers.SlugRelatedField[Any](slug_field="reference", read_only=True)
    capacity = RegionHomesSerializer(read_only=True)

    class Meta:
        model = Exercise
        fields = (
            "reference",
            "release",
            "reruns",
            "first",
            "last",
            "capacity",
            "weekends",
            "bank_holidays",
            "deployment_on",
            "notice_over",
            "valid_to",
            "closes_at",
            "opened_at",
            "closed_at",
            "confirmed_at",
            "reasons",
            "state",
            "version",
        )
        read_only_fields = fields


class TermsSerializer(SeenExerciseSerializer):
    """What DCC sets."""

    first = serializers.DateField()
    last = serializers.DateField()
    capacity = RegionHomesSerializer()
    weekends = serializers.BooleanField(default=False)
    bank_holidays = serializers.BooleanField(default=False)
    deployment_on = serializers.DateField()
    closes_at = serializers.DateTimeField()

    @property
    def terms(self) -> Terms:
        """What was answered, as the verbs take it."""
        names = ("first", "last", "weekends", "bank_holidays", "deployment_on", "closes_at")
        chosen = self.validated_data
        return Terms(capacity=dict(chosen["capacity"]), **{name: chosen[name] for name in names})


class OpenExerciseSerializer(TermsSerializer):
    release = serializers.CharField(max_length=20)


class ChangeExerciseSerializer(TermsSerializer):
    why = serializers.CharField(max_length=LONGEST)


class ExerciseReasonSerializer(SeenExerciseSerializer):
    why = serializers.CharField(max_length=LONGEST)


class ReopenExerciseSerializer(ExerciseReasonSerializer):
    closes_at = serializers.DateTimeField()


class BlackoutSerializer(serializers.Serializer[Any]):
    """Days ruled out (``firm``, with a reason) or rather avoided; without ``regions`` in every one."""

    first = serializers.DateField()
    last = serializers.DateField()
    firm = serializers.BooleanField(default=True)
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")
    regions = serializers.ListField(child=serializers.ChoiceField(choices=Region.choices), default=list)


class StatementSerializer(serializers.ModelSerializer[Statement]):
    """What a party states: of one's own, and for DCC of all."""

    organisation = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    blackouts = BlackoutSerializer(many=True, read_only=True)
    limits = RegionHomesSerializer(read_only=True)

    class Meta:
        model = Statement
        fields = (
            "organisation",
            "blackouts",
            "preferred",
            "limits",
            "shares_reasons",
            "remark",
            "made_by_name",
            "made_at",
            "left_at",
            "version",
        )
        read_only_fields = fields


class StateSerializer(serializers.Serializer[Any]):
    """What a party states, instead of what stood. ``version`` is that of its statement, 0 for none."""

    organisation = serializers.SlugField()
    blackouts = BlackoutSerializer(many=True, default=list)
    preferred = serializers.ListField(child=serializers.DateField(), default=list, max_length=60)
    limits = RegionHomesSerializer(default=dict)
    shares_reasons = serializers.BooleanField(default=False)
    remark = serializers.CharField(max_length=LONGEST, allow_blank=True, default="")
    version = serializers.IntegerField(allow_null=True, default=None)

    @property
    def wishes(self) -> Wishes:
        """What was answered, as the verb takes it."""
        chosen = self.validated_data
        return Wishes(
            blackouts=[
                Blackout(**one | {"regions": tuple(dict.fromkeys(one["regions"]))}) for one in chosen["blackouts"]
            ],
            preferred=chosen["preferred"],
            limits=dict(chosen["limits"]),
            shares_reasons=chosen["shares_reasons"],
            remark=chosen["remark"],
        )


class PlacementSerializer(serializers.Serializer[Any]):
    """So many homes of a group, by its number from 1, on one night."""

    group = serializers.IntegerField(min_value=1)
    night = serializers.DateField()
    homes = serializers.IntegerField(min_value=1)


class ConfirmExerciseSerializer(ExerciseReasonSerializer):
    """A schedule, whole, and DCC's reasons."""

    schedule = PlacementSerializer(many=True)

    @property
    def placements(self) -> Schedule:
        """The schedule as the verb takes it."""
        rows = self.validated_data["schedule"]
        return tuple(Placement(row["group"] - 1, row["night"], row["homes"]) for row in rows)


class FirmNightSerializer(serializers.Serializer[Any]):
    """Homes activated on a night in a region: one's own, for DCC all."""

    night = serializers.DateField()
    region = serializers.CharField()
    homes = serializers.IntegerField()


class OutcomeSerializer(serializers.Serializer[Any]):
    """What one party asked, what it gets, and why."""

    party = serializers.CharField(source="name")
    homes = serializers.IntegerField()
    as_asked = serializers.IntegerField()
    outside = serializers.IntegerField()
    avoided = serializers.IntegerField()
    conflict = serializers.FloatField()
    first = serializers.DateField(allow_null=True)
    last = serializers.DateField(allow_null=True)
    asked = serializers.CharField()
    why = serializers.CharField()
    is_worst = serializers.BooleanField()


class LeaveSerializer(serializers.Serializer[Any]):
    """For which organisation (slug)."""

    organisation = serializers.SlugField()


class TotalsSerializer(serializers.Serializer[Any]):
    """What everybody in the exercise sees of a party: numbers; reasons only where they are shared."""

    name = serializers.CharField()
    homes = serializers.IntegerField()
    stated = serializers.BooleanField()
    ruled_out = serializers.IntegerField()
    avoided = serializers.IntegerField()
    preferred = serializers.IntegerField()
    limits = serializers.SerializerMethodField()
    reasons = BlackoutSerializer(many=True)

    def get_limits(self, row: Any) -> dict[str, int]:
        """Most homes a night by region."""
        return dict(row.limits)
