"""When an exercise is opened, changed, closed and confirmed, and when parties may state."""

from collections.abc import Sequence
from datetime import datetime

from portal.pages.templatetags.words import uk_datetime
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.rules import when
from portal.workflow.state_machine import words as state_words
from releases.publishing.models import Release
from releases.publishing.readiness import readers_lack
from releases.publishing.scope import responsible_suppliers
from releases.publishing.states import ENDED_EARLY, FINISHED, ReleaseState
from releases.publishing.terms import Approach
from releases.scheduling.models import Draft, Exercise, Statement, reach_of
from releases.scheduling.states import UNDER_WAY, DraftState, ExerciseState

MOST_DRAFTS = 3
_STANDS = {
    ExerciseState.OPEN: "is open",
    ExerciseState.CLOSED: "has its statements closed",
    ExerciseState.CONFIRMED: "has its dates confirmed",
    ExerciseState.REPLACED: "was replaced by a new run",
    ExerciseState.WITHDRAWN: "is withdrawn",
}


def _is(exercise: Exercise, *states: str) -> str | None:
    if exercise.state in states:
        return None
    return f"{exercise} {_STANDS[ExerciseState(exercise.state)]}: that is not possible any more, or not yet."


@when
def open_exercise(release: Release) -> str | None:
    """Rule: dates are looked for before the notice; later only those of firm dates are, in a re-run of its own."""
    if release.approach != Approach.SCHEDULING:
        return "Only a release under the scheduling approach has an exercise: choose that approach in its facts."
    if release.state in FINISHED:
        return f"This release is {ReleaseState(release.state).label.lower()}: there is nothing to schedule any more."
    held = release.exercises.filter(state__in=[*UNDER_WAY, ExerciseState.CONFIRMED])
    under_way = next((one for one in held if one.state in UNDER_WAY), None)
    if under_way is not None:
        return f"{under_way} is under way on this release: close, confirm or withdraw it first."
    if release.state != ReleaseState.DRAFT and not held:
        return "This release has been announced without an exercise: return it to draft to hold one."
    named = set(release.readers.values_list("pk", flat=True))
    lacking = readers_lack(release, release.classification, named)
    return lacking or (None if responsible_suppliers(release) else "No home would be updated: nobody can be asked.")


@when
def change_exercise(exercise: Exercise) -> str | None:
    return _is(exercise, *UNDER_WAY)


@when
def withdraw_exercise(exercise: Exercise, *, by: Actor) -> str | None:
    """Rule: firm dates end only with their release, or in a re-run."""
    return _is(exercise, *UNDER_WAY, *([ExerciseState.CONFIRMED] if by.is_system else []))


@when
def close_exercise(exercise: Exercise, *, by: Actor, at: datetime) -> str | None:
    """Rule: the clock closes at the closing time, which DCC may have moved meanwhile; DCC closes when it likes."""
    if by.is_system and at < exercise.closes_at:
        return f"Statements are taken until {uk_datetime(exercise.closes_at)}."
    return _is(exercise, ExerciseState.OPEN)


@when
def reopen_exercise(exercise: Exercise) -> str | None:
    return _is(exercise, ExerciseState.CLOSED)


@when
def confirm(exercise: Exercise) -> str | None:
    """Rule: a schedule holds for the homes that were counted; where the release reaches others, not any more."""
    closed = _is(exercise, ExerciseState.CLOSED)
    if closed is None and exercise.asked_about != reach_of(exercise.release):
        return (
            "The hub models or from-versions of the release were edited after statements closed: take statements "
            "again, so that its homes are counted anew."
        )
    return closed


@when
def confirm_draft(draft: Draft, changes: Sequence[str]) -> str | None:
    """Rule: a draft is confirmed as long as what it was made from stands, for each party is told what its words got.

    ``changes`` says in words what does not stand any more.
    """
    exercise = draft.exercise
    if draft.state != DraftState.READY:
        return f"{draft} is {draft.get_state_display().lower()}: only a draft that is ready can be confirmed."
    if exercise.state == ExerciseState.OPEN:
        return f"{exercise} takes statements again until {uk_datetime(exercise.closes_at)}: close it first."
    if refused := confirm.why_not(exercise):
        return refused
    return f"{draft} is out of date. {' '.join(changes)} Make another draft, and confirm that one." if changes else None


@when
def state(exercise: Exercise, organisation: Organisation, *, at: datetime) -> str | None:
    """Rule: what is stated may change until the exercise closes, by the clock or by DCC."""
    if exercise.release.state in ENDED_EARLY:
        return f"{exercise.release} is {state_words(exercise.release.state)}: there is nothing to state any more."
    if exercise.state == ExerciseState.OPEN and exercise.closes_at <= at:
        return f"Statements closed on {uk_datetime(exercise.closes_at)}. DCC can reopen the exercise."
    if exercise.state != ExerciseState.OPEN:
        return f"{exercise} {_STANDS[ExerciseState(exercise.state)]}: what was stated stands as it is."
    if not exercise.parties.filter(organisation=organisation).exists():
        return f"{organisation} has no homes in this exercise."
    return None


@when
def leave(exercise: Exercise, statement: Statement | None, *, at: datetime) -> str | None:
    if statement is None or not statement.stands:
        return "Nothing is stated: there is nothing to take back."
    return state.why_not(exercise, statement.organisation, at=at)


@when
def remind(exercise: Exercise) -> str | None:
    if exercise.reminded_at is not None:
        return f"Who is silent was reminded on {uk_datetime(exercise.reminded_at)}."
    return _is(exercise, ExerciseState.OPEN)


@when
def solve(exercise: Exercise) -> str | None:
    """Portal default: three drafts at most are compared."""
    if exercise.state == ExerciseState.OPEN:
        return f"{exercise} takes statements still: close it first, so that the schedule is made from all of them."
    if over := _is(exercise, ExerciseState.CLOSED):
        return over
    if exercise.drafts.exclude(state=DraftState.DISCARDED).count() >= MOST_DRAFTS:
        return f"{exercise} has {MOST_DRAFTS} drafts: discard one to make another."
    return None


@when
def edit(draft: Draft) -> str | None:
    """Rule: what is confirmed is firm; it changes in a re-run only."""
    if draft.state != DraftState.READY:
        return f"{draft} is {draft.get_state_display().lower()}: only a draft that is ready can be changed by hand."
    return _is(draft.exercise, ExerciseState.CLOSED)


@when
def discard(draft: Draft) -> str | None:
    if not draft.machine.allows(draft.state, DraftState.DISCARDED):
        return f"{draft} is discarded."
    return _is(draft.exercise, *UNDER_WAY)
