"""Managing where users test: environments, their opening hours and closures, and rigs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from psycopg.types.range import TimestamptzRange

from portal.delivery.outbox import tell
from portal.pages.templatetags.words import uk_datetime
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.products.models import HubModel
from releases.testing import can, facilities, may, messages, opening
from releases.testing.models import Closure, Environment, Rig

MOST_PLACES = 100
LONGEST_NAME = 60


@dataclass(frozen=True)
class EnvironmentFacts:
    """An environment as DCC describes it; ``places`` count where it is shared, an empty week is always open."""

    name: str
    places: int
    is_shared: bool
    week: opening.Week


@dataclass(frozen=True)
class RigFacts:
    """A rig: its name, the hub models it holds, and whether it takes windows."""

    name: str
    hub_models: list[HubModel]
    in_use: bool = True


@transaction.atomic
def add_environment(facts: EnvironmentFacts, *, by: Actor, at: datetime) -> Environment:
    """Add a place to test in and return it. Raises Invalid for a name taken or places beyond 1 to 100."""
    may.manage_facilities(by=by)
    slug = slugify(facts.name)
    _refuse(_wrong_with(facts, Environment.objects.filter(slug=slug).exists()))
    row = Environment.objects.create(slug=slug, **_columns(facts))
    note(row, by=by, at=at, verb="add_environment", data=_columns(facts))
    return row


@transaction.atomic
def edit_environment(
    row: Environment, facts: EnvironmentFacts, *, by: Actor, at: datetime, seen: int | None = None
) -> Environment:
    """Change an environment and return it; windows booked before stay as they are.

    Raises Invalid where a window to come stands in a place that would be no more.
    """
    row = lock(row, seen=seen)
    may.manage_facilities(by=by)
    wrong = _wrong_with(facts, Environment.objects.filter(name=facts.name.strip()).exclude(pk=row.pk).exists())
    highest = facilities.highest_place(row, at)
    if facts.is_shared and facts.places < highest:
        wrong["places"] = f"Place {highest} is booked: move or cancel its windows first, or keep {highest} places."
    if facts.is_shared != row.is_shared and facilities.to_come(row, at).exists():
        wrong["is_shared"] = "Windows are booked here: change whether it is shared once they are over, or move them."
    _refuse(wrong)
    was = {name: getattr(row, name) for name in _columns(facts)}
    for name, value in _columns(facts).items():
        setattr(row, name, value)
    save(row, *was)
    note(row, by=by, at=at, verb="edit_environment", data={"was": was, "now": _columns(facts)})
    return row


def _columns(facts: EnvironmentFacts) -> dict[str, Any]:
    return {
        "name": facts.name.strip(),
        "places": facts.places,
        "is_shared": facts.is_shared,
        "hours": opening.written(facts.week),
    }


def _wrong_with(facts: EnvironmentFacts, taken: bool) -> dict[str, str]:
    wrong = {}
    if not 0 < len(facts.name.strip()) <= LONGEST_NAME or not slugify(facts.name):
        wrong["name"] = f"Give a name of at most {LONGEST_NAME} letters."
    elif taken:
        wrong["name"] = "An environment of this name exists: choose another name."
    if not 1 <= facts.places <= MOST_PLACES:
        wrong["places"] = f"Give 1 to {MOST_PLACES} places."
    return wrong


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise Invalid(" ".join(wrong.values()), {name: [sentence] for name, sentence in wrong.items()})


@transaction.atomic
def close_environment(
    environment: Environment, *, start: datetime, end: datetime, why: str, by: Actor, at: datetime
) -> Closure:
    """Close an environment for a time and return the closure; whoever has a window then is told.

    The windows stay booked until DCC moves them or they are given back: closing decides nothing for anybody.
    """
    environment = lock(environment)
    may.manage_facilities(by=by)
    wrong = {}
    if end <= start:
        wrong["end"] = "The closure must end after it starts."
    elif end <= at:
        wrong["end"] = f"It is {uk_datetime(at)}: the closure must end in the future."
    elif already := facilities.closed_throughout(environment, start, end):
        wrong["start"] = (
            f"{environment} is closed already from {uk_datetime(already.starts_at)} to {uk_datetime(already.ends_at)}: "
            "enter only what is not closed yet."
        )
    if not why.strip():
        wrong["why"] = "Say why it is closed: bookers read it."
    _refuse(wrong)
    closure = Closure.objects.create(
        environment=environment, during=TimestamptzRange(start, end), why=why.strip(), closed_by_name=by.name
    )
    note(environment, by=by, at=at, verb="close_environment", why=why, data={"closure": closure.pk})
    for window in facilities.met_by(environment, start, end):
        tell(messages.WindowMeetsClosure(window, closure, at), at=at)
    return closure


@transaction.atomic
def lift_closure(closure: Closure, *, by: Actor, at: datetime, seen: int | None = None) -> Closure:
    """Open an environment again before the closure would end, and return the closure."""
    closure = lock(closure, seen=seen)
    may.manage_facilities(by=by)
    can.lift_closure(closure, at=at)
    closure.lifted_at, closure.lifted_by_name = at, by.name
    save(closure, "lifted_at", "lifted_by_name")
    note(closure.environment, by=by, at=at, verb="lift_closure", data={"closure": closure.pk})
    return closure


@transaction.atomic
def add_rig(environment: Environment, facts: RigFacts, *, by: Actor, at: datetime) -> Rig:
    """Add a rig to an environment and return it."""
    environment = lock(environment)
    may.manage_facilities(by=by)
    _check_rig(facts, environment.rigs.filter(name=facts.name.strip()).exists())
    rig = Rig(environment=environment, name=facts.name.strip(), in_use=facts.in_use)
    rig.save()
    rig.hub_models.set(facts.hub_models)
    note(environment, by=by, at=at, verb="add_rig", data=_told(facts))
    return rig


@transaction.atomic
def edit_rig(rig: Rig, facts: RigFacts, *, by: Actor, at: datetime, seen: int | None = None) -> Rig:
    """Change a rig and return it; windows booked with it before stay as they are."""
    rig = lock(rig, seen=seen)
    may.manage_facilities(by=by)
    _check_rig(facts, rig.environment.rigs.filter(name=facts.name.strip()).exclude(pk=rig.pk).exists())
    rig.name, rig.in_use = facts.name.strip(), facts.in_use
    save(rig, "name", "in_use")
    rig.hub_models.set(facts.hub_models)
    note(rig.environment, by=by, at=at, verb="edit_rig", data=_told(facts))
    return rig


def _check_rig(facts: RigFacts, taken: bool) -> None:
    wrong = {}
    if not 0 < len(facts.name.strip()) <= LONGEST_NAME:
        wrong["name"] = f"Give a name of at most {LONGEST_NAME} letters."
    elif taken:
        wrong["name"] = "A rig of this name stands there already: choose another name."
    if not facts.hub_models:
        wrong["hub_models"] = "Choose the hub models it holds."
    _refuse(wrong)


def _told(facts: RigFacts) -> dict[str, Any]:
    return {"rig": facts.name, "hub_models": sorted(one.name for one in facts.hub_models), "in_use": facts.in_use}
