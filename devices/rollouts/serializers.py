"""What the API shows of rollouts and takes for their acts."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from devices.rollouts import insight, queries, strata
from devices.rollouts.models import ExitReport, Rollout, Wave
from devices.rollouts.plans import MOST_SECONDS
from devices.rollouts.states import HubState
from devices.simulator.scenarios import SCENARIOS
from portal.people.api_inputs import SeenSerializer
from releases.holds.models import Stage as HoldStage
from releases.products.models import Region
from releases.publishing.models import Release


class WaveSerializer(serializers.ModelSerializer[Wave]):
    """A wave with its number from 1, as the pages have it, and its verdicts by stage."""

    number = serializers.SerializerMethodField()

    class Meta:
        model = Wave
        fields = ("number", "hubs", "state", "verdicts")

    def get_number(self, wave: Wave) -> int:
        return wave.number + 1


class RolloutSerializer(serializers.ModelSerializer[Rollout]):
    """A rollout as it stands; a catch-up wave names the rollout whose hubs it takes, and its earliest start."""

    release = serializers.SlugRelatedField[Release](slug_field="reference", read_only=True)
    catches_up = serializers.SlugRelatedField[Rollout](slug_field="reference", read_only=True)

    class Meta:
        model = Rollout
        fields = (
            "reference",
            "release",
            "catches_up",
            "starts_from",
            "state",
            "hubs",
            "turns",
            "thresholds",
            "scenario",
            "planned_by_name",
            "planned_at",
            "approved_by_name",
            "approved_at",
            "deployment_started_at",
            "activation_started_at",
            "stood_still_at",
            "stood_still_why",
            "finished_at",
            "version",
        )


class AtFaultSerializer(serializers.Serializer[Any]):
    """A part of a wave that a verdict found over its limit: the key that a hold takes, and its figures in words."""

    key = serializers.CharField()
    words = serializers.CharField()


class ShortNightSerializer(serializers.Serializer[Any]):
    """A firm night for which a region's nightly capacity is too small: ``left`` of its ``hubs`` are not asked."""

    night = serializers.DateField()
    region = serializers.CharField()
    hubs = serializers.IntegerField()
    capacity = serializers.IntegerField()
    left = serializers.IntegerField()
    words = serializers.CharField()


class RolloutDetailSerializer(RolloutSerializer):
    """A rollout with its waves, its parts at fault, its hubs by state and region, and the firm nights to come that are
    short of capacity."""

    at_fault = serializers.SerializerMethodField()
    waves = WaveSerializer(many=True, read_only=True)
    by_state = serializers.SerializerMethodField()
    by_region = serializers.SerializerMethodField()
    short = serializers.SerializerMethodField()

    class Meta:
        model = Rollout
        fields = (*RolloutSerializer.Meta.fields, "waves", "at_fault", "by_state", "by_region", "short")

    def to_representation(self, instance: Rollout) -> dict[str, Any]:
        """Count once for both tables."""
        self._figures = queries.figures(instance)
        return super().to_representation(instance)

    @extend_schema_field(AtFaultSerializer(many=True))
    def get_at_fault(self, rollout: Rollout) -> Any:
        return AtFaultSerializer(strata.found_at_fault(rollout), many=True).data

    def get_by_state(self, rollout: Rollout) -> dict[str, int]:
        return _words(self._figures.by_state)

    def get_by_region(self, rollout: Rollout) -> dict[str, dict[str, int]]:
        return {region: _words(counts) for region, counts in self._figures.by_region.items()}

    @extend_schema_field(ShortNightSerializer(many=True))
    def get_short(self, rollout: Rollout) -> Any:
        found = insight.short_nights(rollout, list(rollout.waves.all()), self._figures)
        return ShortNightSerializer(found, many=True).data


def _words(counts: dict[HubState, int]) -> dict[str, int]:
    return {state.word: count for state, count in counts.items()}


class WavePartSerializer(serializers.Serializer[Any]):
    """A number of hubs or a share of all, of some regions or, where none is named, of every region."""

    hubs = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)
    share = serializers.FloatField(required=False, allow_null=True, default=None)
    regions = serializers.ListField(
        child=serializers.ChoiceField(choices=Region.choices), required=False, default=list, max_length=len(Region)
    )


class WaveSpecSerializer(WavePartSerializer):
    """The size of a wave: a number of hubs or a share of all; or parts, each of its own regions."""

    parts = WavePartSerializer(many=True, required=False, default=list)


