"""Cohorts in the API: an object of axes, each a list; an axis left out selects everything on it."""

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


@extend_schema_field(_AxesSerializer)
class CohortField(serializers.Field):  # type: ignore[type-arg]  # not generic at run time
    """Reads an object of axes as a `Cohort`; shows the cohort a row names."""

    def get_attribute(self, instance: Selected) -> Cohort:
        return Cohort.of(instance)

    def to_representation(self, value: Cohort) -> dict[str, list[Any]]:
        return dict(value.as_json())

    def to_internal_value(self, data: Any) -> Cohort:
        if not isinstance(data, dict):
            raise serializers.ValidationError("A cohort is an object of axes.")
        try:
            return Cohort.from_json(data)
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.reason) from refusal
