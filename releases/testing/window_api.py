"""What becomes of a booked window, by API: the same rules as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from portal.people.api_base import Acting
from releases.testing import verbs
from releases.testing.models import Environment, Extension, Rig
from releases.testing.serializers import CancelSerializer, WindowSerializer


class RescheduleSerializer(serializers.Serializer[Any]):
    """Where and when instead; without ``rigs`` the window keeps those it has."""

    environment = serializers.SlugRelatedField[Environment](slug_field="slug", queryset=Environment.objects.all())
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    rigs = serializers.PrimaryKeyRelatedField[Rig](many=True, queryset=Rig.objects.all(), required=False)
    why = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class AskExtensionSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField()
    why = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    window = serializers.CharField(source="window.reference", read_only=True)

    class Meta:
        model = Extension
        fields = ("id", "window", "until", "why", "state", "asked_at", "answered_at", "answer", "version")
        read_only_fields = fields


class ChangingWindows(Acting):
    """The acts on a booked window, for the viewset of windows."""

    get_object: Any

    @extend_schema(request=RescheduleSerializer, responses=WindowSerializer)
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, reference: str) -> Response:
        """Move a window that has not begun; DCC says why when it moves somebody else's."""
        window, chosen = self.get_object(), _given(RescheduleSerializer, request)
        return Response(WindowSerializer(verbs.reschedule(window, **chosen, by=self.actor, at=self.at)).data)

    @extend_schema(request=CancelSerializer, responses=WindowSerializer)
    @action(detail=True, methods=["post"], url_path="no-show")
    def no_show(self, request: Request, reference: str) -> Response:
        """Record that nobody came to a window that has begun (DCC)."""
        window, chosen = self.get_object(), _given(CancelSerializer, request)
        return Response(WindowSerializer(verbs.record_no_show(window, **chosen, by=self.actor, at=self.at)).data)

    @extend_schema(methods=["get"], responses=ExtensionSerializer(many=True), filters=False)
    @extend_schema(methods=["post"], request=AskExtensionSerializer, responses={201: ExtensionSerializer})
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def extensions(self, request: Request, reference: str) -> Response:
        """The wishes to keep a window for longer; or ask for one."""
        window = self.get_object()
        if request.method == "GET":
            return Response(ExtensionSerializer(window.extensions.select_related("window"), many=True).data)
        chosen = _given(AskExtensionSerializer, request)
        row = verbs.ask_extension(window, **chosen, by=self.actor, at=self.at)
        return Response(ExtensionSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CancelSerializer, responses=ExtensionSerializer)
    @action(detail=True, methods=["post"], url_path=r"extensions/(?P<extension>\d+)/grant")
    def grant_extension(self, request: Request, reference: str, extension: str) -> Response:
        """Let a window last until the time asked for (DCC)."""
        row = get_object_or_404(self.get_object().extensions, pk=extension)
        granted = verbs.grant_extension(row, **_given(CancelSerializer, request), by=self.actor, at=self.at)
        return Response(ExtensionSerializer(granted).data)

    @extend_schema(request=CancelSerializer, responses=ExtensionSerializer)
    @action(detail=True, methods=["post"], url_path=r"extensions/(?P<extension>\d+)/refuse")
    def refuse_extension(self, request: Request, reference: str, extension: str) -> Response:
        """Refuse to let a window last longer, with the reason (DCC)."""
        row = get_object_or_404(self.get_object().extensions, pk=extension)
        refused = verbs.refuse_extension(row, **_given(CancelSerializer, request), by=self.actor, at=self.at)
        return Response(ExtensionSerializer(refused).data)


def _given(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the answers as a verb takes them."""
    answers = serializer(data=request.data)
    answers.is_valid(raise_exception=True)
    chosen = dict(answers.validated_data)
    return chosen | {"seen": chosen.pop("version")}
