"""What this app adds to pages shared by all."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.urls import reverse

from portal.pages.contributions import Acting, Link, Reader
from portal.people.models import Membership, User
from portal.people.permissions import Permission
from portal.people.queries import organisations_of
from portal.workflow.actor import Actor


def navigation(actor: Actor) -> Iterable[Link]:
    """Own organisation and the committees, for whoever may read the portal."""
    if actor.organisation_id is not None:
        yield Link("Organisation", reverse("people:organisation"), order=80)
    if actor.has(Permission.READ_PORTAL):
        yield Link("Committees", reverse("people:committees"), order=70)


def readers(users: Collection[int], at: datetime) -> Iterable[Reader]:
    """These people with the organisations they are members of today; closed accounts are left out."""
    current = Membership.objects.current(at).filter(user__in=users, organisation__is_active=True)
    members = defaultdict(set)
    for user, organisation in current.values_list("user_id", "organisation_id"):
        members[user].add(organisation)
    for person in User.objects.filter(pk__in=users, is_active=True).order_by("pk"):
        yield Reader(person.pk, str(person), person.email, frozenset(members[person.pk]))


def acting_for(actor: Actor, at: datetime) -> Iterable[Acting]:
    """The organisations this person may act for today."""
    rows = organisations_of(User(pk=actor.user_id), at)
    return [Acting(organisation.pk, organisation.name) for organisation in rows]
