"""When who everyone is can change."""

from datetime import datetime, timedelta

from portal.people.models import (
    ApiToken,
    Appointment,
    CalendarFeed,
    Committee,
    Membership,
    Organisation,
    SavedFilter,
    Seat,
    Term,
    User,
)
from portal.workflow.rules import when

MOST_TOKENS = 10
MOST_FILTERS = 20  # of one person and list
MOST_FEEDS = 10
LONGEST_TOKEN = timedelta(days=366)


def _over(term: Term, at: datetime) -> bool:
    return term.ends_at is not None and term.ends_at <= at


@when
def add_membership(organisation: Organisation, user: User, role: str, *, at: datetime) -> str | None:
    if not organisation.is_active:
        return f"{organisation} is closed on the portal."
    if not user.is_active:
        return f"The account of {user} is closed."
    if Membership.objects.filter(user=user, organisation=organisation, role=role, ends_at=None).exists():
        return f"{user} holds this role in {organisation} already."
    return None


@when
def end_membership(membership: Membership, *, at: datetime) -> str | None:
    return "This membership has ended already." if _over(membership, at) else None


@when
def appoint_rsa(supplier: Organisation, rsa: Organisation, *, at: datetime) -> str | None:
    if not supplier.is_active:
        return f"{supplier} is closed on the portal."
    if not rsa.is_active:
        return f"{rsa} is closed on the portal."
    if Appointment.objects.filter(supplier=supplier, rsa=rsa, ends_at=None).exists():
        return f"{rsa} acts for {supplier} already."
    return None


@when
def end_appointment(appointment: Appointment, *, at: datetime) -> str | None:
    return "This appointment has ended already." if _over(appointment, at) else None


@when
def seat_member(committee: Committee, user: User, capacity: str, *, at: datetime) -> str | None:
    open_seats = Seat.objects.current(at).filter(committee=committee)
    if not user.is_active:
        return f"The account of {user} is closed."
    if open_seats.filter(user=user).exists():
        return f"{user} holds a seat on this committee already."
    if capacity == Seat.Capacity.CHAIR and open_seats.filter(capacity=Seat.Capacity.CHAIR).exists():
        return "This committee has a Chair: end that seat first."
    return None


@when
def end_seat(seat: Seat, *, at: datetime) -> str | None:
    return "This seat has ended already." if _over(seat, at) else None


@when
def create_token(user: User, *, at: datetime) -> str | None:
    live = ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=at)
    if live.count() >= MOST_TOKENS:
        return f"You have {MOST_TOKENS} keys already: revoke one first."
    return None


@when
def create_feed(user: User) -> str | None:
    if CalendarFeed.objects.filter(user=user, revoked_at=None).count() >= MOST_FEEDS:
        return f"You have {MOST_FEEDS} feeds already: revoke one first."
    return None


@when
def revoke_feed(feed: CalendarFeed) -> str | None:
    return "This feed is revoked already." if feed.revoked_at else None


@when
def revoke_token(token: ApiToken) -> str | None:
    return "This key is revoked already." if token.revoked_at else None


@when
def keep_filter(user: int, *, page: str, name: str) -> str | None:
    others = SavedFilter.objects.filter(user=user, page=page).exclude(name=name)
    if others.count() >= MOST_FILTERS:
        return f"You have {MOST_FILTERS} filters of this list: forget one first."
    return None
