"""Addresses of personal calendar feeds."""

from datetime import datetime, timedelta

from django.db import transaction

from portal.people import can, may
from portal.people.models import CalendarFeed, User
from portal.people.tokens import Key, digest, new_key
from portal.workflow.actor import Actor
from portal.workflow.transitions import note

USED_STEP = timedelta(minutes=1)  # between two notes of use, so that not every reading writes


@transaction.atomic
def create_feed(*, name: str, by: Actor, at: datetime) -> tuple[CalendarFeed, Key]:
    """Make a feed of what the person may see for the organisation acted for; return it and its key, known this once.

    It shows what the person may see at the time it is read, and nothing once the role or the appointment has ended.
    """
    may.create_feed(by=by)
    user = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.user_id or 0)
    can.create_feed(user)
    key = new_key()
    feed = CalendarFeed.objects.create(
        user=user,
        organisation_id=by.organisation_id,
        name=name,
        prefix=key.prefix,
        digest=digest(key.secret),
        created_at=at,
    )
    note(feed, by=by, at=at, verb="create_feed")
    return feed, key


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, by: Actor, at: datetime) -> CalendarFeed:
    """Make a feed's address useless from now on and return the feed."""
    feed = CalendarFeed.objects.select_for_update(no_key=True, of=("self",)).get(pk=feed.pk)
    may.revoke_feed(feed, by=by)
    can.revoke_feed(feed)
    feed.revoked_at = at
    feed.save(update_fields=["revoked_at"])
    note(feed, by=by, at=at, verb="revoke_feed")
    return feed


def note_use(feed: CalendarFeed, *, at: datetime) -> None:
    """Remember when a feed was last read, so that its owner sees one that nobody needs or a stranger uses."""
    if feed.used_at is None or at - feed.used_at > USED_STEP:
        CalendarFeed.objects.filter(pk=feed.pk).update(used_at=at)
