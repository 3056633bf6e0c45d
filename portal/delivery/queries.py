"""Reads behind the inbox."""

from django.db.models import Q, QuerySet

from portal.delivery.models import Delivery
from portal.workflow.actor import Actor


def inbox(actor: Actor) -> QuerySet[Delivery]:
    """Return what this person, or the organisation acted for, was told, newest first."""
    if actor.user_id is None:
        return Delivery.objects.none()
    mine = Q(user_id=actor.user_id)
    if actor.organisation_id is not None:
        mine |= Q(user_id=None, organisation_id=actor.organisation_id)
    return Delivery.objects.filter(mine).select_related("message").order_by("-pk")


def unread(actor: Actor) -> QuerySet[Delivery]:
    """Return what nobody has opened yet in this inbox."""
    return inbox(actor).filter(read_at=None)
