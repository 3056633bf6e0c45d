"""Notices are a catalogue: each app's ``messages.py`` has one class per message, derived from ``Notification``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is told: a person, or an organisation whose people share an inbox. ``address`` may be empty."""

    name: str
    address: str = ""
    user_id: int | None = None
    organisation_id: int | None = None


class Notification:
    """Something to tell: a kind, a subject line, a template under ``templates/messages/`` and its recipients.

    ``statutory`` ones cannot be switched off. ``restricted`` ones are mailed as a link without their text.
    ``then`` names a task enqueued, with ``delivery_id``, when a delivery succeeds.
    """

    kind: ClassVar[str]
    template: ClassVar[str]
    statutory: ClassVar[bool] = False
    restricted: bool = False
    then: ClassVar[str] = ""

    @property
    def subject(self) -> str:
        """Return the subject line."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Return the address in the portal to read on, or an empty string."""
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
        """Return the plain text, rendered from the template."""
        return render_to_string(f"messages/{self.template}", {**self.context(), "message": self}).strip() + "\n"
