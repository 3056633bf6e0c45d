"""Objections and ballots by API: the same rules as the pages. Votes are cast in person only, never here."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.people.api_inputs import SeenSerializer, WhySerializer
from releases.ballots import bundle, queries, verbs
from releases.ballots import serializers as shapes
from releases.ballots.determination_api import DeterminationViewSet
from releases.ballots.evidence_api import Evidence
from releases.ballots.meeting_api import MeetingViewSet
from releases.ballots.models import Ballot
from releases.ballots.objection_api import REFERENCE, Acts, ObjectionViewSet, answers_of, known
from releases.ballots.roll import rolls_of
from releases.ballots.rule_api import RuleSetViewSet
from releases.publishing import queries as publishing


class BallotViewSet(Evidence, Acts, ReadOnlyModelViewSet[Ballot]):
    """The ballots the caller may see; what was voted is in none of them until it is counted."""

    serializer_class = shapes.BallotSerializer
    lookup_field = "reference"
    lookup_value_regex = REFERENCE
    filterset_fields = ("state", "release__reference", "committee__slug", "meeting__reference")
    queryset = Ballot.objects.none()

    def get_queryset(self) -> QuerySet[Ballot]:
        rows = queries.ballots(self.actor).select_related(
            "release", "committee", "follows", "meeting", "tally", "determination"
        )
        return rows.prefetch_related("objections").order_by("-pk")

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page asked for; the rolls of its ballots are read together."""
        page = super().paginate_queryset(queryset)
        self.rolls = rolls_of(page or ())
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        """What the framework gives, and the rolls of the page."""
        return {**super().get_serializer_context(), "rolls": getattr(self, "rolls", {})}

    @extend_schema(responses=shapes.MemberSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def roll(self, request: Request, reference: str) -> Response:
        """Return who is on the frozen roll and who has voted, never what; empty until voting opens."""
        members = bundle.roll(self.get_object(), self.actor)["members"]
        return Response(shapes.MemberSerializer(members, many=True).data)

    @extend_schema(request=shapes.DraftSerializer, responses={201: shapes.BallotSerializer})
    def create(self, request: Request) -> Response:
        """Draft a ballot on contested objections."""
        answers = answers_of(request, shapes.DraftSerializer)
        release = get_object_or_404(publishing.visible_to(self.actor), reference=answers.pop("release"))
        known(answers["objections"], queries.objections(self.actor), "objections")
        answers.pop("seen")
        made = verbs.draft(release, **answers, by=self.actor, at=self.at)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.DraftWaiverSerializer, responses={201: shapes.BallotSerializer})
    @action(detail=False, methods=["post"], url_path="draft-waiver")
    def draft_waiver(self, request: Request) -> Response:
        """Draft the expedited ballot on the notice of an Emergency."""
        return self._drafted(request, verbs.draft_waiver, shapes.DraftWaiverSerializer)

    @extend_schema(request=shapes.DraftReviewSerializer, responses={201: shapes.BallotSerializer})
    @action(detail=False, methods=["post"], url_path="draft-review")
    def draft_review(self, request: Request) -> Response:
        """Draft the review ballot of an Emergency."""
        return self._drafted(request, verbs.draft_review, shapes.DraftReviewSerializer)

    def _drafted(self, request: Request, verb: Callable[..., Ballot], shape: type[Any]) -> Response:
        answers = answers_of(request, shape)
        release = get_object_or_404(publishing.visible_to(self.actor), reference=answers.pop("release"))
        made = verb(release, **answers, by=self.actor, at=self.at)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SeenSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def notice(self, request: Request, reference: str) -> Response:
        """Give notice of a ballot."""
        return self.act(request, verbs.notice, SeenSerializer)

    @extend_schema(request=shapes.AgendaSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"], url_path="put-on-agenda")
    def put_on_agenda(self, request: Request, reference: str) -> Response:
        """Settle where a drafted ballot is voted on: in a meeting, or by correspondence."""
        return self.act(request, verbs.put_on_agenda, shapes.AgendaSerializer)

    @extend_schema(request=SeenSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"], url_path="open-voting")
    def open_voting(self, request: Request, reference: str) -> Response:
        """Open voting; the roll is frozen."""
        return self.act(request, verbs.open_voting, SeenSerializer)

    @extend_schema(request=shapes.DeclareSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def declare(self, request: Request, reference: str) -> Response:
        """Declare an interest, or none."""
        return self.act(request, verbs.declare, shapes.DeclareSerializer)

    @extend_schema(request=shapes.RulingSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"], url_path="rule-on-interest")
    def rule_on_interest(self, request: Request, reference: str) -> Response:
        """Rule on a member's interest, as Chair or deputy."""
        ballot, answers = self.get_object(), answers_of(request, shapes.RulingSerializer)
        member = get_object_or_404(ballot.roll.all(), pk=answers.pop("member"))
        verbs.rule_on_interest(member, **answers, by=self.actor, at=self.at)
        return Response(self.get_serializer(ballot).data)

    @extend_schema(request=shapes.StatementSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"], url_path="add-statement")
    def add_statement(self, request: Request, reference: str) -> Response:
        """Put a party's statement on the ballot page."""
        ballot, answers = self.get_object(), answers_of(request, shapes.StatementSerializer)
        organisation = answers.pop("organisation")
        verbs.add_statement(ballot, organisation_id=organisation.pk, **answers, by=self.actor, at=self.at)
        return Response(self.get_serializer(ballot).data)

    @extend_schema(request=None, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, reference: str) -> Response:
        """Close voting whose time is over, or in which every seat has voted."""
        return self._without_body(verbs.close)

    @extend_schema(request=SeenSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def count(self, request: Request, reference: str) -> Response:
        """Count a closed ballot again."""
        return self.act(request, verbs.count, SeenSerializer)

    @extend_schema(request=SeenSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, reference: str) -> Response:
        """Extend a ballot without quorum, once."""
        return self.act(request, verbs.extend, SeenSerializer)

    @extend_schema(request=SeenSerializer, responses={201: shapes.BallotSerializer})
    @action(detail=True, methods=["post"])
    def refer(self, request: Request, reference: str) -> Response:
        """Refer a Sub-Committee's ballot without quorum to the Panel; returns the Panel's, drafted."""
        made = verbs.refer(self.get_object(), **answers_of(request, SeenSerializer), by=self.actor, at=self.at)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def determine(self, request: Request, reference: str) -> Response:
        """Record the determination the rules give without a vote."""
        return self._without_body(verbs.determine)

    @extend_schema(request=shapes.PublishSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, reference: str) -> Response:
        """Publish the determination."""
        return self.act(request, verbs.publish, shapes.PublishSerializer)

    @extend_schema(request=WhySerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"])
    def void(self, request: Request, reference: str) -> Response:
        """Void a ballot."""
        return self.act(request, verbs.void, WhySerializer)

    @extend_schema(request=shapes.AppealSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"], url_path="record-appeal")
    def record_appeal(self, request: Request, reference: str) -> Response:
        """Record an appeal."""
        return self.act(request, verbs.record_appeal, shapes.AppealSerializer)

    @extend_schema(request=shapes.AppealOutcomeSerializer, responses=shapes.BallotSerializer)
    @action(detail=True, methods=["post"], url_path="record-appeal-outcome")
    def record_appeal_outcome(self, request: Request, reference: str) -> Response:
        """Record the Authority's outcome of an appeal."""
        return self.act(request, verbs.record_appeal_outcome, shapes.AppealOutcomeSerializer)

    def _without_body(self, verb: Callable[..., object]) -> Response:
        ballot = self.get_object()
        verb(ballot, by=self.actor, at=self.at)
        ballot.refresh_from_db()
        return Response(self.get_serializer(ballot).data)


ENTRIES = [
    ("objections", ObjectionViewSet, "objection"),
    ("ballots", BallotViewSet, "ballot"),
    ("determinations", DeterminationViewSet, "determination"),
    ("rule-sets", RuleSetViewSet, "rule-set"),
    ("meetings", MeetingViewSet, "meeting"),
]
