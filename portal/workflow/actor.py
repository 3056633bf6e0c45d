"""Who acts: a value made at the edge and passed to every verb as ``by``."""

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta


class Channel(enum.StrEnum):
    PAGE = "page"
    API = "api"
    ADMIN = "admin"
    TASK = "task"
    COMMAND = "command"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Actor:
    """The user or the named system, the organisation acted for, and what they may do today.

    ``suppliers`` holds the ids of the supplier organisations this actor may act for on this day: its own, or
    those that have appointed it (RSA). ``committees`` maps a committee's id to the functions held today
    ("member", "chair", "alternate", "deputy", "secretary"). ``proved_at`` is the real time at which the person
    last gave a password or second factor.
    """

    name: str
    channel: Channel = Channel.PAGE
    user_id: int | None = None
    organisation_id: int | None = None
    organisation_name: str = ""
    kind: str = ""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    suppliers: frozenset[int] = frozenset()
    committees: dict[int, frozenset[str]] = field(default_factory=dict, hash=False)
    token: str = ""
    proved_at: datetime | None = None

    @property
    def is_system(self) -> bool:
        """Whether this is the portal itself (a worker or a clock), not a person."""
        return self.user_id is None and self.channel in (Channel.TASK, Channel.COMMAND)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is logged in."""
        return self.user_id is None and not self.is_system

    def has(self, permission: str) -> bool:
        """Whether this actor holds the permission today."""
        return permission in self.permissions

    def proved_within(self, minutes: int, *, now: datetime) -> bool:
        """Whether the person proved who they are within so many minutes of real time ``now``."""
        return self.proved_at is not None and now - self.proved_at <= timedelta(minutes=minutes)


def system(name: str, *, channel: Channel = Channel.TASK) -> Actor:
    """Return the portal itself acting under a name, as the clock or a worker does."""
    return Actor(name=name, channel=channel)


ANONYMOUS = Actor(name="Public")
