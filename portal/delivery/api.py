"""The inbox by API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet, ViewSet

from portal.delivery import queries, verbs
from portal.delivery.forms import InboxForm
from portal.delivery.kinds import kinds
from portal.delivery.models import Delivery, Preference
from portal.workflow.actor import Actor


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A message in the inbox; its text is given once it was opened, because opening is service."""

    kind = serializers.CharField(source="message.kind", read_only=True)
    statutory = serializers.BooleanField(source="message.statutory", read_only=True)
    subject = serializers.CharField(source="message.subject", read_only=True)
    told_at = serializers.DateTimeField(source="message.at", read_only=True)
    about = serializers.CharField(source="message.about", read_only=True)
    body = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = ("id", "recipient", "kind", "statutory", "subject", "about", "told_at", "read_at", "body")

    def get_body(self, delivery: Delivery) -> str | None:
        """Return the text of an opened message, else nothing."""
        return delivery.text if delivery.read_at else None


class PreferenceSerializer(serializers.Serializer[Any]):
    """How one kind of message reaches the caller besides the inbox; statutory kinds are always mailed at once."""

    kind = serializers.CharField()
    title = serializers.CharField(read_only=True)
    statutory = serializers.BooleanField(read_only=True)
    how = serializers.ChoiceField(choices=Preference.How.choices)


class CountSerializer(serializers.Serializer[None]):
    """How many messages were marked."""

    count = serializers.IntegerField(read_only=True)


class MessageViewSet(ReadOnlyModelViewSet[Delivery]):
    """What the caller and the organisation acted for were told, newest first."""

    serializer_class = DeliverySerializer
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        actor: Actor = self.request._request.actor  # type: ignore[attr-defined]  # put there by the middleware
        return queries.listed(actor, InboxForm(self.request.GET).chosen)

    @extend_schema(
        parameters=[
            OpenApiParameter("show", str, enum=["unread", "statutory"]),
            OpenApiParameter("kind", str),
            OpenApiParameter("about", str, description="Reference of a release."),
            OpenApiParameter("search", str, description="Subjects, and the texts of opened messages."),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the messages that fit the filters, newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Open a message: the first time is recorded, and serves a notice."""
        actor, at = request._request.actor, request._request.at  # type: ignore[attr-defined]  # as above
        opened = verbs.read(self.get_object(), by=actor, at=at)
        return Response(DeliverySerializer(opened).data)

    @extend_schema(request=None, responses=CountSerializer)
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark everything as read that is not statutory; statutory messages are opened one by one."""
        actor, at = request._request.actor, request._request.at  # type: ignore[attr-defined]  # as above
        return Response({"count": verbs.read_all(by=actor, at=at)})


class PreferenceViewSet(ViewSet):
    """What is mailed to the caller, by kind of message."""

    @extend_schema(responses=PreferenceSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Return every kind of message with the caller's wish."""
        actor: Actor = request._request.actor  # type: ignore[attr-defined]  # as above
        return Response(PreferenceSerializer(kinds(actor), many=True).data)

    @extend_schema(request=PreferenceSerializer, responses=PreferenceSerializer(many=True))
    def create(self, request: Request) -> Response:
        """Choose how one kind reaches the caller: mail, digest or inbox."""
        answers = PreferenceSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        actor, at = request._request.actor, request._request.at  # type: ignore[attr-defined]  # as above
        verbs.prefer(**answers.validated_data, by=actor, at=at)
        return self.list(request)


ENTRIES = [("messages", MessageViewSet, "message"), ("mail-preferences", PreferenceViewSet, "mail-preference")]
