"""DCC asks for drafts of a schedule, changes them by hand, and discards those it does not want."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from portal.journal.writing import Jsonable
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid
from portal.workflow.said import said
from portal.workflow.transitions import lock, move, note, save
from releases.scheduling import can, may
from releases.scheduling.editing import Edit, breaches, moved, wrong_with
from releases.scheduling.frames import words
from releases.scheduling.frozen import digest_of, problem_of
from releases.scheduling.models import Draft, DraftWork, Exercise
from releases.scheduling.problem import Problem, as_rows
from releases.scheduling.solver import reckon
from releases.scheduling.states import DraftState

MOST_SEED = 2**31 - 1
MOST_NAMED = 10  # breaches in one refusal


@dataclass(frozen=True, slots=True)
class Choices:
    """How a draft is made: the seed, what nights to be avoided and nights outside preferred weeks weigh, and the
    weekdays (Monday is 0) that are left out."""

    seed: int = 1
    avoid: float = 1.0
    outside: float = 0.25
    left_out: Sequence[int] = ()


@transaction.atomic
def solve(
    exercise: Exercise, choices: Choices = Choices(), *, by: Actor, at: datetime, seen: int | None = None
) -> Draft:
    """Freeze what is stated and let a worker make a schedule of it; return the draft.

    Raises Invalid, by field, for choices out of their bounds and for an exercise that no schedule can be made of.
    """
    exercise = lock(exercise, seen=seen)
    may.solve(by=by)
    can.solve(exercise)
    stated = _stated(exercise)
    frozen = _chosen(stated, choices)
    number = (exercise.drafts.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = Draft.objects.create(
        exercise=exercise,
        number=number,
        reference=f"{exercise.reference}-D{number}",
        **asdict(replace(choices, left_out=sorted(set(choices.left_out)))),
        stated=digest_of(stated),
        problem=frozen.as_json(),
        asked_at=at,
        asked_by_name=by.name,
        hinted_at=timezone.now(),
    )
    DraftWork.objects.create(draft=draft)
    note(draft, by=by, at=at, verb="solve", data={"seed": draft.seed, "stated": draft.stated})
    enqueue("scheduling.solve", draft_id=draft.pk)
    return draft


def _stated(exercise: Exercise) -> Problem:
    try:
        return problem_of(exercise)
    except ValueError as error:
        raise Invalid(str(error), {}) from error


def _chosen(stated: Problem, choices: Choices) -> Problem:
    wrong = {
        "seed": "" if 0 <= choices.seed <= MOST_SEED else f"Enter a whole number from 0 to {MOST_SEED:,} for the seed.",
        "avoid": "" if 0 <= choices.avoid <= 1 else "Enter a weight from 0 to 1.",
        "outside": "" if 0 <= choices.outside <= 1 else "Enter a weight from 0 to 1.",
        "left_out": "" if set(choices.left_out) < set(range(7)) else "Leave at least one day of the week to work on.",
    }
    if found := {name: [sentence] for name, sentence in wrong.items() if sentence}:
        raise Invalid("Some of what was entered cannot be used: see below.", found)
    closed = {day for day in stated.days if day.weekday() in choices.left_out} | set(stated.closed)
    return replace(stated, avoid=choices.avoid, outside=choices.outside, closed=tuple(sorted(closed)))


@transaction.atomic
def edit(draft: Draft, change: Edit, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Draft:
    """Move homes of one group from one day to another, with the reason, and return the draft.

    Raises Invalid, by field, where there is nothing to move, and with every firm limit that it would break.
    """
    lock(draft.exercise)
    draft = lock(draft, seen=seen)
    may.edit(by=by)
    can.edit(draft)
    why = said(why, "why", "Say why it is changed: it stays with the draft.")
    problem, schedule = draft.frozen, draft.schedule
    if wrong := wrong_with(problem, schedule, change):
        raise Invalid("Nothing was moved: see below.", wrong)
    if broken := [str(one) for one in breaches(problem, schedule, change)]:
        raise Invalid("Nothing was moved: it would break a firm limit.", {"to": broken[:MOST_NAMED]})
    after = moved(schedule, change)
    draft.rows, draft.edits = as_rows(after), draft.edits + 1
    draft.figures = {**(draft.figures or {}), **asdict(reckon(problem, after))}
    save(draft, "rows", "edits", "figures")
    group = change.group + 1
    data: dict[str, Jsonable] = {
        "group": group,
        "homes": change.homes,
        "from": words(change.whence),
        "to": words(change.to),
    }
    note(draft, by=by, at=at, verb="edit", why=why, data=data)
    return draft


@transaction.atomic
def discard(draft: Draft, *, by: Actor, at: datetime, seen: int | None = None) -> Draft:
    """Set a draft aside for good, also while it is being solved, and return it; whoever solves it drops the work."""
    lock(draft.exercise)
    draft = lock(draft, seen=seen)
    may.discard(by=by)
    can.discard(draft)
    draft.ended_at = at
    taken = DraftWork.objects.filter(draft=draft).select_for_update(skip_locked=True, of=("self",))
    DraftWork.objects.filter(pk__in=[work.pk for work in taken]).delete()
    move(draft, to=DraftState.DISCARDED, by=by, at=at, verb="discard", fields=("ended_at",))
    return draft
