"""Adding to the journal."""

from datetime import datetime
from typing import Protocol, TypeAlias

from portal.journal.models import Entry

Jsonable: TypeAlias = "str | int | float | bool | None | list[Jsonable] | dict[str, Jsonable]"


class ActorLike(Protocol):
    """What the journal keeps of an actor (``portal.workflow.actor.Actor`` fits)."""

    @property
    def name(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def organisation_name(self) -> str: ...
    @property
    def token(self) -> str: ...


def record(
    *,
    by: ActorLike,
    verb: str,
    subject: tuple[str, int, str],
    at: datetime,
    was: str = "",
    now: str = "",
    why: str = "",
    data: dict[str, Jsonable] | None = None,
) -> Entry:
    """Add an entry and return it. ``subject`` is (kind, id, words); ``data`` never holds sealed things."""
    kind, number, text = subject
    return Entry.objects.create(
        actor_id=by.user_id,
        actor_name=by.name,
        organisation_id=by.organisation_id,
        organisation_name=by.organisation_name,
        channel=str(by.channel),
        token=by.token,
        verb=verb,
        subject_kind=kind,
        subject_id=number,
        subject_text=text[:300],
        was=was[:80],
        now=now[:80],
        why=why,
        data=data or {},
        at=at,
    )
