"""The kinds of messages there are, and a person's wish about each."""

from dataclasses import dataclass

from portal.delivery.messages import DigestReady, catalogue
from portal.delivery.models import Preference
from portal.workflow.actor import Actor

AT_ONCE = Preference.How.MAIL


@dataclass(frozen=True)
class Kind:
    """One kind of message on the preferences page."""

    kind: str
    title: str
    statutory: bool
    how: str


def kinds(actor: Actor) -> list[Kind]:
    """Return every kind of message with this person's wish, by title."""
    wishes = dict(Preference.objects.filter(user_id=actor.user_id or 0).values_list("kind", "how"))
    rows = [
        Kind(kind, title_of(kind), message.statutory, AT_ONCE if message.statutory else wishes.get(kind, AT_ONCE))
        for kind, message in catalogue.items()
        if kind != DigestReady.kind
    ]
    return sorted(rows, key=lambda row: row.title)


def title_of(kind: str) -> str:
    """Return what a kind is called on the preferences page, in the inbox and in the digest."""
    message = catalogue.get(kind)
    return (message.title if message else "") or kind.replace("_", " ").replace(".", ": ").capitalize()
