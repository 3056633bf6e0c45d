"""Organisations, their people and their roles."""

from collections.abc import Sequence
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from portal.delivery.outbox import tell
from portal.people import can, may, messages
from portal.people.models import Membership, Organisation, OrganisationKind, User
from portal.people.permissions import fits
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save


@transaction.atomic
def create_organisation(
    *,
    name: str,
    kind: str,
    by: Actor,
    at: datetime,
    party_category: str = "",
    user_roles: Sequence[str] = (),
    regions: Sequence[str] = (),
    notice_address: str = "",
) -> Organisation:
    """Create and return an organisation. Raises ``Invalid`` for a name in use or a kind that does not exist.

    Party category decides votes and seats, user roles what may be asked of a hub; neither follows from the other.
    """
    may.create_organisation(by=by)
    slug = slugify(name)
    if kind not in OrganisationKind.values:
        raise Invalid("Choose what kind of organisation it is.", {"kind": ["Choose one of the list."]})
    if not slug or Organisation.objects.filter(slug=slug).exists():
        raise Invalid("The name is in use or empty.", {"name": ["Enter a name no other organisation has."]})
    organisation = Organisation.objects.create(
        name=name,
        slug=slug,
        kind=kind,
        party_category=party_category,
        user_roles=list(user_roles),
        regions=list(regions),
        notice_address=notice_address,
    )
    note(organisation, by=by, at=at, verb="create_organisation")
    return organisation


CHANGEABLE = ("name", "party_category", "user_roles", "regions", "notice_address", "is_active")


@transaction.atomic
def change_organisation(
    organisation: Organisation, *, by: Actor, at: datetime, seen: int | None = None, **changes: object
) -> Organisation:
    """Change the given fields of an organisation (not its kind: roles in it depend on that) and return it."""
    organisation = lock(organisation, seen=seen)
    may.create_organisation(by=by)
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise Invalid(f"These cannot be changed: {', '.join(sorted(unknown))}.")
    for name, value in changes.items():
        setattr(organisation, name, value)
    save(organisation, *changes)
    note(organisation, by=by, at=at, verb="change_organisation", data={"fields": ", ".join(sorted(changes))})
    return organisation


@transaction.atomic
def change_user(user: User, *, by: Actor, at: datetime, name: str, email: str, is_active: bool) -> User:
    """Change a person's name and address, or close and reopen the account; returns the user.

    Closing ends every session and key at the next request, because an inactive user is nobody.
    """
    user = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
    may.change_user(by=by)
    email = email.lower()
    if User.objects.exclude(pk=user.pk).filter(email=email).exists():
        raise Invalid("Another account has this address.", {"email": ["Enter an address no other account has."]})
    user.name, user.email, user.is_active = name, email, is_active
    user.save(update_fields=["name", "email", "is_active"])
    EmailAddress.objects.filter(user=user).delete()  # allauth keeps a copy, which would still sign in
    note(user, by=by, at=at, verb="change_user", data={"account": "open" if is_active else "closed"})
    return user


@transaction.atomic
def invite(organisation: Organisation, *, name: str, email: str, role: str, by: Actor, at: datetime) -> Membership:
    """Give a person a role, making the account if there is none; a new person is mailed a link to set a password.

    Answers alike for a known and an unknown address, so that nobody learns who has an account.
    """
    organisation = lock(organisation)
    may.invite(organisation, by=by)
    user = User.objects.filter(email=email.lower()).first()
    if user is not None and user.has_usable_password():
        return add_membership(organisation, user, role=role, by=by, at=at)
    user = user or User.objects.create_user(email, name=name)
    membership = _join(organisation, user, role=role, by=by, at=at, verb="invite")
    tell(messages.Invited(membership, link=password_link(user)), at=at)
    return membership


@transaction.atomic
def add_membership(organisation: Organisation, user: User, *, role: str, by: Actor, at: datetime) -> Membership:
    """Give an existing user a role in an organisation from now on, tell them, and return the membership."""
    organisation = lock(organisation)
    may.add_membership(organisation, by=by)
    membership = _join(organisation, user, role=role, by=by, at=at, verb="add_membership")
    tell(messages.MembershipAdded(membership), at=at)
    return membership


def _join(organisation: Organisation, user: User, *, role: str, by: Actor, at: datetime, verb: str) -> Membership:
    if not fits(role, organisation.kind):
        raise Invalid(
            f"Nobody can hold this role in {organisation}.", {"role": ["Choose a role that fits the organisation."]}
        )
    can.add_membership(organisation, user, role, at=at)
    membership = Membership.objects.create(user=user, organisation=organisation, role=role, starts_at=at)
    note(membership, by=by, at=at, verb=verb, data={"user": user.pk, "organisation": organisation.pk, "role": role})
    return membership


@transaction.atomic
def end_membership(
    membership: Membership, *, by: Actor, at: datetime, seen: int | None = None, why: str = ""
) -> Membership:
    """End a role now: it counts no more from the person's next request. Tells the person; returns the membership."""
    membership = lock(membership, seen=seen)
    may.end_membership(membership, by=by)
    can.end_membership(membership, at=at)
    membership.ends_at = max(at, membership.starts_at)
    save(membership, "ends_at")
    note(membership, by=by, at=at, verb="end_membership", why=why, data={"user": membership.user_id})
    tell(messages.MembershipEnded(membership), at=at)
    return membership


def password_link(user: User) -> str:
    """Return the absolute address at which this person chooses a password; it works once, for a limited time."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.PORTAL_URL}{path}"
