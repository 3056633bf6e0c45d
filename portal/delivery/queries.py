"""Reads behind the inbox."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from portal.delivery.messages import Notification, catalogue
from portal.delivery.models import Delivery, Preference
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


@dataclass(frozen=True)
class Kind:
    """One kind of message on the preferences page."""

    kind: str
    title: str
    statutory: bool
    by_mail: bool


def kinds(actor: Actor) -> list[Kind]:
    """Return every kind of message with this person's wish, by title."""
    wishes = dict(Preference.objects.filter(user_id=actor.user_id or 0).values_list("kind", "by_mail"))
    rows = [
        Kind(kind, title_of(message), message.statutory, message.statutory or wishes.get(kind, True))
        for kind, message in catalogue.items()
    ]
    return sorted(rows, key=lambda row: row.title)


def title_of(message: type[Notification]) -> str:
    """Return what a kind is called on the preferences page."""
    return message.title or message.kind.replace("_", " ").replace(".", ": ").capitalize()
