"""Reads behind the inbox and the daily digest."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from portal.delivery.models import Delivery, Digest, Preference
from portal.pages.contributions import Reader, collect
from portal.workflow.actor import Actor

DIGEST = "delivery.digest"  # the kind of the digest's own mail, which is no message in the inbox


def inbox(actor: Actor) -> QuerySet[Delivery]:
    """Return what this person, or the organisation acted for, was told, newest first."""
    if actor.user_id is None:
        return Delivery.objects.none()
    mine = Q(user_id=actor.user_id)
    if actor.organisation_id is not None:
        mine |= Q(user_id=None, organisation_id=actor.organisation_id)
    told = Delivery.objects.filter(mine).exclude(message__kind=DIGEST)
    return told.select_related("message").order_by("-pk")


def unread(actor: Actor) -> QuerySet[Delivery]:
    """Return what nobody has opened yet in this inbox."""
    return inbox(actor).filter(read_at=None)


def listed(actor: Actor, chosen: Mapping[str, Any]) -> QuerySet[Delivery]:
    """Return what fits the chosen filters: ``show`` (unread, statutory), ``kind``, ``about``, ``search``.

    The text of a message that nobody has opened is not searched: finding it would be reading without being served.
    """
    found = inbox(actor)
    if chosen.get("show") == "unread":
        found = found.filter(read_at=None)
    if chosen.get("show") == "statutory":
        found = found.filter(message__statutory=True)
    if chosen.get("kind"):
        found = found.filter(message__kind=chosen["kind"])
    if chosen.get("about"):
        found = found.filter(message__about__iexact=chosen["about"])
    sought = chosen.get("search")
    if sought:
        opened = Q(read_at__isnull=False, message__body__icontains=sought)
        found = found.filter(Q(message__subject__icontains=sought) | opened)
    return found


def counts(actor: Actor) -> dict[str, int]:
    """Return how many messages are unread, and how many of them are statutory."""
    unopened = Count("pk", filter=Q(read_at=None))
    statutory = Count("pk", filter=Q(read_at=None, message__statutory=True))
    return inbox(actor).order_by().aggregate(unread=unopened, statutory=statutory)


def digest_readers(day: date, at: datetime) -> list[Reader]:
    """Return those who wish for a daily digest, have an account and had none on this day."""
    had = Digest.objects.filter(day=day).values("user_id")
    wishes = Preference.objects.filter(how=Preference.How.DIGEST).exclude(user_id__in=had)
    users = set(wishes.values_list("user_id", flat=True))
    return collect("readers", users, at) if users else []


def for_digest(reader: Reader, before: datetime) -> list[Delivery]:
    """Return what a person and their organisations were told before a moment that no digest of theirs has covered.

    Only kinds they wish to have in the digest, since they wished it, and not what they have opened themselves.
    """
    wished = Q(pk__in=[])
    for wish in Preference.objects.filter(user_id=reader.user_id, how=Preference.How.DIGEST):
        wished |= Q(message__kind=wish.kind, message__at__gte=wish.chosen_at)
    theirs = Q(user_id=reader.user_id) | Q(user_id=None, organisation_id__in=reader.organisations)
    told = Delivery.objects.filter(wished, theirs, message__at__lt=before, message__statutory=False)
    covered = Digest.objects.filter(user_id=reader.user_id).values("deliveries")
    open_ones = told.exclude(pk__in=covered.exclude(deliveries=None)).exclude(read_by_id=reader.user_id)
    return list(open_ones.select_related("message").order_by("message__kind", "pk"))
