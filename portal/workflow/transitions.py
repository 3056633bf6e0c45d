"""The first and the fourth beat of every verb: ``lock`` and ``move``."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.db import models

from portal.journal.writing import Jsonable, record
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow
from portal.workflow.state_machine import StateMachine


class Versioned(models.Model):
    """A row that people edit: ``version`` rises with every change, so that a stale page is noticed."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Stateful(Versioned):
    """A row whose ``state`` changes by ``move`` only, along its ``machine``.

    A model gives ``machine`` and a ``state`` field; ``reference`` (or ``str``) names it in the journal.
    """

    machine: ClassVar[StateMachine]
    state: "models.Field[Any, Any]"

    class Meta:
        abstract = True


V = TypeVar("V", bound=Versioned)
S = TypeVar("S", bound=Stateful)


def lock(row: V, *, seen: int | None = None) -> V:
    """Return the row read afresh under a row lock held until the transaction ends.

    ``seen`` is the version the person's page was made from; ``None`` (a worker, a page without a form) asks
    nothing. Raises ``NotNow`` when somebody else changed the row in between. FOR NO KEY UPDATE, because plain
    FOR UPDATE waits on everybody who adds a child row.
    """
    manager = type(row)._default_manager
    fresh = manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    if seen is not None and fresh.version != seen:
        raise NotNow(
            "Somebody else changed this after you opened the page, or your own second click did. What you sent now "
            "was not saved: open the page again, see how it stands, and repeat what is still to be done."
        )
    return fresh


def save(row: Versioned, *fields: str) -> None:
    """Write these fields of a locked row and raise its version."""
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def move(
    row: Stateful,
    *,
    to: str,
    by: Actor,
    at: datetime,
    verb: str,
    why: str = "",
    fields: tuple[str, ...] = (),
    data: dict[str, Jsonable] | None = None,
) -> None:
    """Change the state of a locked row along its table, save it with ``fields``, and journal it.

    Raises ``NotNow`` for a move the table does not have.
    """
    was = str(row.state)
    row.machine.check(was, str(to))
    row.state = to
    save(row, "state", *fields)
    record(by=by, verb=verb, subject=subject_of(row), was=was, now=str(to), why=why, at=at, data=data)


def note(
    row: models.Model, *, by: Actor, at: datetime, verb: str, why: str = "", data: dict[str, Jsonable] | None = None
) -> None:
    """Journal an act on a row that does not change its state."""
    record(by=by, verb=verb, subject=subject_of(row), why=why, at=at, data=data)


def subject_of(row: models.Model) -> tuple[str, int, str]:
    """Return (kind, id, words) naming a row in the journal."""
    return row._meta.label_lower, int(row.pk), str(getattr(row, "reference", "") or row)
