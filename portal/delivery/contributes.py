"""What this app adds to pages shared by all."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from portal.delivery.queries import unread
from portal.pages.contributions import Link, Waiting
from portal.workflow.actor import Actor


def navigation(actor: Actor) -> Iterable[Link]:
    """The inbox, and in the demonstration the mail that was sent."""
    if actor.user_id is not None:
        yield Link("Inbox", reverse("delivery:inbox"), order=90)
    if settings.DEMO:
        yield Link("Demo mail", reverse("delivery:demo_mails"), order=99)


def waiting(actor: Actor, at: datetime) -> Iterable[Waiting]:
    """Unread messages, as one row since the oldest of them."""
    rows = unread(actor)
    oldest = rows.order_by("pk").first()
    if oldest is not None:
        count = rows.count()
        text = f"{count} unread message{'' if count == 1 else 's'} in the inbox"
        yield Waiting(text, f"{reverse('delivery:inbox')}?show=unread", since=oldest.message.at, group="To read")
