"""Notices are a catalogue: each app's ``messages.py`` has one class per message, derived from ``Notification``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.template import Context, Engine
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is told: a person, or an organisation whose people share an inbox. ``address`` may be empty.

    ``addition`` follows the text for this recipient alone, such as its own homes.
    """

    name: str
    address: str = ""
    user_id: int | None = None
    organisation_id: int | None = None
    addition: str = ""


catalogue: dict[str, type["Notification"]] = {}  # every kind, filled as the apps' ``messages.py`` are imported


class Notification:
    """Something to tell: a kind, a subject line, a template under ``templates/messages/`` and its recipients.

    ``statutory`` ones cannot be switched off. ``restricted`` ones are mailed as a link without their text.
    ``then`` names a task enqueued, with ``delivery_id``, when a delivery succeeds. ``title`` names the kind on the
    page where people choose what is mailed to them.
    """

    kind: ClassVar[str]
    title: ClassVar[str] = ""
    template: ClassVar[str]
    statutory: ClassVar[bool] = False
    restricted: bool = False
    then: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "kind" in cls.__dict__:
            catalogue[cls.kind] = cls

    @property
    def subject(self) -> str:
        """Return the subject line."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Return the address in the portal to read on, or an empty string."""
        return ""

    @property
    def about(self) -> str:
        """Return the reference of the release this concerns, or an empty string."""
        return ""

    @property
    def reference(self) -> tuple[str, int]:
        """Return (kind, id) of what this is about."""
        raise NotImplementedError

    def recipients(self) -> Iterable[Recipient]:
        """Return who is told."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """Return what the template needs."""
        return {}

    def body(self) -> str:
        """Return the plain text, rendered from the template without HTML's escapes."""
        template = Engine.get_default().get_template(f"messages/{self.template}")
        return template.render(Context({**self.context(), "message": self}, autoescape=False)).strip() + "\n"


@dataclass(frozen=True)
class DigestReady(Notification):
    """What one person was told since the last digest, in one mail; it is no message in the inbox."""

    kind: ClassVar[str] = "delivery.digest"
    title: ClassVar[str] = "The daily digest"
    template: ClassVar[str] = "delivery/digest.txt"

    recipient: Recipient
    number: int
    count: int
    groups: list[tuple[str, list[Any]]]  # title of a kind, its deliveries that are named
    more: int

    @property
    def subject(self) -> str:
        return f"Your daily digest: {self.count} message{'' if self.count == 1 else 's'}"

    @property
    def url(self) -> str:
        return f"{reverse('delivery:inbox')}?show=unread"

    @property
    def reference(self) -> tuple[str, int]:
        return ("delivery.digest", self.number)

    def recipients(self) -> Iterable[Recipient]:
        return [self.recipient]

    def context(self) -> dict[str, Any]:
        return {"groups": self.groups, "more": self.more, "site": settings.PORTAL_URL}
