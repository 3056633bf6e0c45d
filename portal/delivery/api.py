"""The inbox by API."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.delivery import queries, verbs
from portal.delivery.models import Delivery
from portal.workflow.actor import Actor


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A message in the inbox; its text is given once it was opened, because opening is service."""

    kind = serializers.CharField(source="message.kind", read_only=True)
    statutory = serializers.BooleanField(source="message.statutory", read_only=True)
    subject = serializers.CharField(source="message.subject", read_only=True)
    told_at = serializers.DateTimeField(source="message.at", read_only=True)
    body = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = ("id", "recipient", "kind", "statutory", "subject", "told_at", "read_at", "body")

    def get_body(self, delivery: Delivery) -> str | None:
        """Return the text of an opened message, else nothing."""
        return delivery.message.body if delivery.read_at else None


class MessageViewSet(ReadOnlyModelViewSet[Delivery]):
    """What the caller and the organisation acted for were told, newest first."""

    serializer_class = DeliverySerializer
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        actor: Actor = self.request._request.actor  # type: ignore[attr-defined]  # put there by the middleware
        return queries.inbox(actor)

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Open a message: the first time is recorded, and serves a notice."""
        actor, at = request._request.actor, request._request.at  # type: ignore[attr-defined]  # as above
        opened = verbs.read(self.get_object(), by=actor, at=at)
        return Response(DeliverySerializer(opened).data)


ENTRIES = [("messages", MessageViewSet, "message")]