class PlanSerializer(serializers.Serializer[Any]):
    """A plan: like the form of the page."""

    release = serializers.CharField(max_length=20)
    waves = serializers.ListField(child=WaveSpecSerializer(), min_length=1, max_length=50)
    limit = serializers.FloatField(default=0.05)
    minimum = serializers.IntegerField(default=200, min_value=1)
    confidence = serializers.FloatField(default=0.95)
    turns = serializers.IntegerField(default=3, min_value=1, max_value=8)
    answer_seconds = serializers.IntegerField(default=900, min_value=0, max_value=MOST_SECONDS)
    retry_seconds = serializers.IntegerField(default=14_400, min_value=0, max_value=MOST_SECONDS)
    soak_seconds = serializers.IntegerField(default=3_600, min_value=0, max_value=MOST_SECONDS)
    window_opens = serializers.TimeField(required=False, allow_null=True, default=None)
    window_closes = serializers.TimeField(required=False, allow_null=True, default=None)
    scenario = serializers.ChoiceField(choices=list(SCENARIOS), default="calm")


class RunSerializer(serializers.Serializer[Any]):
    """When a wave opens and is judged in one programme; null: never."""

    opens_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class WavePlanSerializer(serializers.Serializer[Any]):
    """A wave of a plan: its hubs, by region in the order North, Central, South, and when it would run."""

    number = serializers.IntegerField()
    hubs = serializers.IntegerField()
    by_region = serializers.ListField(child=serializers.IntegerField())
    deployment = RunSerializer()
    activation = RunSerializer()


class ShareSerializer(serializers.Serializer[Any]):
    """So many hubs, why, and the hold behind it, if any."""

    hubs = serializers.IntegerField()
    why = serializers.CharField()
    hold = serializers.CharField()


class ReachSerializer(serializers.Serializer[Any]):
    """Whom a rollout would reach today, what of it waits, and what its models' other hubs are left out for."""

    hubs = serializers.IntegerField()
    homes = serializers.IntegerField()
    suppliers = serializers.IntegerField()
    by_region = serializers.DictField(child=serializers.IntegerField())
    held = serializers.IntegerField()
    waiting = ShareSerializer(many=True)
    excluded = ShareSerializer(many=True)


class DeadlineSerializer(serializers.Serializer[Any]):
    """A validity date that the plan would pass, for how many hubs; one that ``blocks`` forbids the plan."""

    hubs = serializers.IntegerField()
    words = serializers.CharField()
    blocks = serializers.BooleanField()


class ForesightSerializer(serializers.Serializer[Any]):
    """When a plan would run, if nothing stops it."""

    waves = WavePlanSerializer(many=True)
    nights = serializers.DictField(child=serializers.IntegerField())
    deployed_by = serializers.DateTimeField(allow_null=True)
    finished_by = serializers.DateTimeField(allow_null=True)
    deadlines = DeadlineSerializer(many=True)
    short = ShortNightSerializer(many=True)
    elsewhere = serializers.ListField(child=serializers.CharField())
    is_refused = serializers.BooleanField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What a plan would do: nothing is saved."""

    reach = ReachSerializer()
    foresight = ForesightSerializer()


class ExitReportSerializer(serializers.ModelSerializer[ExitReport]):
    """A published exit report; ``figures`` is what its page shows, as data."""

    class Meta:
        model = ExitReport
        fields = ("published_at", "published_by_name", "remarks", "figures")


class CapacitySerializer(serializers.Serializer[Any]):
    """Hubs of a region that may be asked in one night; null: as many as come. ``version`` 0: never stated."""

    deployment = serializers.IntegerField(allow_null=True, min_value=0, max_value=100_000_000)
    activation = serializers.IntegerField(allow_null=True, min_value=0, max_value=100_000_000)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class NightSerializer(serializers.Serializer[Any]):
    """Hubs asked in one night, which begins at noon of its day."""

    begins = serializers.DateField()
    deployment = serializers.IntegerField()
    activation = serializers.IntegerField()


class FirmLoadSerializer(serializers.Serializer[Any]):
    """Homes to be activated on one firm night, of all releases together."""

    night = serializers.DateField()
    homes = serializers.IntegerField()


class RegionNightsSerializer(serializers.Serializer[Any]):
    """A region with its stated capacity, null where none is, its last nights, and the firm nights to come, null for a
    region that is not one's own."""

    region = serializers.CharField()
    capacity = CapacitySerializer(allow_null=True)
    nights = NightSerializer(many=True)
    firm = FirmLoadSerializer(many=True, allow_null=True)


class HoldPartSerializer(SeenSerializer):
    """A part at fault, by the key that ``at_fault`` of the rollout gives it, and what its hold stops."""

    part = serializers.CharField(max_length=60)
    stage = serializers.ChoiceField(choices=HoldStage.choices)


class RemarksSerializer(SeenSerializer):
    """What is added to the figures."""

    remarks = serializers.CharField(required=False, allow_blank=True, default="", max_length=10_000)
