"""Alerts of activations by API, to be read on and on: each exactly once."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from devices.alerts import may as may_hook
from devices.alerts import queries, verbs
from devices.alerts.models import Webhook
from devices.alerts.reading import Cursor
from devices.fleet import may
from portal.people.api_base import Acting
from portal.people.api_inputs import SeenSerializer
from portal.workflow.errors import Invalid

USUAL, MOST = 100, 1_000
_PARAMETERS = [
    OpenApiParameter("after", str, description="The `cursor` of the page before, opaque; without it, the beginning."),
    OpenApiParameter("limit", int, description="Alerts a page: 100, at most 1,000."),
]


class ActivationAlertSerializer(serializers.Serializer[Any]):
    """``id`` names an alert for ever; ``fuels`` is what the supplier supplies to the hub's home."""

    id = serializers.CharField(source="place")
    code = serializers.SerializerMethodField()
    at = serializers.DateTimeField()
    chf = serializers.CharField()
    version = serializers.CharField()
    release = serializers.CharField(source="rollout.release.reference")
    rollout = serializers.CharField(source="rollout.reference")
    supplier = serializers.CharField(source="supplier.name")
    fuels = serializers.ListField(child=serializers.CharField())

    def get_code(self, alert: queries.Alert) -> str:
        """The code of the alert."""
        return str(settings.ACTIVATION_ALERT_CODE)


class ActivationAlertPageSerializer(serializers.Serializer[Any]):
    """``cursor``, and the address ``next`` with it, are always given; ``more``: ask on at once."""

    cursor = serializers.CharField()
    next = serializers.URLField()
    more = serializers.BooleanField()
    results = ActivationAlertSerializer(many=True)


class ActivationAlertViewSet(Acting, ViewSet):
    """One alert for each hub that activated and each supplier responsible for its home, in a standing order."""

    @extend_schema(responses=ActivationAlertPageSerializer, operation_id="activation_alerts", parameters=_PARAMETERS)
    def list(self, request: Request) -> Response:
        """Read alerts from a cursor on; keep the cursor of the last page and ask with it again later."""
        may.see_fleet(by=self.actor)
        start, size = _start(request.query_params.get("after", "")), _size(request.query_params.get("limit", ""))
        found = queries.page(self.actor, start, size)
        query = request.query_params.copy()
        query["after"] = str(found.following)
        address = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        rows = ActivationAlertSerializer(found.rows, many=True).data
        return Response({"cursor": str(found.following), "next": address, "more": found.more, "results": rows})


def _start(text: str) -> Cursor:
    try:
        return Cursor.read(text) if text else Cursor()
    except ValueError:
        raise Invalid("after is no cursor: give the `cursor` of the page before, or leave it out to begin.") from None


def _size(text: str) -> int:
    if not text:
        return USUAL
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST):
        raise Invalid(f"limit is a whole number from 1 to {MOST:,}.")
    return int(text)


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """Where a supplier's alerts are sent, and how that goes; ``secret`` signs every call."""

    secret = serializers.CharField(read_only=True)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)

    class Meta:
        model = Webhook
        fields = ("url", "secret", "cursor", "failures", "failure", "is_dead", "taken_at", "version")
        read_only_fields = ("cursor", "failures", "failure", "is_dead", "taken_at")


class WebhookViewSet(Acting, ViewSet):
    """The webhook of the caller's own supplier: one, or none."""

    @extend_schema(responses=WebhookSerializer(many=True), operation_id="activation_webhook")
    def list(self, request: Request) -> Response:
        """Say where alerts are sent, and how that goes: a list of one, or an empty one."""
        may_hook.set_webhook(by=self.actor)
        row = queries.webhook_of(self.actor)
        return Response(WebhookSerializer([row] if row else [], many=True).data)

    @extend_schema(request=WebhookSerializer, responses=WebhookSerializer)
    def create(self, request: Request) -> Response:
        """Have alerts sent to an address from now on, or from where they stopped."""
        answers = WebhookSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen = answers.validated_data
        row = verbs.set_webhook(chosen["url"], seen=chosen["version"], by=self.actor, at=self.at)
        return Response(WebhookSerializer(row).data)

    @extend_schema(request=SeenSerializer, responses=WebhookSerializer)
    @action(detail=False, methods=["post"], url_path="renew-secret")
    def renew_secret(self, request: Request) -> Response:
        """Sign calls with a new secret."""
        return Response(WebhookSerializer(verbs.renew_secret(by=self.actor, at=self.at, seen=_seen(request))).data)

    @extend_schema(request=SeenSerializer, responses={204: None})
    @action(detail=False, methods=["post"])
    def remove(self, request: Request) -> Response:
        """Send alerts nowhere any more."""
        verbs.remove_webhook(by=self.actor, at=self.at, seen=_seen(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _seen(request: Request) -> int | None:
    answers = SeenSerializer(data=request.data)
    answers.is_valid(raise_exception=True)
    seen: int | None = answers.validated_data["version"]
    return seen


ENTRIES = [
    ("activation-alerts", ActivationAlertViewSet, "activation-alert"),
    ("activation-webhook", WebhookViewSet, "activation-webhook"),
]
