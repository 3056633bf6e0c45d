"""Whom a message goes to, by what they are: each function returns ``Recipient`` values for the outbox."""

from collections.abc import Iterable
from datetime import datetime

from portal.delivery.messages import Recipient
from portal.people.models import Committee, Membership, Organisation, Seat, User


def of_user(user: User) -> Recipient:
    """Return one person as a recipient, at their own address."""
    return Recipient(name=str(user), address=user.email, user_id=user.pk)


def of_organisation(organisation: Organisation) -> Recipient:
    """Return an organisation as a recipient, at its notice address; its inbox is read by all its people."""
    return Recipient(name=organisation.name, address=organisation.notice_address, organisation_id=organisation.pk)


def of_organisations(organisations: Iterable[Organisation]) -> list[Recipient]:
    """Return organisations as recipients."""
    return [of_organisation(organisation) for organisation in organisations]


def with_role(role: str, at: datetime, *, organisation: int | None = None) -> list[Recipient]:
    """Return the active people who hold a role today, everywhere or in one organisation (an id)."""
    rows = Membership.objects.current(at).filter(role=role, user__is_active=True, organisation__is_active=True)
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    return _people(row.user for row in rows.select_related("user").order_by("user__name"))


def of_committee(committee: Committee, at: datetime) -> list[Recipient]:
    """Return the active people who sit on a committee today, alternates too."""
    seats = Seat.objects.current(at).filter(committee=committee, user__is_active=True)
    return _people(seat.user for seat in seats.select_related("user").order_by("user__name"))


def _people(users: Iterable[User]) -> list[Recipient]:
    return [of_user(user) for user in {user.pk: user for user in users}.values()]
