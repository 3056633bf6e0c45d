"""Places that are free again: offered to the first in line whom they fit, before anybody else may take them."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor, system
from portal.workflow.transitions import lock, move
from releases.testing import can, facilities, messages, queries, waiting
from releases.testing.models import Environment, Rig, WaitingPlace
from releases.testing.states import WaitingState

CLOCK = system("User testing")


def room_for(entry: WaitingPlace, rigs: list[Rig]) -> int | None:
    """Return the place free for an entry, None where there is none or a rig is taken."""
    if facilities.taken_rig(rigs, entry.starts_at, entry.ends_at) is not None:
        return None
    return next(iter(queries.free_places(entry.environment, entry.starts_at, entry.ends_at)), None)


def offer_places(*, by: Actor, at: datetime) -> int:
    """Offer every place that is free to the first in line it fits, and end offers that ran out; how many offers."""
    return sum(_serve(environment, by=by, at=at) for environment in waiting.with_work(at))


@transaction.atomic
def _serve(environment: Environment, *, by: Actor, at: datetime) -> int:
    return serve_line(lock(environment), by=by, at=at)


def serve_line(environment: Environment, *, by: Actor, at: datetime) -> int:
    """Offer what is free in a locked environment to who waits, before anybody else may take it; how many offers."""
    for entry in waiting.run_out(environment, at):
        _lapse(entry, "The offer was not accepted in time.", by=by, at=at)
    return sum(_offer(entry, by=by, at=at) for entry in waiting.in_line(environment))


def _offer(entry: WaitingPlace, *, by: Actor, at: datetime) -> bool:
    hopeless = can.wait_on.why_not(entry, at=at)
    if hopeless:
        _lapse(entry, hopeless, by=by, at=at)
        return False
    shut = facilities.why_shut(entry.environment, entry.starts_at, entry.ends_at)
    place = None if shut else room_for(entry, list(entry.rigs.all()))
    fresh = lock(entry) if place is not None else entry
    if place is None or fresh.state != WaitingState.WAITING:
        return False
    fresh.place, fresh.offered_until = place, min(at + waiting.OFFER_FOR, entry.starts_at)
    move(fresh, to=WaitingState.OFFERED, by=by, at=at, verb="offer_place", fields=("place", "offered_until"))
    tell(messages.PlaceOffered(fresh, at), at=at)
    return True


def _lapse(entry: WaitingPlace, why: str, *, by: Actor, at: datetime) -> None:
    fresh = lock(entry)
    if fresh.state == entry.state:  # nobody left meanwhile
        move(fresh, to=WaitingState.LAPSED, by=by, at=at, verb="lapse_waiting", why=why)
        tell(messages.WaitingEnded(fresh, why, at), at=at)
