"""Making the ``Actor`` at the edge, afresh for every request: what is lost counts from the next one."""

from collections.abc import Iterable
from datetime import datetime

from portal.people.models import Appointment, Committee, Membership, OrganisationKind, Role, Seat, User
from portal.people.permissions import Permission, permissions_of
from portal.workflow.actor import ANONYMOUS, Actor, Channel

COMMITTEE = "committee"  # the actor's kind for a person who only holds seats


def actor_for(
    user: User | None,
    *,
    at: datetime,
    organisation: int | None = None,
    channel: Channel = Channel.PAGE,
    proved_at: datetime | None = None,
    token: str = "",
    committee: int | None = None,
) -> Actor:
    """Return who this user is at portal time ``at``, acting for ``organisation`` (an id).

    Falls back to the user's oldest membership where none, or one the user has not, is named. A person with seats
    only acts for no organisation; so does whoever acts in a seat on one ``committee`` (an id), and nowhere else.
    Anonymous and inactive users are the public.
    """
    if user is None or not user.is_active:
        return ANONYMOUS
    memberships = [] if committee else _acting(current_memberships(user, at), organisation)
    committees = _committees(user, at, is_secretary=any(row.role == Role.SECRETARY for row in memberships))
    if committee:
        committees = {number: functions for number, functions in committees.items() if number == committee}
    roles = frozenset(str(row.role) for row in memberships)
    permissions = permissions_of(roles) | ({str(Permission.READ_PORTAL)} if committees else frozenset())
    acting_for = memberships[0].organisation if memberships else None
    return Actor(
        name=str(user),
        channel=channel,
        user_id=user.pk,
        organisation_id=acting_for.pk if acting_for else None,
        organisation_name=acting_for.name if acting_for else "",
        kind=str(acting_for.kind) if acting_for else (COMMITTEE if committees else ""),
        roles=roles,
        permissions=permissions,
        suppliers=_suppliers(memberships, at),
        committees=committees,
        token=token,
        proved_at=proved_at,
    )


def current_memberships(user: User, at: datetime) -> list[Membership]:
    """Return the user's memberships in active organisations today, oldest first, with their organisations."""
    current = Membership.objects.current(at).filter(user=user, organisation__is_active=True)
    return list(current.select_related("organisation").order_by("starts_at", "pk"))


def _acting(memberships: list[Membership], organisation: int | None) -> list[Membership]:
    chosen = [row for row in memberships if row.organisation_id == organisation]
    return chosen or [row for row in memberships if row.organisation_id == memberships[0].organisation_id]


def _suppliers(memberships: Iterable[Membership], at: datetime) -> frozenset[int]:
    for row in memberships:
        if row.role == Role.SUPPLIER_USER and row.organisation.kind == OrganisationKind.SUPPLIER:
            return frozenset({row.organisation_id})
        if row.role == Role.RSA_USER and row.organisation.kind == OrganisationKind.RSA:
            appointed = Appointment.objects.current(at).filter(rsa=row.organisation_id, supplier__is_active=True)
            return frozenset(appointed.values_list("supplier_id", flat=True))
    return frozenset()


def _committees(user: User, at: datetime, *, is_secretary: bool) -> dict[int, frozenset[str]]:
    held: dict[int, frozenset[str]] = {}
    if is_secretary:
        held = {number: frozenset({"secretary"}) for number in Committee.objects.values_list("pk", flat=True)}
    for seat in Seat.objects.current(at).filter(user=user).only("committee_id", "capacity"):
        functions = {str(seat.capacity)} | ({"member"} if seat.capacity == Seat.Capacity.DEPUTY else set())
        held[seat.committee_id] = held.get(seat.committee_id, frozenset()) | functions
    return held
