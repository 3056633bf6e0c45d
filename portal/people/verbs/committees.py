"""Committees and who sits on them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from portal.delivery.outbox import tell
from portal.people import can, may, messages
from portal.people.models import Committee, CommitteeKind, Organisation, PartyCategory, Seat, User
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save

MOST_PLACES = 20


@transaction.atomic
def create_committee(*, name: str, kind: str, by: Actor, at: datetime) -> Committee:
    """Create and return a committee without seats."""
    may.manage_committees(by=by)
    slug = slugify(name)
    if kind not in CommitteeKind.values:
        raise Invalid("Choose what kind of committee it is.", {"kind": ["Choose one of the list."]})
    if not slug or Committee.objects.filter(slug=slug).exists():
        raise Invalid("The name is in use or empty.", {"name": ["Enter a name no other committee has."]})
    committee = Committee.objects.create(name=name, slug=slug, kind=kind)
    note(committee, by=by, at=at, verb="create_committee")
    return committee


@transaction.atomic
def seat_member(
    committee: Committee,
    user: User,
    *,
    capacity: str,
    by: Actor,
    at: datetime,
    constituency: str = "",
    organisation: Organisation | None = None,
    alternate_for: Seat | None = None,
    ends_at: datetime | None = None,
) -> Seat:
    """Give a person a seat from now until ``ends_at`` (open where none), tell them, and return the seat.

    An alternate names the seat stood in for. A ballot's roll is frozen when it opens: later seats do not enter it.
    """
    committee = lock(committee)
    may.manage_committees(by=by)
    _check_seat(committee, capacity, alternate_for, at, ends_at)
    can.seat_member(committee, user, capacity, at=at)
    seat = Seat.objects.create(
        committee=committee,
        user=user,
        capacity=capacity,
        constituency=constituency,
        organisation=organisation,
        alternate_for=alternate_for,
        starts_at=at,
        ends_at=ends_at,
    )
    note(seat, by=by, at=at, verb="seat_member", data={"committee": committee.pk, "user": user.pk})
    tell(messages.Seated(seat), at=at)
    return seat


def _check_seat(
    committee: Committee, capacity: str, alternate_for: Seat | None, at: datetime, ends_at: datetime | None
) -> None:
    if capacity not in Seat.Capacity.values:
        raise Invalid("Choose a capacity.", {"capacity": ["Choose one of the list."]})
    if ends_at is not None and ends_at <= at:
        raise Invalid("The term is over before it begins.", {"ends_at": ["Enter a date in the future."]})
    if (capacity == Seat.Capacity.ALTERNATE) != (alternate_for is not None):
        raise Invalid(
            "An alternate stands in for a member, and only an alternate does.",
            {"alternate_for": ["Choose a seat for an alternate; leave it empty for others."]},
        )
    if alternate_for is not None and alternate_for.committee_id != committee.pk:
        raise Invalid("The seat stood in for is on another committee.", {"alternate_for": ["Choose a seat here."]})


@transaction.atomic
def set_places(
    committee: Committee, places: Mapping[str, int], *, by: Actor, at: datetime, seen: int | None = None, why: str = ""
) -> Committee:
    """Set how many members a committee has of each constituency, so that vacancies show; returns the committee.

    Nobody loses a seat by it. A constituency with 0, or left out, has no places of its own.
    """
    committee = lock(committee, seen=seen)
    may.manage_committees(by=by)
    wrong = {
        name: [f"Give a whole number from 0 to {MOST_PLACES}."]
        for name, number in places.items()
        if name in PartyCategory.values and not 0 <= number <= MOST_PLACES
    }
    if set(places) - set(PartyCategory.values):
        wrong["places"] = [f"A constituency is one of: {', '.join(PartyCategory.values)}."]
    if wrong:
        raise Invalid("The places need to be put right.", wrong)
    was, committee.places = committee.places, {name: number for name, number in places.items() if number}
    save(committee, "places")
    note(committee, by=by, at=at, verb="set_places", why=why, data={"was": was, "now": committee.places})
    return committee


@transaction.atomic
def end_seat(seat: Seat, *, by: Actor, at: datetime, seen: int | None = None, why: str = "") -> Seat:
    """End a seat now, and those of its alternates with it; tells each person and returns the seat."""
    seat = lock(seat, seen=seen)
    may.manage_committees(by=by)
    can.end_seat(seat, at=at)
    for row in [seat, *Seat.objects.current(at).filter(alternate_for=seat).select_for_update(no_key=True)]:
        row.ends_at = max(at, row.starts_at)
        save(row, "ends_at")
        note(row, by=by, at=at, verb="end_seat", why=why)
        tell(messages.SeatEnded(row), at=at)
    return seat
