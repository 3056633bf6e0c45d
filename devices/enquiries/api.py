"""Hub enquiries by API: the same rules as the pages."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from devices.enquiries import may, queries, verbs
from devices.enquiries.asked import MOST, Asked, read
from devices.enquiries.file_api import FILE_ENTRIES
from devices.enquiries.forms import ListForm
from devices.enquiries.listing import Listed
from devices.enquiries.places import Update
from devices.enquiries.queries import Answer
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState
from portal.people.api_base import Acting
from portal.workflow.errors import Invalid
from releases.products.models import Region

_PARAMETERS = [
    OpenApiParameter("rollout", str, description="Reference of a rollout."),
    OpenApiParameter("state", str, many=True, enum=[state.word for state in HubState], description="State in it."),
    OpenApiParameter("wave", int, description="Wave of it, from 1."),
    OpenApiParameter("version", int, description="Id of the firmware version that runs."),
    OpenApiParameter("region", str, many=True, enum=Region.values),
    OpenApiParameter("hub_model", int, many=True, description="Id of a hub model."),
    OpenApiParameter("after", int, description="Where the page begins, as `next` of the page before says it."),
    OpenApiParameter("limit", int, description="Hubs a page: 50, at most 1,000."),
]
_PAGE = ("after", "limit")
_PAIRS = "[0-9A-Fa-f]{2}(?:[-:]?[0-9A-Fa-f]{2}){7}"


class ComingUpdateSerializer(serializers.Serializer[Any]):
    """The update under way for a hub; ``image_held`` says that the image is in the hub, verified, and waits."""

    rollout = serializers.CharField(source="rollout.reference")
    release = serializers.CharField(source="rollout.release.reference")
    version = serializers.CharField()
    state = serializers.CharField(source="words")
    image_held = serializers.BooleanField(source="waits")
    wave = serializers.SerializerMethodField()
    activates_from = serializers.DateTimeField(allow_null=True)

    def get_wave(self, update: Update) -> int:
        """The wave, numbered from 1."""
        return update.wave.number + 1


class HubHoldSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField()
    stage = serializers.CharField()
    cause = serializers.CharField(source="cause_words")


class HubVersionSerializer(serializers.Serializer[Any]):
    """What any DCC User may know of a hub."""

    chf = serializers.CharField(source="hub.chf")
    running_version = serializers.CharField()
    known_at = serializers.DateTimeField()


class HubAnswerSerializer(HubVersionSerializer):
    """What its suppliers, their agents, the CSP of the region and DCC may know of a hub."""

    gpf = serializers.CharField(source="hub.gpf")
    smi_status = serializers.CharField(source="hub.smi_words")
    hub_model = serializers.CharField(source="hub.read_version.hub_model.name")
    region = serializers.CharField(source="cell.region", default=None, allow_null=True)
    inventory_version = serializers.CharField()
    inventory_differs = serializers.BooleanField(source="differs")
    coming = ComingUpdateSerializer(allow_null=True)
    holds = HubHoldSerializer(many=True)


class LeftImageSerializer(serializers.Serializer[Any]):
    """An image that is in the hub though nothing will activate it."""

    rollout = serializers.CharField(source="rollout.reference")
    release = serializers.CharField(source="rollout.release.reference")
    version = serializers.CharField()
    state = serializers.CharField(source="words")


class HubDetailSerializer(HubAnswerSerializer):
    """A hub asked about alone; ``left`` is an image that a rollout left in it for nothing."""

    left = LeftImageSerializer(allow_null=True)
    last_contact = serializers.DateTimeField()


class HubMoveSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    rollout = serializers.CharField(source="update.rollout.reference")
    state = serializers.CharField(source="words")
    answer = serializers.CharField(help_text="The device's outcome code and what it means; empty where none came.")


class AskHubsSerializer(serializers.Serializer[Any]):
    hubs = serializers.ListField(child=serializers.CharField(max_length=40), allow_empty=False, max_length=MOST)


class EnquiredHubSerializer(serializers.Serializer[Any]):
    """An entry as it was asked for; ``hub`` is null for one that is unknown, another's, or no EUI-64."""

    asked = serializers.CharField()
    hub = HubAnswerSerializer(allow_null=True)


class PlaceSerializer(ComingUpdateSerializer):
    """Where a hub stands in a rollout, also where its path has ended there."""

    since = serializers.DateTimeField(source="changed_at", allow_null=True)


