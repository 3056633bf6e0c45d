"""Scheduling exercises for tests, made with the verbs."""

from datetime import UTC, date, datetime
from typing import Any

from releases.publishing.models import Release
from releases.scheduling import verbs
from releases.scheduling.models import Exercise, Statement
from releases.scheduling.problem import Placement, Schedule
from releases.scheduling.wishes import Blackout, Wishes
from tests.factories.releases import Catalogue, make_ready
from tests.factories.world import World

CLOSES = datetime(2017, 1, 16, 17, tzinfo=UTC)  # a week after the world begins; notice served then is over on the 25th
FIRST, LAST = date(2017, 1, 25), date(2017, 2, 10)
PEAK = Blackout(date(2017, 1, 30), date(2017, 2, 1), reason="Install peak")


def terms(**changes: Any) -> verbs.Terms:
    """Return terms of an exercise in North and South: 13 nights, Monday to Friday, 100 homes a night in each."""
    values = {
        "first": FIRST,
        "last": LAST,
        "capacity": {"north": 100, "south": 100},
        "closes_at": CLOSES,
        "deployment_on": date(2017, 1, 18),
    }
    return verbs.Terms(**values | changes)


def make_scheduled(world: World, catalogue: Catalogue, **changes: Any) -> Release:
    """Return a draft under the scheduling approach that lacks nothing but its dates."""
    nothing = {"planned_deployment_at": None, "planned_activation_at": None}
    return make_ready(world, catalogue, approach="scheduling", **nothing | changes)


def make_exercise(world: World, catalogue: Catalogue, *, release: Release | None = None, **changes: Any) -> Exercise:
    """Return an open exercise that asks Heron Power (100 + 250 homes) and Osprey Gas (50)."""
    release = release or make_scheduled(world, catalogue)
    return verbs.open_exercise(release, terms(**changes), by=world.actor("manager"), at=world.at)


def make_statement(
    world: World,
    exercise: Exercise,
    *,
    who: str = "supplier",
    of: str = "heron",
    at: datetime | None = None,
    seen: int | None = None,
    **changes: Any,
) -> Statement:
    """Return what somebody states for an organisation: an install peak ruled out, unless told otherwise."""
    values = {"blackouts": [PEAK]}
    wishes = Wishes(**values | changes)
    organisation, by = world.organisation(of), world.actor(who, at=at)
    return verbs.state(exercise, wishes, organisation=organisation, by=by, at=at or world.at, seen=seen)


NIGHTS: Schedule = (
    Placement(0, date(2017, 2, 2), 100),
    Placement(1, date(2017, 2, 2), 100),
    Placement(1, date(2017, 2, 3), 100),
    Placement(2, date(2017, 2, 6), 50),
)
"""A schedule of `make_exercise` that breaks no limit, also with `PEAK` ruled out."""


def make_confirmed(
    world: World, catalogue: Catalogue, *, schedule: Schedule = NIGHTS, at: datetime | None = None, **changes: Any
) -> Exercise:
    """Return an exercise with firm dates: closed, and confirmed by DCC."""
    act: dict[str, Any] = {"by": world.actor("manager"), "at": at or world.at}
    closed = verbs.close_exercise(make_exercise(world, catalogue, **changes), **act)
    return verbs.confirm(closed, schedule, why="The fairest of three drafts.", **act)
