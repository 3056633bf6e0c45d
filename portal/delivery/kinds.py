"""The kinds of messages there are, and a person's wish about each."""

from dataclasses import dataclass

from portal.delivery.messages import Notification, catalogue
from portal.delivery.models import Preference
from portal.workflow.actor import Actor


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
