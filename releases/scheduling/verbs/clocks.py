"""What happens to exercises by the clock: reminders, closing, and the end that comes with their release's."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow
from portal.workflow.transitions import lock, note, save
from releases.publishing.endings import why_set_aside
from releases.publishing.states import ENDED_EARLY
from releases.publishing.terms import Approach
from releases.scheduling import can, may, messages, queries
from releases.scheduling.models import Exercise
from releases.scheduling.verbs.holding import close_exercise, withdraw_exercise

log = logging.getLogger(__name__)
OTHER_APPROACH = "Its release takes another approach now."
LAPSED = "Its release was changed in what the dates rested on: they are not firm any more."


@transaction.atomic
def remind(exercise: Exercise, *, by: Actor, at: datetime) -> Exercise:
    """Remind the parties that have stated nothing, once before each closing time, and return the exercise."""
    exercise = lock(exercise)
    may.remind(by=by)
    can.remind(exercise)
    exercise.reminded_at = at
    save(exercise, "reminded_at")
    note(exercise, by=by, at=at, verb="remind")
    tell(messages.StateConstraints(exercise, at), at=at)
    return exercise


def keep_clocks(*, by: Actor, at: datetime) -> int:
    """Withdraw, close and remind whatever is due; returns how many acts. Each is a transaction of its own."""
    done = [_done(exercise, lambda one: _end(one, by, at)) for exercise in queries.set_aside()]
    done += [_done(exercise, lambda one: close_exercise(one, by=by, at=at)) for exercise in queries.to_close(at)]
    done += [_done(exercise, lambda one: remind(one, by=by, at=at)) for exercise in queries.to_remind(at)]
    return sum(done)


def _end(exercise: Exercise, by: Actor, at: datetime) -> None:
    release = exercise.release
    if release.state in ENDED_EARLY:
        why = why_set_aside(release)
    else:
        why = LAPSED if release.approach == Approach.SCHEDULING else OTHER_APPROACH
    withdraw_exercise(exercise, why=why, by=by, at=at)


def _done(exercise: Exercise, act: Callable[[Exercise], object]) -> bool:
    try:
        act(exercise)
    except NotNow as refusal:  # somebody was faster, or moved the time
        log.info("%s: %s", exercise, refusal.reason)
        return False
    return True
