"""Parties say when their homes may be activated, and take it back."""

from datetime import datetime
from typing import cast

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.said import LONGEST
from portal.workflow.transitions import lock, note, save
from releases.scheduling import can, may, messages, queries
from releases.scheduling.models import Exercise, Statement
from releases.scheduling.wishes import Wishes, wrong_with

FASTER = (
    "{name} stated something for {organisation} after you opened the page. What you wrote is kept here and not saved: "
    "compare the two and save again."
)


@transaction.atomic
def state(
    exercise: Exercise,
    wishes: Wishes,
    *,
    organisation: Organisation,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Statement:
    """State for a party when its homes may be activated, anew or instead of what stood, and return the statement.

    ``seen`` is the version of its statement that the person's page showed, 0 for none. Raises Invalid, by field, for
    wishes that contradict one another or the frame, and NotNow where somebody else stated meanwhile.
    """
    exercise = lock(exercise)
    may.state(organisation, by=by)
    can.state(exercise, organisation, at=at)
    found = queries.statement_of(exercise, organisation)
    statement = lock(found) if found else Statement(exercise=exercise, organisation=organisation, version=0)
    if seen is not None and statement.version != seen:
        raise NotNow(FASTER.format(name=statement.made_by_name, organisation=organisation))
    _check(exercise, wishes, organisation)
    _write(statement, wishes, by=by, at=at)
    note(exercise, by=by, at=at, verb="state", data={"organisation": organisation.name, "version": statement.version})
    tell(messages.ConstraintsStated(exercise, statement, at), at=at)
    return statement


def _check(exercise: Exercise, wishes: Wishes, organisation: Organisation) -> None:
    party = exercise.parties.get(organisation=organisation)
    wrong = wrong_with(wishes, exercise.frame, party.homes)
    if len(wishes.remark) > LONGEST:
        wrong["remark"] = [f"Keep it under {LONGEST:,} characters."]
    if wrong:
        raise Invalid("Something you state needs to be put right.", wrong)


def _write(statement: Statement, wishes: Wishes, *, by: Actor, at: datetime) -> None:
    statement.blackouts = [one.as_stored() for one in wishes.blackouts]
    statement.preferred, statement.limits = sorted(set(wishes.preferred)), dict(wishes.limits)
    statement.shares_reasons, statement.remark = wishes.shares_reasons, wishes.remark.strip()
    statement.made_by_organisation_id = cast(int, by.organisation_id)  # the rule has asked
    statement.made_by_name, statement.made_at, statement.left_at = by.name, at, None
    statement.version += 1
    statement.save()


@transaction.atomic
def leave(exercise: Exercise, *, organisation: Organisation, by: Actor, at: datetime) -> Statement:
    """Take back everything a party stated and return the statement; its homes are scheduled as they come."""
    exercise = lock(exercise)
    may.leave(organisation, by=by)
    found = queries.statement_of(exercise, organisation)
    can.leave(exercise, found, at=at)
    statement = lock(cast(Statement, found))
    statement.left_at = at
    save(statement, "left_at")
    note(exercise, by=by, at=at, verb="leave", data={"organisation": organisation.name})
    tell(messages.ConstraintsStated(exercise, statement, at), at=at)
    return statement
