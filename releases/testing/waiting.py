"""The reads behind the waiting list: who waits, in which order, and what is kept for an offer."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from psycopg.types.range import TimestamptzRange

from portal.people.models import OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.publishing import queries as publishing
from releases.testing.models import Environment, Rig, WaitingPlace
from releases.testing.states import STANDING, WaitingState

OFFER_FOR = timedelta(hours=24)  # portal default; never beyond the start of the window


def visible_to(actor: Actor) -> QuerySet[WaitingPlace]:
    """Return the entries this actor may see: all for DCC, else those of its own or of suppliers acted for."""
    rows = WaitingPlace.objects.select_related("release", "environment", "organisation", "asked_by_organisation")
    rows = rows.filter(release__in=publishing.visible_to(actor).values("pk"))
    if actor.kind == OrganisationKind.DCC and actor.has(Permission.READ_PORTAL):
        return rows
    if not actor.has(Permission.READ_PORTAL):
        return rows.none()
    return rows.filter(Q(organisation=actor.organisation_id) | Q(organisation__in=actor.suppliers))


def listed(actor: Actor) -> QuerySet[WaitingPlace]:
    """Return the visible entries with `ahead`, how many wait before each for the same hours; standing ones first."""
    before = WaitingPlace.objects.filter(
        environment=OuterRef("environment"),
        during__overlap=OuterRef("during"),
        state=WaitingState.WAITING,
        pk__lt=OuterRef("pk"),
    )
    counted = before.order_by().values("environment").annotate(number=Count("pk")).values("number")
    standing = Q(state__in=STANDING)
    return visible_to(actor).annotate(ahead=Coalesce(Subquery(counted), 0), stands=standing).order_by("-stands", "-pk")


def offers(actor: Actor) -> QuerySet[WaitingPlace]:
    """Return what is offered to the suppliers this actor acts for, what expires first before the rest."""
    mine = visible_to(actor).filter(organisation__in=actor.suppliers, state=WaitingState.OFFERED)
    return mine.order_by("offered_until")


def in_line(environment: Environment) -> QuerySet[WaitingPlace]:
    """Return who waits for a place of the environment, the first first."""
    waits = environment.waiting_places.filter(state=WaitingState.WAITING)
    return waits.select_related("release", "environment").order_by("pk")


def offered_places(environment: Environment) -> list[int]:
    """Return the places on offer now, whatever the time they are for."""
    offered = environment.waiting_places.filter(state=WaitingState.OFFERED)
    return [entry.place for entry in offered if entry.place is not None]


def kept_places(environment: Environment, start: datetime, end: datetime) -> set[int]:
    """Return the places kept for somebody to whom they are offered, at some moment of this time."""
    kept = environment.waiting_places.filter(state=WaitingState.OFFERED, during__overlap=TimestamptzRange(start, end))
    return {entry.place for entry in kept if entry.place is not None}


def kept_rig(rigs: Iterable[Rig], start: datetime, end: datetime) -> Rig | None:
    """Return a rig kept for somebody to whom it is offered, None where none is."""
    kept = WaitingPlace.rigs.through.objects.filter(
        rig__in=list(rigs),
        waitingplace__state=WaitingState.OFFERED,
        waitingplace__during__overlap=TimestamptzRange(start, end),
    )
    found = kept.select_related("rig").first()
    return found.rig if found else None


def with_work(at: datetime) -> QuerySet[Environment]:
    """Return the environments in which somebody waits, or has an offer that has run out."""
    waits = Q(waiting_places__state=WaitingState.WAITING)
    over = Q(waiting_places__state=WaitingState.OFFERED, waiting_places__offered_until__lte=at)
    return Environment.objects.filter(waits | over).distinct().order_by("pk")


def run_out(environment: Environment, at: datetime) -> QuerySet[WaitingPlace]:
    """Return the offers whose time is over."""
    return environment.waiting_places.filter(state=WaitingState.OFFERED, offered_until__lte=at).order_by("pk")


def already(entry: WaitingPlace) -> WaitingPlace | None:
    """Return the entry by which this organisation waits already for some of the same hours there."""
    own = WaitingPlace.objects.filter(
        environment=entry.environment, organisation=entry.organisation, release=entry.release, state__in=STANDING
    )
    return own.filter(during__overlap=entry.during).first()
