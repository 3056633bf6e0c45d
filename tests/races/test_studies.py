"""A study played by two workers at once, and cancelled under their hands."""

import pytest
from django.core.management import call_command

from devices.studies import queries, verbs
from devices.studies.models import Study
from devices.studies.tasks import PORTAL
from portal.delivery.models import Message
from tests.factories.releases import make_catalogue
from tests.factories.rollouts import make_hubs
from tests.factories.studies import make, played
from tests.factories.world import make_world
from tests.races.threads import ROW_LOCK, together


@pytest.fixture
def world(transactional_db, monkeypatch):
    call_command("ensure_defaults", verbosity=0)
    world = make_world()
    make_catalogue(world)
    make_hubs()
    monkeypatch.setattr(verbs, "RUNS_A_PART", 1)
    return world


def work(row, at) -> int:
    """Play and finish as a worker does; return how many parts were played."""
    parts = 0
    while verbs.play_next(row.pk, by=PORTAL, at=at):
        parts += 1
    verbs.finish(row.pk, by=PORTAL, at=at)
    return parts


def test_two_workers_play_each_part_once_and_end_it_once(world):
    alone = played(make(world), world.at)
    row = make(world)
    outcomes = together(*[lambda: work(row, world.at)] * 2)
    assert all(one.ok for one in outcomes), outcomes
    assert sum(one.value for one in outcomes) == row.runs
    row.refresh_from_db()
    assert (row.state, row.results) == ("done", alone.results)
    assert Message.objects.filter(kind="studies.study_ended", subject__contains=str(row)).count() == 1


def test_without_the_lock_a_part_is_played_twice(world):
    row = make(world)
    outcomes = together(*[lambda: work(row, world.at)] * 2, without=ROW_LOCK)
    assert sum(one.value or 0 for one in outcomes) > row.runs or not all(one.ok for one in outcomes)


def test_who_cancels_waits_for_the_part_that_is_played_and_no_deadlock_comes_of_it(world):
    row = make(world)
    outcomes = together(
        lambda: work(row, world.at),
        lambda: work(row, world.at),
        lambda: verbs.cancel(row, by=world.actor("manager"), at=world.at),
    )
    assert [one.error for one in outcomes[:2]] == [None, None]
    row = Study.objects.get(pk=row.pk)
    assert row.state == ("cancelled" if outcomes[2].ok else "done") and not row.parts.exists()
    assert queries.played(row) == (0 if outcomes[2].ok else row.runs)
