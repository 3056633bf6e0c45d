"""Answers of the gates that a worker remembers, while others write on the real database.

Rule: every batch asks again; a write that has committed is seen by the next question, in whatever order writers commit.
"""

import threading
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from releases.gates import answers
from releases.gates.queries import open_cells
from releases.products.models import FirmwareVersion, ValidityPeriod
from releases.publishing import verbs as publishing
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Release
from tests.factories.findings import make_hold
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import World, make_world
from tests.races.threads import stripping, together

LATER = timedelta(days=30)
CELLS = [1, 2, 3, 4]
FIRST, SECOND = partial(frozenset, {1}), partial(frozenset, {2})
OF_ITSELF = r"by = pg_current_xact_id_if_assigned\(\)"
UNSEEN = r"NOT pg_visible_in_snapshot\(by, %\(seen\)s::pg_snapshot\)"


@pytest.fixture
def world(transactional_db) -> World:
    ensure_defaults()
    return make_world()


@pytest.fixture
def release(world) -> Release:
    """An announced release whose notice all responsible suppliers were served long ago."""
    for specification, version in (("CHTS", "1.1"), ("GBCS", "3.2")):
        ValidityPeriod.objects.create(specification=specification, version=version, installation_from=date(2016, 1, 1))
    made = make_announced(world, make_catalogue(world))
    for name in ("heron", "osprey"):
        organisation = world.organisations[name]
        publishing.serve_by_other_means(
            made, organisation, why="By hand.", by=world.actor("manager"), at=made.announced_at
        )
    return made


def ask(world: World, release: Release) -> frozenset[int]:
    return open_cells(release, "deployment", CELLS, world.at + LATER)


def test_the_same_question_in_the_same_second_costs_one_statement(world, release):
    first = ask(world, release)
    assert first

    with CaptureQueriesContext(connection) as captured:
        assert ask(world, release) == first

    assert len(captured) == 1


def test_an_answer_stands_for_the_rest_of_its_second_only(world):
    at = world.at.replace(microsecond=500_000)
    for release, (ahead, stands) in enumerate([(0, True), (499, True), (500, False), (-1, False), (1000, False)]):
        answers.remembered("open", -release, "deployment", at, FIRST)
        again = answers.remembered("open", -release, "deployment", at + timedelta(milliseconds=ahead), SECOND)
        assert again == (FIRST() if stands else SECOND()), ahead


def test_another_second_is_looked_up_anew(world, release):
    ask(world, release)

    with CaptureQueriesContext(connection) as captured:
        open_cells(release, "deployment", CELLS, world.at + LATER + timedelta(seconds=1))

    assert len(captured) > 5


def test_a_hold_is_seen_in_the_same_second(world, release):
    before = ask(world, release)
    make_hold(world, release)
    assert ask(world, release) < before


def test_unseen_writes_would_leave_the_gate_open(world, release):
    """What the watch is for: without its question the hold is missed."""
    before, met = ask(world, release), []
    make_hold(world, release)
    with stripping(UNSEEN, met=met, put="false"):
        assert ask(world, release) == before
    assert met


def test_a_change_without_a_verb_is_seen(world, release):
    assert ask(world, release)
    FirmwareVersion.objects.filter(version=release.firmware_version).update(status=FirmwareVersion.Status.REMOVED)
    assert not ask(world, release)


def test_a_writer_that_began_before_the_answer_and_commits_after_it_is_seen(world, release):
    """Its number is lower than that of a later writer already seen: the highest number would not tell."""
    written, looked = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            make_hold(world, release)
            written.set()
            assert looked.wait(10)

    def quick() -> frozenset[int]:
        assert written.wait(10)
        FirmwareVersion.objects.filter(version="none such").update(status=FirmwareVersion.Status.REMOVED)
        try:
            return ask(world, release)
        finally:
            looked.set()

    slow_one, quick_one = together(slow, quick)

    assert (slow_one.error, quick_one.error) == (None, None)
    assert ask(world, release) < quick_one.value


def ended_meanwhile() -> None:
    """Another transaction begins and commits: snapshots now reach beyond the number of one that began before it."""
    [outcome] = together(lambda: FirmwareVersion.objects.filter(version="none such").update(status="removed"))
    assert outcome.ok


def asked_around_a_hold(world: World, release: Release) -> tuple[frozenset[int], frozenset[int]]:
    """Ask, place a hold and ask again, all in one transaction that has written before."""
    with transaction.atomic():
        release.save()
        ended_meanwhile()
        before = ask(world, release)
        make_hold(world, release)
        return before, ask(world, release)


def taken_back(world: World, release: Release) -> tuple[frozenset[int], frozenset[int]]:
    """Ask under a hold in a transaction that is rolled back, and ask again; return the second answer and the truth."""
    with transaction.atomic():
        make_hold(world, release)
        ended_meanwhile()
        ask(world, release)
        transaction.set_rollback(True)
    after = ask(world, release)
    answers._answers.clear()
    return after, ask(world, release)


def test_a_transaction_sees_what_it_writes_itself(world, release):
    before, after = asked_around_a_hold(world, release)
    assert after < before


def test_what_a_transaction_takes_back_is_not_remembered(world, release):
    after, truth = taken_back(world, release)
    assert after == truth


@pytest.mark.parametrize("deed", [asked_around_a_hold, taken_back])
def test_without_asking_of_itself_its_own_writes_would_be_missed(world, release, deed):
    """The negative control."""
    met: list[str] = []
    with stripping(OF_ITSELF, met=met, put="false"):
        first, second = deed(world, release)
    assert met and (first == second) is (deed is asked_around_a_hold)
