"""A draft schedule solved by two workers at once, and discarded under their hands."""

import pytest
from django.core.management import call_command

from portal.delivery.models import Message
from releases.scheduling import verbs
from releases.scheduling.models import Draft, DraftWork
from releases.scheduling.tasks import SOLVER
from tests.factories.drafts import make_closed, make_draft
from tests.factories.exercises import CLOSES, make_exercise
from tests.factories.releases import make_catalogue
from tests.factories.world import make_world
from tests.races.threads import ROW_LOCK, together


@pytest.fixture
def world(transactional_db):
    call_command("ensure_defaults", verbosity=0)
    return make_world()


@pytest.fixture
def draft(world):
    return make_draft(world, make_closed(world, make_exercise(world, make_catalogue(world))))


def work(draft: Draft) -> bool:
    """Solve and finish as a worker does; return whether it was solved here."""
    here = verbs.play(draft.pk, by=SOLVER, at=CLOSES)
    verbs.finish(draft.pk, by=SOLVER, at=CLOSES)
    return here


def test_two_workers_solve_a_draft_once_and_end_it_once(draft):
    outcomes = together(*[lambda: work(draft)] * 2)
    assert all(one.ok for one in outcomes), outcomes
    assert sorted(one.value for one in outcomes) == [False, True]
    assert Draft.objects.get().state == "ready" and not DraftWork.objects.exists()
    assert Message.objects.filter(kind="scheduling.draft_ended").count() == 1


def test_without_the_lock_it_is_solved_twice(draft):
    outcomes = together(*[lambda: verbs.play(draft.pk, by=SOLVER, at=CLOSES)] * 2, without=ROW_LOCK)
    assert sum(bool(one.value) for one in outcomes) == 2 or not all(one.ok for one in outcomes)


def test_who_discards_waits_for_no_worker_and_leaves_no_work(world, draft):
    manager = world.actor("manager")
    outcomes = together(
        lambda: work(draft),
        lambda: work(draft),
        lambda: verbs.discard(draft, by=manager, at=CLOSES),
    )
    assert [one.error for one in outcomes] == [None] * 3
    assert Draft.objects.get().state == "discarded" and not DraftWork.objects.exists()
