"""A firm night ends as the activation window of its day closes: nobody is asked after it, silent or not."""

from datetime import date, datetime, time, timedelta

import pytest

from devices.gateway import Stage
from devices.rollouts import firm, verbs
from devices.rollouts.models import HubUpdateEvent, Rollout, Wave
from devices.rollouts.path import UNDERWAY
from devices.rollouts.states import HubState
from portal.workflow.actor import system
from portal.working_days import LONDON, start_of
from releases.gates import verbs as gates
from tests.factories.firm_nights import LOOSE, MIDNIGHT, activated, deployed, make_dated, start_due
from tests.factories.rollouts import assert_counts_agree, make_road

pytestmark = pytest.mark.django_db
NEXT_DAY = start_of(date(2017, 2, 3))
OVER_MIDNIGHT = {"window_opens": time(22), "window_closes": time(4)}
OFTEN = {"turns": 8, "answer_seconds": 900, "retry_seconds": 3 * 3_600}


@pytest.fixture
def release(world, catalogue):
    return make_dated(world, catalogue)


def make(world, release, *, turns=3, answer_seconds=0, retry_seconds=0, **changes):
    """A rollout that is deployed at once and activates with these waits."""
    road = deployed(make_road(world, release, thresholds=LOOSE, **changes))
    waits = {"turns": turns, "answer_seconds": answer_seconds, "retry_seconds": retry_seconds}
    Rollout.objects.filter(pk=road.rollout.pk).update(**waits)
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    return road


def local(day: int, *clock: int) -> datetime:
    return datetime(2017, 2, day, *clock, tzinfo=LONDON)


def at_night(road, at: datetime, *, until: datetime):
    """Go on by the quarter of an hour."""
    road.at = at
    while road.at < until:
        road.run()
        road.at += timedelta(minutes=15)
    return road


def asked(road, number: int = 0) -> list[datetime]:
    """When hubs of a wave were asked to activate, in order."""
    wave = Wave.objects.get(rollout=road.rollout, number=number)
    moves = HubUpdateEvent.objects.filter(rollout=road.rollout, slot__gte=wave.low, slot__lt=wave.high)
    return sorted(moves.filter(state=UNDERWAY[Stage.ACTIVATION]).values_list("at", flat=True))


def expired(road) -> int:
    """How many hubs have expired in activation."""
    assert_counts_agree(road.rollout)
    moves = HubUpdateEvent.objects.filter(rollout=road.rollout, state=HubState.EXPIRED)
    return moves.filter(at__gte=MIDNIGHT).count()


def activating(road, at=MIDNIGHT):
    assert start_due(road, at) == 1
    return road


def in_the_evening(road):
    """Let activation start as the window of the first night opens, not in the tail of the night before."""
    return activating(road, local(2, 22))


def test_silent_hubs_are_asked_after_midnight_until_the_window_closes_and_never_after_it(world, release):
    road = in_the_evening(make(world, release, **OVER_MIDNIGHT, **OFTEN))
    at_night(road, local(2, 22), until=local(3, 21))
    moments = asked(road)
    assert {moment.astimezone(LONDON) for moment in moments} == {local(2, 22), local(3, 1, 15)}
    assert expired(road) > 0 and 0 in activated(road)


def test_without_a_window_the_night_is_its_day(world, release):
    road = activating(make(world, release, turns=3, answer_seconds=900, retry_seconds=86_400))
    at_night(road, MIDNIGHT, until=NEXT_DAY + timedelta(hours=12))
    assert {moment.astimezone(LONDON) for moment in asked(road)} == {local(2)}
    assert expired(road) > 0 and activated(road)[:1] == [0]


def test_silent_hubs_of_a_window_in_the_morning_are_not_asked_on_the_next_one(world, release):
    road = activating(make(world, release, window_opens=time(0), window_closes=time(6), **OFTEN))
    at_night(road, MIDNIGHT, until=local(3, 5))
    assert {moment.astimezone(LONDON) for moment in asked(road)} == {local(2), local(2, 3, 15)}
    assert expired(road) > 0


def test_the_rest_of_a_full_night_is_not_asked_when_the_window_opens_on_another_day(world, release):
    """At noon a new night of the network begins, but the window is closed until the next day."""
    road = activating(make(world, release, window_opens=time(0), window_closes=time(6)))
    verbs.state_capacity("north", None, 40, by=world.actor("csp_north", at=road.at), at=road.at)
    at_night(road, MIDNIGHT, until=local(3, 7))
    assert {moment.astimezone(LONDON).date() for moment in asked(road)} == {date(2017, 2, 2)}
    assert activated(road)[:1] == [0]


def test_the_rest_of_a_night_that_fills_up_after_midnight_is_left(world, release):
    """The network's own night ends at noon, and the window opens next for another day."""
    road = in_the_evening(make(world, release, **OVER_MIDNIGHT, **OFTEN))
    verbs.state_capacity("north", None, 40, by=world.actor("csp_north", at=road.at), at=road.at)
    at_night(road, local(2, 22), until=local(4, 4))
    assert max(asked(road)) < local(3, 4)
    assert activated(road)[:1] == [0]


def test_a_batch_that_comes_too_late_asks_nobody(world, release):
    """No worker was there before the night was over."""
    road = activating(make(world, release, turns=3, answer_seconds=900, retry_seconds=0))
    verbs.advance(road.fresh(), by=system("Rollout engine"), at=road.at)
    at_night(road, NEXT_DAY, until=NEXT_DAY + timedelta(hours=1))
    assert asked(road) == [] and expired(road) == 0


def test_who_fell_silent_before_the_workers_did_has_expired(world, release):
    road = activating(make(world, release, turns=3, answer_seconds=900, retry_seconds=0))
    verbs.advance(road.fresh(), by=system("Rollout engine"), at=road.at)
    road.step()  # asked
    road.at += timedelta(seconds=900)
    road.step()  # answered, some of them
    silent = assert_counts_agree(road.rollout)[HubState.UNREACHABLE]
    road.at = NEXT_DAY
    road.step()
    road.at += timedelta(seconds=900)
    road.step()
    assert len(set(asked(road))) == 1
    assert expired(road) == silent > 0


def test_a_night_is_over_as_its_window_closes(world, release):
    road = in_the_evening(make(world, release, **OVER_MIDNIGHT))
    assert firm.why_passed(road.fresh(), local(3, 3, 59)) is None
    assert "The night of 2 February 2017 is over" in firm.why_passed(road.rollout, local(3, 4))
