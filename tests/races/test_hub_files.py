"""A file of hubs sent twice at once, answered by two workers at once, and by one that dies."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from devices.enquiries import verbs
from devices.enquiries.models import FileEnquiry
from devices.enquiries.states import FileState
from devices.enquiries.tasks import PORTAL
from devices.fleet.models import eui64_text
from portal.delivery.models import Message
from portal.journal.models import Entry
from tests.factories.releases import make_catalogue
from tests.factories.rollouts import make_hubs
from tests.factories.world import make_world
from tests.races.threads import ROW_LOCK, together

DATA = "\n".join(eui64_text(2 * number) for number in range(1, 6)).encode()
DROP = "DROP INDEX one_enquiry_of_a_file_at_a_time"
ADD = """CREATE UNIQUE INDEX one_enquiry_of_a_file_at_a_time ON enquiries_fileenquiry (user_id, organisation_id, digest)
 WHERE state IN ('queued', 'running')"""


@pytest.fixture
def world(transactional_db, monkeypatch):
    call_command("ensure_defaults", verbosity=0)
    world = make_world()
    make_catalogue(world)
    make_hubs()
    monkeypatch.setattr("devices.enquiries.verbs.asking.ROWS_A_PART", 2)
    return world


def send(world):
    return verbs.ask_by_file(DATA, name="hubs.csv", by=world.actor("supplier"), at=world.at)


def answer(row, at):
    while verbs.answer_next(row.pk, by=PORTAL, at=at):
        pass


def left_alone(row):
    FileEnquiry.objects.filter(pk=row.pk).update(hinted_at=timezone.now() - timedelta(minutes=1))


def told() -> int:
    return Message.objects.filter(kind="enquiries.file_ended").count()


def test_sent_twice_at_once_it_is_one(world):
    outcomes = together(*[lambda: send(world)] * 4)
    assert all(one.ok for one in outcomes), outcomes
    assert len({one.value.pk for one in outcomes}) == FileEnquiry.objects.count() == 1
    assert Entry.objects.filter(verb="ask_by_file").count() == 1
    assert FileEnquiry.objects.get().parts.count() == 3


def index() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'one_enquiry_of_a_file_at_a_time'")
        return cursor.fetchone()[0]


def test_without_the_constraint_it_would_be_several(world):
    before = index()
    with connection.cursor() as cursor:
        cursor.execute(DROP)
    try:
        for _attempt in range(20):
            together(*[lambda: send(world)] * 4)
            if FileEnquiry.objects.count() > 1:
                return
            FileEnquiry.objects.all().delete()
        raise AssertionError("no clash in 20 attempts: the constraint guards nothing")
    finally:
        FileEnquiry.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(ADD)
        assert index() == before


def test_two_workers_at_once_answer_every_row_once(world):
    row = send(world)
    assert all(one.ok for one in together(*[lambda: answer(row, world.at)] * 2))
    answer(row, world.at)  # what both left to the other
    row.refresh_from_db()
    assert (row.state, row.worked, row.answered, told()) == (FileState.DONE, 5, 5, 1)
    with row.result.open("rb") as found:
        assert found.read().decode().count("answered") == 5


def test_without_the_lock_both_would_answer(world):
    for _attempt in range(20):
        row = send(world)
        outcomes = together(*[lambda row=row: answer(row, world.at)] * 2, without=ROW_LOCK)
        row.refresh_from_db()
        if told() > 1 or row.worked != 5 or not all(one.ok for one in outcomes):
            return
        FileEnquiry.objects.all().delete()
        Message.objects.filter(kind="enquiries.file_ended").delete()
    raise AssertionError("no clash in 20 attempts: the lock guards nothing")


def test_a_worker_that_dies_leaves_its_part_to_the_next_and_one_sweep_says_so(world):
    row = send(world)
    verbs.answer_next(row.pk, by=PORTAL, at=world.at)

    def killed():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        verbs.answer_next(row.pk, by=PORTAL, at=world.at)
        connection.close()  # the database sees the connection go, as when the process is killed

    together(killed)
    row.refresh_from_db()
    assert (row.state, row.worked) == (FileState.RUNNING, 2)
    left_alone(row)
    assert sum(one.value for one in together(verbs.republish, verbs.republish)) == 1
    answer(row, world.at)
    row.refresh_from_db()
    assert (row.state, row.worked, row.answered, told()) == (FileState.DONE, 5, 5, 1)


def test_without_the_lock_both_sweeps_would_say_so(world):
    row = send(world)
    for _attempt in range(20):
        left_alone(row)
        if sum(one.value for one in together(verbs.republish, verbs.republish, without=ROW_LOCK)) > 1:
            return
    raise AssertionError("no clash in 20 attempts: the lock guards nothing")
