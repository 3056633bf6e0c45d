"""The record by API: its hashes and what verifying it has found."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.journal.models import Block, Verification
from portal.journal.queries import Record, the_record
from portal.people import may, verbs
from portal.people.api_base import Acting


class BlockSerializer(serializers.ModelSerializer[Block]):
    class Meta:
        model = Block
        fields = ("number", "previous_hash", "hash", "entries", "sealed_at")


class VerificationSerializer(serializers.ModelSerializer[Verification]):
    class Meta:
        model = Verification
        fields = ("at", "by_name", "blocks", "head", "unsealed", "faults")


class RecordSerializer(serializers.Serializer[Record]):
    """How the sealed record stands, newest first."""

    blocks = serializers.IntegerField()
    entries = serializers.IntegerField()
    unsealed = serializers.IntegerField()
    verifications = VerificationSerializer(many=True)
    latest = BlockSerializer(many=True)


class RecordViewSet(Acting, ViewSet):
    """The sealed record of what was done; for those who audit it."""

    @extend_schema(responses=RecordSerializer, operation_id="record_retrieve")
    def list(self, request: Request) -> Response:
        """Return how many blocks and entries there are, the last verifications and the last blocks."""
        may.verify_record(by=self.actor)
        return Response(RecordSerializer(the_record()).data)

    @extend_schema(request=None, responses=RecordSerializer)
    @action(detail=False, methods=["post"])
    def verify(self, request: Request) -> Response:
        """Have the record verified by a worker, and return how it stands; what was found is there in a moment."""
        verbs.verify_record(by=self.actor, at=self.at)
        return Response(RecordSerializer(the_record()).data)
