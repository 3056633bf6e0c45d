"""Draft schedules for tests, made with the verbs."""

from datetime import date
from typing import Any

from releases.scheduling import verbs
from releases.scheduling.editing import Edit
from releases.scheduling.models import Draft, Exercise
from releases.scheduling.tasks import SOLVER
from tests.factories.exercises import CLOSES, make_exercise, make_statement
from tests.factories.releases import Catalogue
from tests.factories.world import World


def make_closed(world: World, exercise: Exercise) -> Exercise:
    """Return the exercise, closed at its closing time."""
    return verbs.close_exercise(exercise, by=world.actor("manager"), at=CLOSES)


def make_stated(world: World, catalogue: Catalogue) -> Exercise:
    """Return a closed exercise in which one party prefers a week."""
    exercise = make_exercise(world, catalogue)
    make_statement(world, exercise, preferred=[date(2017, 2, 6)])
    return make_closed(world, exercise)


def make_draft(world: World, exercise: Exercise, **choices: Any) -> Draft:
    """Return a draft that nobody has begun to solve."""
    return verbs.solve(exercise, verbs.Choices(**choices), by=world.actor("manager"), at=CLOSES)


def solved(draft: Draft) -> Draft:
    """Return the draft once a worker has solved it."""
    verbs.play(draft.pk, by=SOLVER, at=CLOSES)
    verbs.finish(draft.pk, by=SOLVER, at=CLOSES)
    return Draft.objects.get(pk=draft.pk)


def an_edit(draft: Draft, **changes: Any) -> Edit:
    """The first homes of the draft, to the last day on which none of the group are yet."""
    first = draft.schedule[0]
    taken = {one.day for one in draft.schedule if one.group == first.group}
    free = next(day for day in reversed(draft.frozen.days) if day not in taken and day not in draft.frozen.closed)
    return Edit(**{"group": first.group, "whence": first.day, "to": free, "homes": 1} | changes)