class ListedHubSerializer(HubAnswerSerializer):
    """A hub of the list; ``place`` is in the rollout chosen, else in the newest under way."""

    place = PlaceSerializer(allow_null=True)


class PageSerializer(serializers.Serializer[Any]):
    """Which page of the list is wanted."""

    after = serializers.IntegerField(min_value=0, max_value=10**15, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=verbs.AT_ONCE)


class HubListSerializer(serializers.Serializer[Any]):
    """``next`` is the address of the next page; ``total`` and the counts come from cells and batches."""

    total = serializers.IntegerField()
    by_state = serializers.DictField(child=serializers.IntegerField())
    next = serializers.URLField(allow_null=True)
    results = ListedHubSerializer(many=True)


def _shown(answer: Answer, whole: type[HubAnswerSerializer] = HubAnswerSerializer) -> dict[str, Any]:
    return dict((whole if answer.is_whole else HubVersionSerializer)(answer).data)


def _listed(answer: Answer, rollout: Rollout | None) -> dict[str, Any]:
    place = answer.place_in(rollout)
    return _shown(answer) | {"place": PlaceSerializer(place).data if place else None}


def _next(request: Request, listed: Listed) -> str | None:
    if listed.following is None:
        return None
    query = request.query_params.copy()
    query["after"] = str(listed.following)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


class HubViewSet(Acting, ViewSet):
    """What hubs run, what waits in them, and when it activates. Every enquiry is journalled.

    Suppliers and agents ask about their own homes; network operators and other DCC Users get the running version.
    """

    lookup_field = "eui64"
    lookup_value_regex = _PAIRS

    def _one(self, eui64: str) -> Answer:
        (answer,) = verbs.enquire([Asked(eui64, read(eui64))], by=self.actor, at=self.at)
        if answer is None:
            raise NotFound("No hub with this EUI-64 is known to you.")
        return queries.with_history(answer) if answer.is_whole else answer

    @extend_schema(responses=HubListSerializer, operation_id="hubs_list", parameters=_PARAMETERS)
    def list(self, request: Request) -> Response:
        """List hubs page by page: of a rollout, by state and wave in it, or of all, by running version."""
        form = ListForm(request.query_params, actor=self.actor)
        if not form.is_valid():
            wrong = {name: [str(one) for one in said] for name, said in form.errors.items()}
            raise Invalid("This choice cannot be made.", wrong)
        page = PageSerializer(data={name: request.query_params[name] for name in _PAGE if name in request.query_params})
        page.is_valid(raise_exception=True)
        start, size = page.validated_data["after"], page.validated_data["limit"]
        fleet, listed = verbs.list_hubs(form.chosen, by=self.actor, at=self.at, after=start, size=size)
        head = {"total": fleet.total, "by_state": {state.word: count for state, count in fleet.by_state.items()}}
        results = [_listed(one, fleet.chosen.rollout) for one in listed.rows]
        return Response(head | {"next": _next(request, listed), "results": results})

    @extend_schema(responses=HubDetailSerializer)
    def retrieve(self, request: Request, eui64: str) -> Response:
        """Ask one hub, by the EUI-64 of its CHF or GPF."""
        return Response(_shown(self._one(eui64), HubDetailSerializer))

    @extend_schema(responses=HubMoveSerializer(many=True))
    @action(detail=True, methods=["get"])
    def history(self, request: Request, eui64: str) -> Response:
        """Every move of a hub in the rollouts you may know of, the newest first."""
        return Response(HubMoveSerializer(self._one(eui64).moves, many=True).data)

    @extend_schema(request=AskHubsSerializer, responses=EnquiredHubSerializer(many=True))
    @action(detail=False, methods=["post"])
    def enquire(self, request: Request) -> Response:
        """Ask several hubs at once; the answers come in the order asked."""
        may.enquire(by=self.actor)
        given = AskHubsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = [Asked(text, read(text)) for text in given.validated_data["hubs"]]
        found = verbs.enquire(asked, by=self.actor, at=self.at)
        pairs = zip(asked, found, strict=True)
        return Response([{"asked": one.text, "hub": answer and _shown(answer)} for one, answer in pairs])


ENTRIES = [("hubs", HubViewSet, "hub"), *FILE_ENTRIES]
