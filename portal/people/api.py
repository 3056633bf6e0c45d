"""People by API: the same rules as the pages."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet, ViewSet

from portal.people import queries, verbs
from portal.people.api_base import Acting
from portal.people.models import Appointment, CalendarFeed, Committee, Organisation, SavedFilter, Seat
from portal.people.record_api import RecordViewSet
from portal.people.serializers import (
    AppointmentSerializer,
    AppointSerializer,
    CalendarFeedSerializer,
    CommitteeSerializer,
    EndSerializer,
    KeepFilterSerializer,
    MeSerializer,
    OrganisationSerializer,
    PlacesSerializer,
    SavedFilterSerializer,
)


class MeViewSet(ViewSet):
    """Who the caller is today."""

    @extend_schema(responses=MeSerializer, operation_id="me_retrieve")
    def list(self, request: Request) -> Response:
        """Return name, organisation acted for, roles, permissions and suppliers acted for."""
        return Response(MeSerializer(request._request.actor).data)  # type: ignore[attr-defined]  # by the middleware


class OrganisationViewSet(Acting, ReadOnlyModelViewSet[Organisation]):
    """The organisations on the portal."""

    serializer_class = OrganisationSerializer
    lookup_field = "slug"
    queryset = Organisation.objects.none()

    def get_queryset(self) -> QuerySet[Organisation]:
        return queries.organisations(self.actor)


class CommitteeViewSet(Acting, ReadOnlyModelViewSet[Committee]):
    """The committees and who sits today."""

    serializer_class = CommitteeSerializer
    lookup_field = "slug"
    queryset = Committee.objects.none()

    def get_queryset(self) -> QuerySet[Committee]:
        seats = Seat.objects.current(self.at).select_related("user").order_by("pk")
        return queries.committees(self.actor).prefetch_related(Prefetch("seats", queryset=seats, to_attr="sitting"))

    @extend_schema(request=PlacesSerializer, responses=CommitteeSerializer)
    @action(detail=True, methods=["post"])
    def places(self, request: Request, slug: str) -> Response:
        """Set how many members it has of each constituency (SECAS secretary, administrators)."""
        answers = PlacesSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        given = dict(answers.validated_data)
        seen, places = given.pop("version"), given.pop("places")
        verbs.set_places(self.get_object(), places, **given, by=self.actor, at=self.at, seen=seen)
        return Response(CommitteeSerializer(self.get_object()).data)


class AppointmentViewSet(Acting, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Appointment]):
    """Appointments of agents that concern the organisation acted for."""

    serializer_class = AppointmentSerializer
    queryset = Appointment.objects.none()

    def get_queryset(self) -> QuerySet[Appointment]:
        return queries.appointments(self.actor)

    @extend_schema(request=AppointSerializer, responses={201: AppointmentSerializer})
    def create(self, request: Request) -> Response:
        """Appoint an agent for the supplier acted for."""
        supplier = get_object_or_404(queries.own_organisation(self.actor))
        answers = AppointSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        made = verbs.appoint_rsa(supplier, answers.validated_data["rsa"], by=self.actor, at=self.at)
        return Response(AppointmentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EndSerializer, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End an appointment now."""
        answers = EndSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        ended = verbs.end_appointment(
            self.get_object(),
            by=self.actor,
            at=self.at,
            why=answers.validated_data["why"],
            seen=answers.validated_data["version"],
        )
        return Response(AppointmentSerializer(ended).data)


class SavedFilterViewSet(Acting, mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet[SavedFilter]):
    """The caller's own saved filters of lists."""

    serializer_class = SavedFilterSerializer
    queryset = SavedFilter.objects.none()

    def get_queryset(self) -> QuerySet[SavedFilter]:
        return queries.saved_filters(self.actor)

    @extend_schema(request=KeepFilterSerializer, responses={201: SavedFilterSerializer})
    def create(self, request: Request) -> Response:
        """Keep a filter; one of the same name is replaced."""
        answers = KeepFilterSerializer(data=request.data, context={"actor": self.actor})
        answers.is_valid(raise_exception=True)
        kept = verbs.keep_filter(**answers.validated_data, by=self.actor, at=self.at)
        return Response(SavedFilterSerializer(kept).data, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: SavedFilter) -> None:
        verbs.forget_filter(instance, by=self.actor)


class CalendarFeedViewSet(Acting, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[CalendarFeed]):
    """The caller's calendar feeds; they are made on the page of the calendar, with fresh proof of who one is."""

    serializer_class = CalendarFeedSerializer
    queryset = CalendarFeed.objects.none()

    def get_queryset(self) -> QuerySet[CalendarFeed]:
        return queries.feeds(self.actor)

    @extend_schema(request=None, responses=CalendarFeedSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Make a feed's address useless from now on."""
        revoked = verbs.revoke_feed(self.get_object(), by=self.actor, at=self.at)
        return Response(CalendarFeedSerializer(revoked).data)


ENTRIES = [
    ("me", MeViewSet, "me"),
    ("organisations", OrganisationViewSet, "organisation"),
    ("committees", CommitteeViewSet, "committee"),
    ("appointments", AppointmentViewSet, "appointment"),
    ("saved-filters", SavedFilterViewSet, "saved-filter"),
    ("calendar-feeds", CalendarFeedViewSet, "calendar-feed"),
    ("record", RecordViewSet, "record"),
]
