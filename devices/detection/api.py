"""Proposed holds by API: the same rules as the pages."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from devices.detection import queries, verbs
from devices.detection.models import Proposal
from devices.detection.serializers import AcceptSerializer, DeclineSerializer, ProposalSerializer
from portal.people.api_base import Acting


class ProposalViewSet(Acting, ReadOnlyModelViewSet[Proposal]):
    """The holds proposed in rollouts the caller may see, the newest first."""

    serializer_class = ProposalSerializer
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "rollout__reference")
    queryset = Proposal.objects.none()

    def get_queryset(self) -> QuerySet[Proposal]:
        return queries.visible_to(self.actor)

    def _act(self, verb: Callable[..., Proposal], taken: type[Serializer[Any]]) -> Response:
        row = self.get_object()
        answers = taken(data=self.request.data)
        answers.is_valid(raise_exception=True)
        chosen = dict(answers.validated_data)
        seen = chosen.pop("version")
        return Response(ProposalSerializer(verb(row, **chosen, seen=seen, by=self.actor, at=self.at)).data)

    @extend_schema(request=AcceptSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, reference: str) -> Response:
        """Place the proposed hold on exactly these homes; the rollout stays paused until it is resumed."""
        return self._act(verbs.accept, AcceptSerializer)

    @extend_schema(request=DeclineSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, reference: str) -> Response:
        """Hold nobody, for a reason."""
        return self._act(verbs.decline, DeclineSerializer)


ENTRIES = [("proposals", ProposalViewSet, "proposal")]
