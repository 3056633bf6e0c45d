"""Cohorts in the API: an object of axes, each a list; an axis left out selects everything on it.

Nobody selects every home by leaving everything out: as on the pages, that is said.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.workflow.errors import Invalid
from releases.products.cohorts import Cohort
from releases.products.models import HanVariant, Region, Selected, Smets


class _AxesSerializer(serializers.Serializer[Any]):
    hub_models = serializers.ListField(child=serializers.IntegerField(), required=False)
    firmware = serializers.ListField(child=serializers.IntegerField(), required=False)
    regions = serializers.ListField(child=serializers.ChoiceField(choices=Region.choices), required=False)
    han_variants = serializers.ListField(child=serializers.ChoiceField(choices=HanVariant.choices), required=False)
    esme = serializers.ListField(child=serializers.IntegerField(), required=False)
    gsme = serializers.ListField(child=serializers.IntegerField(), required=False)
    displays = serializers.ListField(child=serializers.IntegerField(), required=False)
    smets = serializers.ListField(child=serializers.ChoiceField(choices=Smets.choices), required=False)
    suppliers = serializers.ListField(child=serializers.IntegerField(), required=False)
    everything = serializers.BooleanField(required=False, help_text="True, and no axis: every home.")


@extend_schema_field(_AxesSerializer)
class CohortField(serializers.Field):  # type: ignore[type-arg]  # not generic at run time
    """Reads an object of axes as a `Cohort`; shows the cohort a row names.

    With `asking`, an object without axes is refused unless it says ``everything``.
    """

    def __init__(self, *, asking: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asking = asking

    def get_attribute(self, instance: Selected) -> Cohort:
        return Cohort.of(instance)

    def to_representation(self, value: Cohort) -> dict[str, list[Any]]:
        return dict(value.as_json())

    def to_internal_value(self, data: Any) -> Cohort:
        if not isinstance(data, dict):
            raise serializers.ValidationError("A cohort is an object of axes.")
        axes = {name: value for name, value in data.items() if name != "everything"}
        try:
            cohort = Cohort.from_json(axes)
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.reason) from refusal
        if cohort.is_everything and self.asking and data.get("everything") is not True:
            raise serializers.ValidationError(
                'No axis selects anything, which is every home: choose some, or send {"everything": true}.'
            )
        return cohort
