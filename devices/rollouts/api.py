"""Rollouts and nightly capacity by API: the same rules as the pages."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet, ViewSet

from devices.rollouts import firm, foresight, may, nights, plans, queries, verbs
from devices.rollouts.models import Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.serializers import (
    CapacitySerializer,
    ExitReportSerializer,
    HoldPartSerializer,
    PlanSerializer,
    PreviewSerializer,
    RegionNightsSerializer,
    RemarksSerializer,
    RolloutDetailSerializer,
    RolloutSerializer,
)
from devices.rollouts.verdicts import Thresholds
from portal.people.api_base import Acting
from portal.people.api_inputs import SeenSerializer, WhySerializer
from portal.workflow.errors import Invalid
from releases.holds.serializers import HoldSerializer
from releases.publishing.queries import visible_to as visible_releases


class RolloutViewSet(Acting, ReadOnlyModelViewSet[Rollout]):
    """The rollouts the caller may see."""

    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "release__reference")
    queryset = Rollout.objects.none()

    def get_queryset(self) -> QuerySet[Rollout]:
        return queries.visible_to(self.actor)

    def get_serializer_class(self) -> type[BaseSerializer[Rollout]]:
        return RolloutSerializer if self.action == "list" else RolloutDetailSerializer

    @extend_schema(request=PlanSerializer, responses={201: RolloutSerializer})
    def create(self, request: Request) -> Response:
        """Plan a rollout of a release; it is prepared in the background."""
        answers = PlanSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        release = get_object_or_404(visible_releases(self.actor), reference=answers.validated_data["release"])
        planned = verbs.plan(release, _plan(answers.validated_data), by=self.actor, at=self.at)
        return Response(RolloutSerializer(planned).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PlanSerializer, responses=PreviewSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Say what such a plan would do, and save nothing."""
        answers = PlanSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        release = get_object_or_404(visible_releases(self.actor), reference=answers.validated_data["release"])
        may.plan(release, by=self.actor)
        chosen = _plan(answers.validated_data)
        plans.check(chosen)
        firm.planned(release, chosen)
        found = {
            "reach": foresight.reach(release, self.actor, self.at),
            "foresight": foresight.foresee(release, chosen, self.at),
        }
        return Response(PreviewSerializer(found).data)

    def _act(self, verb: Callable[..., Any], taken: type[SeenSerializer]) -> Response:
        row = self.get_object()
        answers = taken(data=self.request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        seen = chosen.pop("version")
        verb(row, **chosen, seen=seen, by=self.actor, at=self.at)
        return Response(RolloutSerializer(self.get_object()).data)

    @extend_schema(request=SeenSerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, reference: str) -> Response:
        """Approve somebody else's plan."""
        return self._act(verbs.approve, SeenSerializer)

    @extend_schema(request=WhySerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, reference: str) -> Response:
        """Give up a plan before its first hub was asked."""
        return self._act(verbs.cancel, WhySerializer)

    @extend_schema(request=SeenSerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, reference: str) -> Response:
        """Begin the deployment programme."""
        return self._act(verbs.start, SeenSerializer)

    @extend_schema(request=SeenSerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"], url_path="start-activation")
    def start_activation(self, request: Request, reference: str) -> Response:
        """Begin the activation programme."""
        return self._act(verbs.start_activation, SeenSerializer)

    @extend_schema(request=WhySerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, reference: str) -> Response:
        """Ask no further hub until it is resumed."""
        return self._act(verbs.pause, WhySerializer)

    @extend_schema(request=WhySerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"])
    def halt(self, request: Request, reference: str) -> Response:
        """Stop the rollout and its release until DCC resumes them."""
        return self._act(verbs.halt, WhySerializer)

    @extend_schema(request=WhySerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, reference: str) -> Response:
        """Let a paused or halted rollout go on."""
        return self._act(verbs.resume, WhySerializer)

    @extend_schema(request=HoldPartSerializer, responses=HoldSerializer)
    @action(detail=True, methods=["post"], url_path="hold-part")
    def hold_part(self, request: Request, reference: str) -> Response:
        """Hold exactly the homes of a part that a verdict found over its limit."""
        answers = HoldPartSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        seen = chosen.pop("version")
        hold = verbs.hold_part(self.get_object(), **chosen, seen=seen, by=self.actor, at=self.at)
        return Response(HoldSerializer(hold).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WhySerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, reference: str) -> Response:
        """End a rollout for good."""
        return self._act(verbs.stop, WhySerializer)

    @extend_schema(request=WhySerializer, responses=RolloutSerializer)
    @action(detail=True, methods=["post"], url_path="end-activation")
    def end_activation(self, request: Request, reference: str) -> Response:
        """End the release's activation where its stopped rollout left it: hypercare begins."""
        return self._act(verbs.end_activation, WhySerializer)

    @extend_schema(responses=ExitReportSerializer)
    @action(detail=True, methods=["get"], url_path="report", url_name="report")
    def exit_report(self, request: Request, reference: str) -> Response:
        """The published exit report, with all its figures."""
        published = getattr(self.get_object(), "exit_report", None)
        if published is None:
            raise Http404
        return Response(ExitReportSerializer(published).data)

    @extend_schema(request=RemarksSerializer, responses=RolloutSerializer)
    @exit_report.mapping.post
    def report(self, request: Request, reference: str) -> Response:
        """Publish the exit report and close the release."""
        return self._act(verbs.report, RemarksSerializer)


def _plan(answers: dict[str, Any]) -> verbs.Plan:
    chosen = {name: value for name, value in answers.items() if name != "release"}
    try:
        waves = [WaveSpec.read(spec) for spec in chosen.pop("waves")]
        limits = Thresholds(chosen.pop("limit"), chosen.pop("minimum"), chosen.pop("confidence"))
    except ValueError as error:
        raise Invalid(f"The plan cannot be read: {error}.") from error
    return verbs.Plan(waves=waves, thresholds=limits, **chosen)


class NightlyCapacityViewSet(Acting, ViewSet):
    """How many hubs of each region may be asked in one night, from noon to noon."""

    lookup_field = "region"
    lookup_value_regex = "[a-z]+"

    @extend_schema(responses=RegionNightsSerializer(many=True), operation_id="nightly_capacities")
    def list(self, request: Request) -> Response:
        """Every region, with the hubs asked in its last nights, and the firm nights of one's own."""
        may.see_capacity(by=self.actor)
        return Response(RegionNightsSerializer(nights.regions(self.at, self.actor), many=True).data)

    @extend_schema(request=CapacitySerializer, responses=CapacitySerializer)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, region: str) -> Response:
        """State the capacity of a region of one's own."""
        answers = CapacitySerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        seen = chosen.pop("version")
        stated = verbs.state_capacity(region, **chosen, seen=seen, by=self.actor, at=self.at)
        return Response(CapacitySerializer(stated).data)


ENTRIES = [("rollouts", RolloutViewSet, "rollout"), ("nightly-capacities", NightlyCapacityViewSet, "nightly-capacity")]
