"""Booking test windows and giving them back."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from django.db import IntegrityError, transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.pages.templatetags.words import uk_datetime
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, move, note
from releases.products.models import DeviceCombination, HubModel
from releases.publishing.endings import why_set_aside
from releases.publishing.models import Release
from releases.testing import can, facilities, may, messages, queries
from releases.testing.models import Environment, Rig, RigBooking, TestWindow
from releases.testing.states import WindowState
from releases.testing.verbs.offering import CLOCK, serve_line
from releases.testing.wishes import Wish

# The exclusion constraints that refuse overbooking whatever the code does.
ONE_BOOKING = "one_booking_a_place"
ONE_RIG = "one_booking_a_rig"
log = logging.getLogger(__name__)


@transaction.atomic
def book(
    release: Release,
    *,
    environment: Environment,
    organisation: Organisation,
    start: datetime,
    end: datetime,
    hub_model: HubModel | None = None,
    combinations: Iterable[DeviceCombination] = (),
    rigs: Iterable[Rig] = (),
    again: bool = False,
    by: Actor,
    at: datetime,
) -> TestWindow:
    """Book the first free place of an environment for an organisation and return the window; who waits comes first.

    Raises Invalid for a window outside the user-test period or the opening hours, or that ends before it starts,
    NotNow when every place or a rig is taken. No hub model means any of the release's, no combinations any of the
    hub model's. A second window of the same organisation for the same at the same time is booked `again` only: a page
    sent twice means one. The environment's row orders bookings; the database refuses an overlap in one place or on
    one rig whatever happens.
    """
    environment, release = lock(environment), lock(release)
    may.book(organisation, by=by)
    can.book(release, at=at)
    serve_line(environment, by=CLOCK, at=at)
    wish = Wish(environment, start, end, hub_model, list(combinations), list(rigs))
    return take_place(release, wish, organisation, again=again, by=by, at=at)


def take_place(
    release: Release, wish: Wish, organisation: Organisation, *, again: bool, by: Actor, at: datetime
) -> TestWindow:
    """Book the first free place of a locked environment for who may, and return the window; raises as `book` does."""
    check_window(release, wish, at)
    if not again and (twin := queries.twin(release, organisation, wish)):
        said = f"{twin} is booked for {organisation} at that time for the same: say that you want another one."
        raise Invalid(said, {"again": [said]})
    number = take_number(TestWindow)
    window = TestWindow(
        pk=number,
        reference=f"TW-{number:04d}",
        release=release,
        environment=wish.environment,
        place=free_place(wish),
        organisation=organisation,
        booked_by_organisation_id=cast(int, by.organisation_id),  # the rule has asked
        booked_by_name=by.name,
        booked_at=at,
        during=wish.during,
        hub_model=wish.hub_model,
    )
    _insert(window, wish.rigs)
    window.combinations.set(wish.combinations)
    data: dict[str, Jsonable] = {"organisation": organisation.name, "environment": wish.environment.name}
    note(window, by=by, at=at, verb="book", data=data)
    tell(messages.WindowBooked(window, at), at=at)
    return window


def check_window(release: Release, wish: Wish, at: datetime) -> None:
    """Raise Invalid with everything that is wrong with a window, by field."""
    wrong: dict[str, list[str]] = {}
    period = can.period(release)
    if wish.end <= wish.start:
        wrong["end"] = ["The window must end after it starts."]
    elif wish.start < at:
        wrong["start"] = ["The window must start in the future."]
    elif period is not None and not period.contains(wish.start, wish.end):
        wrong["end"] = [f"The window must lie within the user-test period, which ends on {uk_datetime(period.end)}."]
    else:
        shut = facilities.why_shut(wish.environment, wish.start, wish.end)
        wrong |= {name: [sentence] for name, sentence in shut.items()}
    wrong |= facilities.unfit(release, wish)
    if wrong:
        raise Invalid(" ".join(sentence for sentences in wrong.values() for sentence in sentences), wrong)


def free_place(wish: Wish, *, but: TestWindow | None = None) -> int | None:
    """Return the place a window (one that is moved: `but`) gets, None in an own lab; raises NotNow where full."""
    environment = wish.environment
    taken = facilities.taken_rig(wish.rigs, wish.start, wish.end, but=but)
    if taken is not None:
        raise NotNow(f"{taken} is taken at that time: choose another rig or another time.")
    if not environment.is_shared:
        return None
    free = queries.free_places(environment, wish.start, wish.end, but=but)
    if not free:
        raise _full(environment)
    return but.place if but and but.place in free and but.environment == environment else free[0]


def _insert(window: TestWindow, rigs: Iterable[Rig] = ()) -> None:
    with refused_by_the_database(window):
        window.save(force_insert=True)
        take_rigs(window, rigs)


def take_rigs(window: TestWindow, rigs: Iterable[Rig]) -> None:
    """Let the window have these rigs for its time, and no others."""
    window.rig_bookings.all().delete()
    RigBooking.objects.bulk_create(RigBooking(rig=rig, window=window, during=window.during) for rig in rigs)


@contextmanager
def refused_by_the_database(window: TestWindow) -> Iterator[None]:
    """Say in words what the exclusion constraints refuse: two windows in one place, or on one rig."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if ONE_BOOKING in str(error):
            raise _full(window.environment) from error
        if ONE_RIG in str(error):
            raise NotNow("A rig of this window is taken at that time: choose another rig or another time.") from error
        raise


def _full(environment: Environment) -> NotNow:
    return NotNow(f"{environment} is full at that time: choose another time or another environment.")


@transaction.atomic
def cancel(window: TestWindow, *, by: Actor, at: datetime, why: str = "", seen: int | None = None) -> TestWindow:
    """Give the place back and return the window; DCC gives a reason when it cancels somebody else's."""
    window = lock(window, seen=seen)
    may.cancel(window, by=by)
    can.cancel(window, at=at)
    if window.organisation_id not in by.suppliers and not why.strip():
        raise Invalid("Say why it is cancelled.", {"why": ["Say why it is cancelled."]})
    move(window, to=WindowState.CANCELLED, by=by, at=at, verb="cancel", why=why)
    take_rigs(window, ())
    tell(messages.WindowCancelled(window, by.name, why, at), at=at)
    return window


def cancel_set_aside(*, by: Actor, at: datetime) -> int:
    """Cancel every window to come whose release ended or returned to draft, and tell its organisation; how many."""
    rows = list(queries.set_aside(at))
    for window in rows:
        try:
            cancel(window, by=by, at=at, why=why_set_aside(window.release))
        except NotNow as refusal:  # somebody cancelled it or reported meanwhile
            log.info("%s: %s", window, refusal.reason)
    return len(rows)
