"""Serving a notice while the mail server dies and real workers are killed: everybody is served exactly once."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from portal.delivery.models import Delivery
from portal.embedded import programs
from portal.embedded.process import kill_session
from portal.people.models import Organisation, OrganisationKind
from portal.workflow.errors import NotNow
from releases.publishing import queries, verbs
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import NoticeService
from tests.factories.crew import database_address
from tests.factories.mail_server import mail_server
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import make_world
from tests.races.threads import ROW_LOCK, together

BASE = Path(__file__).resolve().parents[2]
MANY = 120
PATIENCE = 120


@pytest.fixture
def world(transactional_db):
    return make_world()


@pytest.fixture
def announced(world):
    ensure_defaults()
    return make_announced(world, make_catalogue(world))


class Crew:
    """A real worker with two processes, set up as in production, that mails to a port of this machine."""

    def __init__(self, port: int) -> None:
        env = {
            **os.environ,
            "DATABASE_URL": database_address(),
            "VAR_DIR": str(settings.VAR_DIR),
            "DEMO": "0",
            "SECRET_KEY": "of one test",
            "ALLOWED_HOSTS": "portal.example",
            "PORTAL_URL": "https://portal.example",
            "DEFAULT_FROM_EMAIL": "portal@portal.example",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        self.program = programs.worker(logs=BASE / "var" / "log" / "races", base=BASE, env=env)
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.child = self.program.start()

    def kill(self) -> None:
        """SIGKILL to the worker and both its processes."""
        if self.child is not None:
            kill_session(self.child)
            self.child.wait()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def crew(transactional_db, port) -> Iterator[Crew]:
    made = Crew(port)
    try:
        yield made
    finally:
        made.kill()


def until(done: Callable[[], bool], what: str) -> None:
    """Nudge the workers as the beat does until it is done."""
    limit = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < limit, f"not {what} within {PATIENCE} s"
        current_app.send_task("delivery.deliver_all")
        current_app.send_task("publishing.record_services")
        time.sleep(0.2)


def sent() -> int:
    return Delivery.objects.filter(message__kind="publishing.notice", state="sent").count()


def test_mail_server_and_worker_die_in_mid_service_and_everybody_is_served_once(world, crew, port):
    Organisation.objects.bulk_create(
        Organisation(
            name=f"Supplier {number}",
            slug=f"supplier-{number}",
            kind=OrganisationKind.SUPPLIER,
            notice_address=f"n{number}@s.example",
        )
        for number in range(MANY)
    )
    ensure_defaults()
    release = make_announced(world, make_catalogue(world))
    everybody = MANY + 4
    ids: list[str] = []

    crew.start()
    until(lambda: True, "started")  # nobody answers at the port yet: everything waits
    with mail_server(port) as server:
        until(lambda: len(server.accepted) >= 5, "begun")
    ids += server.ids()  # once it is gone, so that none of the last is missed
    before = len(ids)
    # the mail server is gone in mid-service; the worker is killed while it tries
    crew.kill()
    assert before and sent() < everybody, "it must still be in mid-service"

    crew.start()
    with mail_server(port) as server:
        until(lambda: len(server.accepted) >= 5, "going on")
        crew.kill()  # and now in mid-service with the server alive
        crew.start()
        until(lambda: sent() == everybody, "sent to everybody")
        until(lambda: NoticeService.objects.count() == everybody, "proven for everybody")
    ids += server.ids()

    notice = queries.notice_in_force(release)
    assert notice is not None
    served = list(notice.services.values_list("organisation_id", flat=True))
    assert len(served) == len(set(served)) == everybody
    assert set(notice.services.values_list("means", flat=True)) == {"mail"}
    notices = Delivery.objects.filter(message__kind="publishing.notice")
    assert notices.count() == everybody
    assert set(notices.values_list("state", flat=True)) == {"sent"}
    assert {f"<delivery-{one.pk}" for one in notices} <= {one.partition("@")[0] for one in ids}
    assert len(ids) - len(set(ids)) <= 3, "what a kill repeats is the mail in flight, under the same Message-ID"


def _two_remind(world, announced, day, **how):
    people = [world.actor(who) for who in ("manager", "second_manager")]
    at = world.at + timedelta(days=day)
    return together(*(lambda by=by: verbs.remind(announced, by=by, at=at) for by in people), **how)


def _reminders() -> int:
    return Delivery.objects.filter(message__kind="publishing.reminder").count()


def test_two_managers_remind_and_everybody_hears_it_once(world, announced):
    outcomes = _two_remind(world, announced, 1)
    assert [type(one.error) for one in outcomes if not one.ok] == [NotNow]
    assert _reminders() == 4


def test_without_the_lock_some_would_be_reminded_twice(world, announced):
    for day in range(1, 21):
        before = _reminders()
        _two_remind(world, announced, day, without=ROW_LOCK)
        if _reminders() - before > 4:
            return
    raise AssertionError("nobody was reminded twice in 20 attempts: the lock guards nothing")
