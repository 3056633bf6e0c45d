"""The one portal clock: real time plus an offset that only the demonstration may move.

Read at the edge only (middleware, tasks, commands) and passed on as ``at``. Every deadline, gate, notice, ballot,
rollout and the simulator run on it (Time: one portal clock).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.journal.writing import record
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.workflow.models import ClockSetting

SPEEDS = (1, 60, 3600)
_standing: ContextVar[datetime | None] = ContextVar("the moment at which the clock stands", default=None)


def now() -> datetime:
    """Return portal time in UTC; equals real time until the demonstration has moved it."""
    return _standing.get() or _at(ClockSetting.objects.filter(pk=1).first(), timezone.now())


def speed() -> int:
    """Return how many portal seconds pass in one real second; 1 outside the demonstration."""
    setting = ClockSetting.objects.filter(pk=1).first()
    return setting.speed if setting else 1


def _at(setting: ClockSetting | None, real: datetime) -> datetime:
    if setting is None:
        return real
    elapsed = max(real - setting.real_base, timedelta())  # a host clock stepping back never turns portal time back
    return setting.portal_base + elapsed * setting.speed


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let portal time stand at a moment for this thread alone, so that the demonstration can tell its history.

    Nobody else's clock is touched. Refused in production.
    """
    _only_in_the_demonstration()
    before = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(before)


@transaction.atomic
def advance(*, to: datetime, by: Actor) -> datetime:
    """Move portal time forward to ``to`` and return it. Refused in production and for a time already past."""
    setting = _locked()
    present = _at(setting, timezone.now())
    if to <= present:
        raise NotNow("The portal clock only moves forward: choose a later time.")
    if to > present + timedelta(days=400):
        raise Invalid("The portal clock moves at most 400 days at once: choose an earlier time.")
    _set(setting, portal=to, speed=setting.speed)
    record(by=by, verb="advance_clock", subject=("clock", 1, "Portal clock"), was=str(present), now=str(to), at=to)
    return to


@transaction.atomic
def run_at(*, speed: int, by: Actor) -> None:
    """Let portal time run ``speed`` times as fast as real time. Refused in production."""
    if speed not in SPEEDS:
        raise Invalid(f"Speed must be one of {', '.join(map(str, SPEEDS))}.")
    setting = _locked()
    present = _at(setting, timezone.now())
    was = setting.speed
    _set(setting, portal=present, speed=speed)
    record(
        by=by,
        verb="run_clock",
        subject=("clock", 1, "Portal clock"),
        was=f"speed {was}",
        now=f"speed {speed}",
        at=present,
    )


def _only_in_the_demonstration() -> None:
    if not settings.DEMO:
        raise NotAllowed("The clock of a live portal is real time: only the demonstration may move it.")


def _locked() -> ClockSetting:
    _only_in_the_demonstration()
    real = timezone.now()
    ClockSetting.objects.get_or_create(pk=1, defaults={"real_base": real, "portal_base": real})
    return ClockSetting.objects.select_for_update(no_key=True).get(pk=1)


def _set(setting: ClockSetting, *, portal: datetime, speed: int) -> None:
    setting.real_base, setting.portal_base, setting.speed = timezone.now(), portal, speed
    setting.save()
