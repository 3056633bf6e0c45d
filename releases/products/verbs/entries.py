"""Entries of the product lists, kept one by one."""

from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, models, transaction

from portal.journal.writing import Jsonable
from portal.people.models import User
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.transitions import note
from releases.products import may
from releases.products.fingerprints import fingerprint, values_of

M = TypeVar("M", bound=models.Model)


@transaction.atomic
def keep_entry(row: M, *, by: Actor, at: datetime, seen: str | None = None) -> M:
    """Save an edited or new entry of the product lists, journalled with what changed; returns it.

    `seen` is the fingerprint of the entry the person's page was made from. Raises Invalid for wrong values and
    NotNow when somebody else changed the entry in between. An entry saved as it was leaves no trace.
    """
    may.keep_entry(by=by)
    lock_list(type(row), "ROW EXCLUSIVE")  # before the row itself: an import holds the list and then wants the row
    before = _before(row, seen)
    try:
        row.full_clean()
    except ValidationError as error:
        raise _invalid(error) from error
    changes = _changes(before, values_of(row))
    if before and not changes:
        return row
    in_history(row, by=by, at=at)
    row.save()
    note(row, by=by, at=at, verb="edit_product" if before else "add_product", data={"changes": changes})
    return row


def in_history(row: Any, *, by: Actor, at: datetime) -> None:
    """Have the row's next saving stand in its history as this actor's, at portal time, as simple-history takes it."""
    row._history_date, row._history_user = at, User.objects.filter(pk=by.user_id or 0).first()


def lock_list(model: type[models.Model], mode: str) -> None:
    """Lock a product list until this transaction ends; reading goes on.

    "ROW EXCLUSIVE" for one entry among others, "SHARE ROW EXCLUSIVE" to be the only one who changes the list.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")


def _before(row: models.Model, seen: str | None) -> dict[str, str]:
    """Return the stored values of the row, locked; nothing for a new one."""
    if row._state.adding:
        return {}
    stored = type(row)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    if seen is not None and seen != fingerprint(stored):
        raise NotNow(
            "Somebody else changed this entry while you were looking at it. Nothing of yours was saved: "
            "open the page again, check what changed, and repeat what you wanted to do."
        )
    return values_of(stored)


def _changes(before: dict[str, str], after: dict[str, str]) -> dict[str, Jsonable]:
    return {name: [before[name], value] for name, value in after.items() if before and before[name] != value}


def _invalid(error: ValidationError) -> Invalid:
    fields = {name: list(sentences) for name, sentences in error.message_dict.items()}
    of_all = fields.pop(NON_FIELD_ERRORS, [])
    return Invalid(" ".join(of_all) or "Something in this entry needs to be put right.", fields)
