"""What acts take by API beside their own answers."""

from typing import Any

from rest_framework import serializers

from portal.workflow.said import LONGEST


class SeenSerializer(serializers.Serializer[Any]):
    """The version of the row that the caller has seen, so that nothing is done to what somebody else has changed."""

    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class WhySerializer(SeenSerializer):
    """Why, and the version seen."""

    why = serializers.CharField(max_length=LONGEST)
