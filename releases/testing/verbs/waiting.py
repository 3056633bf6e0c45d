"""The waiting list: joining it where there is no room, leaving it, accepting what is offered."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import cast

from django.db import transaction

from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, move, note
from releases.products.models import DeviceCombination, HubModel
from releases.publishing.models import Release
from releases.testing import can, may, waiting
from releases.testing.models import Environment, Rig, TestWindow, WaitingPlace
from releases.testing.states import WaitingState
from releases.testing.verbs.booking import check_window, take_place
from releases.testing.verbs.offering import room_for
from releases.testing.wishes import Wish, of_entry


@transaction.atomic
def join_waiting_list(
    release: Release,
    *,
    environment: Environment,
    organisation: Organisation,
    start: datetime,
    end: datetime,
    hub_model: HubModel | None = None,
    combinations: Iterable[DeviceCombination] = (),
    rigs: Iterable[Rig] = (),
    by: Actor,
    at: datetime,
) -> WaitingPlace:
    """Wait for a window where there is no room for it and return the entry; the rules are those of booking.

    Raises NotNow where there is room (then it is booked), in an own lab, and for who waits already.
    """
    environment, release = lock(environment), lock(release)
    may.book(organisation, by=by)
    can.book(release, at=at)
    can.join_waiting_list(environment)
    wish = Wish(environment, start, end, hub_model, list(combinations), list(rigs))
    check_window(release, wish, at)
    number = take_number(WaitingPlace)
    entry = WaitingPlace(
        pk=number,
        reference=f"WL-{number:04d}",
        release=release,
        environment=environment,
        organisation=organisation,
        asked_by_organisation_id=cast(int, by.organisation_id),  # the rule has asked
        asked_by_name=by.name,
        asked_at=at,
        during=wish.during,
        hub_model=hub_model,
    )
    _check_need(entry, wish.rigs)
    entry.save(force_insert=True)
    entry.combinations.set(wish.combinations)
    entry.rigs.set(wish.rigs)
    note(entry, by=by, at=at, verb="join_waiting_list", data={"organisation": organisation.name})
    return entry


def _check_need(entry: WaitingPlace, rigs: list[Rig]) -> None:
    if room_for(entry, rigs) is not None:
        raise NotNow("There is room at that time: book the window.")
    present = waiting.already(entry)
    if present is not None:
        raise NotNow(f"{entry.organisation} waits for these hours already: see {present} in the waiting list.")


@transaction.atomic
def leave_waiting_list(entry: WaitingPlace, *, by: Actor, at: datetime, seen: int | None = None) -> WaitingPlace:
    """Give up waiting, or decline what is offered, and return the entry; the next in line is offered the place."""
    entry = lock(entry, seen=seen)
    may.leave_waiting_list(entry, by=by)
    can.leave_waiting_list(entry)
    move(entry, to=WaitingState.LEFT, by=by, at=at, verb="leave_waiting_list")
    return entry


@transaction.atomic
def accept_offer(entry: WaitingPlace, *, by: Actor, at: datetime, seen: int | None = None) -> TestWindow:
    """Take the place offered and return the window booked; the place was kept, so there is room for it."""
    environment, release = lock(entry.environment), lock(entry.release)
    entry = lock(entry, seen=seen)
    may.book(entry.organisation, by=by)
    can.accept_offer(entry, at=at)
    can.book(release, at=at)
    move(entry, to=WaitingState.ACCEPTED, by=by, at=at, verb="accept_offer")
    wish = replace(of_entry(entry), environment=environment)
    entry.window = take_place(release, wish, entry.organisation, again=True, by=by, at=at)
    entry.save(update_fields=["window"])
    return entry.window
