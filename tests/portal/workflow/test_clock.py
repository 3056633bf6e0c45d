"""The one portal clock: real time until the demonstration moves it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.journal.models import Entry
from portal.workflow import clock
from portal.workflow.actor import Actor, Channel
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.workflow.models import ClockSetting

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = Actor(name="Ada", channel=Channel.PAGE, user_id=1)


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_untouched_it_is_real_time(at_noon):
    assert clock.now() == NOON
    assert clock.speed() == 1


def test_advancing_moves_it_and_journals(at_noon):
    later = NOON + timedelta(days=8)

    assert clock.advance(to=later, by=ADA) == later

    assert clock.now() == later
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor_name, entry.was, entry.now) == ("advance_clock", "Ada", str(NOON), str(later))


def test_it_runs_on_from_where_it_was_moved(at_noon):
    clock.advance(to=NOON + timedelta(days=8), by=ADA)
    at_noon.shift(timedelta(hours=2))

    assert clock.now() == NOON + timedelta(days=8, hours=2)


def test_it_runs_faster(at_noon):
    clock.run_at(speed=60, by=ADA)
    at_noon.shift(timedelta(minutes=1))

    assert clock.now() == NOON + timedelta(hours=1)
    assert clock.speed() == 60


def test_speed_can_be_set_back_without_a_jump(at_noon):
    clock.run_at(speed=3600, by=ADA)
    at_noon.shift(timedelta(seconds=10))
    clock.run_at(speed=1, by=ADA)
    at_noon.shift(timedelta(seconds=10))

    assert clock.now() == NOON + timedelta(hours=10, seconds=10)


def test_a_host_clock_stepping_back_never_turns_it_back(at_noon):
    clock.advance(to=NOON + timedelta(days=1), by=ADA)
    at_noon.shift(timedelta(hours=-3))

    assert clock.now() == NOON + timedelta(days=1)


def test_it_only_moves_forward(at_noon):
    with pytest.raises(NotNow, match="only moves forward"):
        clock.advance(to=NOON, by=ADA)


def test_it_does_not_leap_years(at_noon):
    with pytest.raises(Invalid, match="at most 400 days"):
        clock.advance(to=NOON + timedelta(days=401), by=ADA)


def test_only_known_speeds(at_noon):
    with pytest.raises(Invalid, match="1, 60, 3600"):
        clock.run_at(speed=7, by=ADA)


@pytest.mark.parametrize("act", [lambda: clock.advance(to=NOON, by=ADA), lambda: clock.run_at(speed=60, by=ADA)])
def test_a_live_portal_refuses(settings, act):
    settings.DEMO = False

    with pytest.raises(NotAllowed, match="only the demonstration"):
        act()


def test_the_database_keeps_one_row():
    row = {"real_base": timezone.now(), "portal_base": timezone.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        ClockSetting.objects.create(pk=2, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockSetting.objects.create(pk=1, speed=0, **row)


def test_it_stands_still_for_who_tells_history_and_for_nobody_else(at_noon):
    with clock.standing_at(NOON - timedelta(days=90)):
        assert clock.now() == NOON - timedelta(days=90)
    assert clock.now() == NOON


def test_it_never_stands_in_production(at_noon, settings):
    settings.DEMO = False
    with pytest.raises(NotAllowed), clock.standing_at(NOON):
        pass
