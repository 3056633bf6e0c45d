"""What this app adds to pages shared by all."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from portal.pages.contributions import Acting, Link
from portal.people.models import User
from portal.people.permissions import Permission
from portal.people.queries import organisations_of
from portal.workflow.actor import Actor


def navigation(actor: Actor) -> Iterable[Link]:
    """Own organisation and the committees, for whoever may read the portal."""
    if actor.organisation_id is not None:
        yield Link("Organisation", reverse("people:organisation"), order=80)
    if actor.has(Permission.READ_PORTAL):
        yield Link("Committees", reverse("people:committees"), order=70)


def acting_for(actor: Actor, at: datetime) -> Iterable[Acting]:
    """The organisations this person may act for today."""
    rows = organisations_of(User(pk=actor.user_id), at)
    return [Acting(organisation.pk, organisation.name) for organisation in rows]
