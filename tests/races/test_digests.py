"""Two workers make the same digest at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from portal.delivery import tasks, verbs
from portal.delivery.messages import DigestReady
from portal.delivery.models import Delivery, Digest
from portal.people import contributes
from portal.people import verbs as people
from tests.factories.mail_server import mail_server
from tests.factories.world import SEED, make_world
from tests.races.threads import together

MORNING = datetime(2017, 1, 10, 8, tzinfo=UTC)
DROP = "ALTER TABLE delivery_digest DROP CONSTRAINT one_digest_a_day"
ADD = "ALTER TABLE delivery_digest ADD CONSTRAINT one_digest_a_day UNIQUE (user_id, day)"


@pytest.fixture
def world(transactional_db):
    world = make_world()
    later = world.at + timedelta(minutes=1)
    verbs.prefer(kind="people.agent_appointed", how="digest", by=world.actor("rsa"), at=later)
    people.appoint_rsa(world.organisation("fernlight"), world.organisation("meterwrights"), by=SEED, at=later)
    Delivery.objects.update(state="inbox_only")
    return world


def race(world):
    (reader,) = contributes.readers({world.users["rsa"].pk}, MORNING)
    return together(*[lambda: verbs.make_digest(reader, at=MORNING)] * 4)


def test_many_workers_make_one_and_one_is_mailed(world, settings):
    outcomes = race(world)
    assert all(one.ok for one in outcomes)
    assert sum(one.value is not None for one in outcomes) == 1
    assert Digest.objects.count() == Delivery.objects.filter(message__kind=DigestReady.kind).count() == 1
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        assert all(one.ok for one in together(tasks.deliver_all, tasks.deliver_all))
    assert [letter["Subject"] for letter in server.accepted] == ["Your daily digest: 1 message"]


def test_without_the_constraint_there_would_be_several(world):
    with connection.cursor() as cursor:
        cursor.execute(DROP)
    try:
        for _attempt in range(20):
            race(world)
            if Digest.objects.count() > 1:
                return
            _forget()
        raise AssertionError("no clash in 20 attempts: the constraint guards nothing")
    finally:
        _forget()
        with connection.cursor() as cursor:
            cursor.execute(ADD)


def _forget() -> None:
    Digest.deliveries.through.objects.all().delete()
    Digest.objects.all().delete()


def test_a_worker_that_dies_before_the_commit_leaves_it_to_the_next(world):
    (reader,) = contributes.readers({world.users["rsa"].pk}, MORNING)

    def killed():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        verbs.make_digest(reader, at=MORNING)
        connection.close()  # the database sees the connection go, as when the process is killed

    together(killed)
    assert not Digest.objects.exists()
    assert verbs.make_digest(reader, at=MORNING) is not None
    assert Delivery.objects.filter(message__kind=DigestReady.kind).count() == 1
