"""Reads behind the pages and the API."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When

from portal.people.models import (
    ApiToken,
    Appointment,
    CalendarFeed,
    Committee,
    Membership,
    Organisation,
    OrganisationKind,
    PartyCategory,
    SavedFilter,
    Seat,
    TermQuerySet,
    User,
)
from portal.people.permissions import Permission
from portal.workflow.actor import Actor


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations this actor may see: every active one for whoever may read the portal."""
    if not actor.has(Permission.READ_PORTAL):
        return Organisation.objects.none()
    return Organisation.objects.filter(is_active=True)


def own_organisation(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisation acted for, as a set of one or none."""
    return Organisation.objects.filter(pk__in=[actor.organisation_id] if actor.organisation_id else [])


def organisations_of(user: User, at: datetime) -> QuerySet[Organisation]:
    """Return the active organisations this user is a member of today, by name."""
    current = Membership.objects.current(at).filter(user=user)
    return Organisation.objects.filter(is_active=True, pk__in=current.values("organisation"))


def manageable_memberships(actor: Actor) -> QuerySet[Membership]:
    """Return the memberships this actor can reach: of the own organisation, or all for who manages organisations."""
    rows = Membership.objects.select_related("user", "organisation")
    if actor.has(Permission.MANAGE_ORGANISATIONS):
        return rows
    return rows.filter(organisation=actor.organisation_id)


def members(organisation: Organisation, at: datetime) -> TermQuerySet:
    """Return who works for an organisation today, by name."""
    current = Membership.objects.current(at).filter(organisation=organisation)
    return current.select_related("user").order_by("user__name", "role")


def appointments(actor: Actor) -> QuerySet[Appointment]:
    """Return the appointments in which the organisation acted for is the supplier or the agent, newest first."""
    mine = Q(supplier=actor.organisation_id) | Q(rsa=actor.organisation_id)
    return Appointment.objects.filter(mine).select_related("supplier", "rsa").order_by("-starts_at", "-pk")


def appointable(at: datetime, supplier: Organisation) -> QuerySet[Organisation]:
    """Return the active agents this supplier has not appointed today."""
    appointed = Appointment.objects.current(at).filter(supplier=supplier)
    agents = Organisation.objects.filter(kind=OrganisationKind.RSA, is_active=True)
    return agents.exclude(pk__in=appointed.values("rsa"))


def committees(actor: Actor) -> QuerySet[Committee]:
    """Return the committees, for whoever may read the portal: who sits is no secret among the parties."""
    if not actor.has(Permission.READ_PORTAL):
        return Committee.objects.none()
    return Committee.objects.order_by("name")


@dataclass(frozen=True, slots=True)
class Places:
    """The members a committee has of a constituency, or its Chair: how many places there are and are held."""

    title: str
    places: int
    held: int

    @property
    def vacant(self) -> int:
        """Places that nobody holds."""
        return max(self.places - self.held, 0)


def places(committee: Committee, seats: Iterable[Seat]) -> list[Places]:
    """Return the places of a committee, held by these seats: the Chair's, then those of each constituency that has any.

    Alternates and deputies hold no place of their own: they stand in for who does.
    """
    held = Counter(seat.constituency for seat in seats if seat.capacity == Seat.Capacity.MEMBER)
    chairs = sum(seat.capacity == Seat.Capacity.CHAIR for seat in seats)
    named = [(name, label) for name, label in PartyCategory.choices if name in committee.places or held[name]]
    found = [Places(str(label), committee.places.get(name, 0), held[name]) for name, label in named]
    return [Places("Chair", 1, chairs), *found]


def sitting(committee: Committee, at: datetime) -> TermQuerySet:
    """Return the seats held on a committee at a moment: Chair, deputy, members, alternates."""
    seats = Seat.objects.current(at).filter(committee=committee)
    rank = Case(*(When(capacity=capacity, then=Value(place)) for place, capacity in enumerate(Seat.Capacity)))
    ranked = seats.select_related("user", "organisation", "alternate_for__user").annotate(rank=rank)
    ordered: TermQuerySet = ranked.order_by("rank", "constituency", "user__name")
    return ordered


def with_chairs(actor: Actor, at: datetime) -> QuerySet[Committee]:
    """Return the committees this actor may see, each with ``chairs``: today's Chair's seat, if any."""
    chairs = Seat.objects.current(at).filter(capacity=Seat.Capacity.CHAIR).select_related("user")
    return committees(actor).prefetch_related(Prefetch("seats", queryset=chairs, to_attr="chairs"))


def seats_of(user: User, at: datetime) -> TermQuerySet:
    """Return the seats a person holds today, by committee."""
    return Seat.objects.current(at).filter(user=user).select_related("committee").order_by("committee__name")


def feeds(actor: Actor) -> QuerySet[CalendarFeed]:
    """Return the person's own calendar feeds, for every organisation, newest first."""
    own = CalendarFeed.objects.filter(user=actor.user_id).select_related("organisation")
    return own.order_by("-created_at", "-pk")


def tokens(actor: Actor) -> QuerySet[ApiToken]:
    """Return the person's own tokens for the organisation acted for and for committees, newest first."""
    scope = Q(organisation=actor.organisation_id) | Q(committee__isnull=False)
    own = ApiToken.objects.filter(scope, user=actor.user_id).select_related("organisation", "committee")
    return own.order_by("-created_at", "-pk")


def committees_sat_on(actor: Actor) -> QuerySet[Committee]:
    """Return the committees on which this actor holds a seat, by name; a secretary sits on none by being one."""
    sits = [number for number, functions in actor.committees.items() if functions - {"secretary"}]
    return Committee.objects.filter(pk__in=sits).order_by("name")


def saved_filters(actor: Actor) -> QuerySet[SavedFilter]:
    """Return the person's own saved filters, by name."""
    return SavedFilter.objects.filter(user=actor.user_id).order_by("name")
