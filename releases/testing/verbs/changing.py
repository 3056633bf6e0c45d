"""What becomes of a booked window: moved, not used, or made longer."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from psycopg.types.range import TimestamptzRange

from portal.delivery.outbox import tell
from portal.pages.templatetags.words import uk_datetime
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.transitions import lock, move, note, save
from releases.testing import can, facilities, may, messages, opening, queries, wishes
from releases.testing.models import Environment, Extension, Rig, TestWindow
from releases.testing.states import ExtensionState, WindowState
from releases.testing.verbs.booking import check_window, free_place, refused_by_the_database, take_rigs
from releases.testing.verbs.offering import CLOCK, serve_line


@transaction.atomic
def reschedule(
    window: TestWindow,
    *,
    environment: Environment,
    start: datetime,
    end: datetime,
    rigs: Iterable[Rig] | None = None,
    why: str = "",
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> TestWindow:
    """Move a window that has not begun to another time or place and return it; its booker is told.

    The rules are those of booking. Without `rigs` it keeps those it has. DCC gives a reason when it moves somebody
    else's. Raises Invalid for what is wrong, by field, and NotNow where there is no room: then nothing changes.
    """
    window, environment = lock(window, seen=seen), lock(environment)
    may.reschedule(window, by=by)
    can.reschedule(window, at=at)
    if window.organisation_id not in by.suppliers and not why.strip():
        raise Invalid("Say why it is moved.", {"why": ["Say why it is moved: its booker reads it."]})
    serve_line(environment, by=CLOCK, at=at)
    taken = list(window.rigs.all() if rigs is None else rigs)
    wish = wishes.moved(window, environment, start, end, taken)
    check_window(window.release, wish, at)
    was = _where_and_when(window)
    window.place = free_place(wish, but=window)
    window.environment, window.during = environment, wish.during
    with refused_by_the_database(window):
        save(window, "environment", "place", "during")
        take_rigs(window, taken)
    note(window, by=by, at=at, verb="reschedule", why=why, data={"was": was, "now": _where_and_when(window)})
    tell(messages.WindowMoved(window, was, by.name, why, at), at=at)
    return window


def _where_and_when(window: TestWindow) -> str:
    return f"{window.environment}, {uk_datetime(window.starts_at)} to {uk_datetime(window.ends_at)}"


@transaction.atomic
def record_no_show(
    window: TestWindow, *, by: Actor, at: datetime, why: str = "", seen: int | None = None
) -> TestWindow:
    """Record that nobody came to a window that has begun, and return it; its place and rigs are free again."""
    window = lock(window, seen=seen)
    may.record_no_show(by=by)
    can.record_no_show(window, at=at)
    move(window, to=WindowState.MISSED, by=by, at=at, verb="record_no_show", why=why)
    take_rigs(window, ())
    tell(messages.WindowMissed(window, why, at), at=at)
    return window


@transaction.atomic
def ask_extension(
    window: TestWindow, *, until: datetime, why: str, by: Actor, at: datetime, seen: int | None = None
) -> Extension:
    """Ask DCC to let a window last until later and return the request; nothing changes until DCC grants it."""
    window = lock(window, seen=seen)
    may.ask_extension(window, by=by)
    can.ask_extension(window, at=at)
    if not why.strip():
        raise Invalid("Say why you need longer.", {"why": ["Say why you need longer."]})
    _check_extension(window, until)
    row = Extension.objects.create(window=window, until=until, why=why.strip(), asked_at=at, asked_by_name=by.name)
    note(window, by=by, at=at, verb="ask_extension", why=why, data={"until": until.isoformat()})
    tell(messages.ExtensionAsked(window, row, at), at=at)
    return row


def _check_extension(window: TestWindow, until: datetime) -> None:
    period = can.period(window.release)
    sentence = None
    if until <= window.ends_at:
        sentence = f"The window ends on {uk_datetime(window.ends_at)}: ask for a later end."
    elif period is not None and until > period.end:
        sentence = f"The window must lie within the user-test period, which ends on {uk_datetime(period.end)}."
    else:
        hours = opening.outside(window.environment.name, window.environment.week, window.starts_at, until)
        sentence = hours.get("end") or facilities.why_closed(window.environment, window.ends_at, until)
    if sentence:
        raise Invalid(sentence, {"until": [sentence]})


@transaction.atomic
def grant_extension(row: Extension, *, by: Actor, at: datetime, why: str = "", seen: int | None = None) -> Extension:
    """Let the window last until the time asked for and return the request.

    Raises NotNow where another window has the place or a rig by then: that one is moved first, or this is refused.
    """
    window, row = lock(row.window), lock(row, seen=seen)
    environment = lock(window.environment)
    may.answer_extension(by=by)
    can.answer_extension(row, window, at=at)
    _check_extension(window, row.until)
    _check_room(environment, window, row.until)
    window.during = TimestamptzRange(window.starts_at, row.until)
    with refused_by_the_database(window):
        save(window, "during")
        take_rigs(window, list(window.rigs.all()))
    return _answer(row, window, ExtensionState.GRANTED, "grant_extension", why, by, at)


def _check_room(environment: Environment, window: TestWindow, until: datetime) -> None:
    if environment.is_shared and window.place not in queries.free_places(
        environment, window.ends_at, until, but=window
    ):
        raise NotNow(f"Place {window.place} is taken before then: move the window that has it, or refuse.")
    rig = facilities.taken_rig(window.rigs.all(), window.ends_at, until, but=window)
    if rig is not None:
        raise NotNow(f"{rig} is taken before then: move the window that has it, or refuse.")


@transaction.atomic
def refuse_extension(row: Extension, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Extension:
    """Refuse to let the window last longer, with the reason, and return the request."""
    window, row = lock(row.window), lock(row, seen=seen)
    may.answer_extension(by=by)
    can.answer_extension(row, window, at=at)
    if not why.strip():
        raise Invalid("Say why it is refused.", {"why": ["Say why it is refused."]})
    return _answer(row, window, ExtensionState.REFUSED, "refuse_extension", why, by, at)


def _answer(
    row: Extension, window: TestWindow, state: ExtensionState, verb: str, why: str, by: Actor, at: datetime
) -> Extension:
    row.answered_at, row.answered_by_name, row.answer = at, by.name, why.strip()
    move(row, to=state, by=by, at=at, verb=verb, why=why, fields=("answered_at", "answered_by_name", "answer"))
    note(window, by=by, at=at, verb=verb, why=why, data={"until": row.until.isoformat()})
    tell(messages.ExtensionAnswered(window, row, at), at=at)
    return row
