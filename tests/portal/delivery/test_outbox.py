"""What is told is written with the verb, and mailed once to each."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.core.mail import get_connection
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from portal.delivery.mail import message_id
from portal.delivery.messages import Notification, Recipient, catalogue
from portal.delivery.models import Attempt, Delivery, Message, Preference
from portal.delivery.outbox import tell
from portal.delivery.tasks import deliver_all
from portal.delivery.verbs import MOST_ATTEMPTS, deliver_next, wait_after
from tests.factories.mail_server import mail_server
from tests.factories.world import START

EVERYBODY = [
    Recipient(name=f"Party {number}", address=f"p{number}@x.example", organisation_id=number) for number in range(6)
]


@dataclass(frozen=True)
class Told(Notification):
    kind: ClassVar[str] = "test.told"
    template: ClassVar[str] = "people/seat_ended.txt"
    then: ClassVar[str] = "test.then"

    to: tuple[Recipient, ...]
    restricted: bool = False
    subject: str = "A & B's\n news"
    url: str = "/somewhere/"
    reference: tuple[str, int] = ("test.thing", 7)

    def recipients(self) -> Iterable[Recipient]:
        return self.to

    def context(self) -> dict[str, Any]:
        return {"seat": {"committee": "A & B's", "get_capacity_display": "Chair", "ends_at": START}}


@dataclass(frozen=True)
class ToldByLaw(Told):
    kind: ClassVar[str] = "test.told_by_law"
    statutory: ClassVar[bool] = True


@pytest.fixture(autouse=True)
def only_here():
    """The kinds of this file leave the catalogue as the file ends its work, so that pages do not list them."""
    yield
    for kind in (Told.kind, ToldByLaw.kind):
        catalogue.pop(kind, None)


@pytest.fixture
def smtp(settings):
    """Send over SMTP to a port that the test opens when it likes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    return settings.EMAIL_PORT


def due_now() -> None:
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_a_message_and_its_deliveries_are_written_together():
    message = tell(Told((*EVERYBODY, EVERYBODY[0])), at=START)
    assert (message.reference_kind, message.reference_id, message.at) == ("test.thing", 7, START)
    assert "A & B's" in message.body
    assert message.deliveries.filter(state="queued").count() == len(EVERYBODY)


@pytest.mark.django_db
def test_who_has_no_address_has_it_in_the_inbox_only():
    tell(Told((Recipient(name="P", organisation_id=1),)), at=START)
    assert Delivery.objects.get().state == "inbox_only"


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["inbox", "digest"])
@pytest.mark.parametrize(("notification", "state"), [(Told, "inbox_only"), (ToldByLaw, "queued")])
def test_a_wish_stops_mail_but_never_statutory_mail(notification, state, how):
    for kind in (Told.kind, ToldByLaw.kind):
        Preference.objects.create(user_id=5, kind=kind, how=how)
    tell(notification((Recipient(name="P", address="p@x.example", user_id=5),)), at=START)
    assert Delivery.objects.get().state == state


@pytest.mark.django_db
def test_the_mail_says_what_and_where():
    tell(Told((EVERYBODY[0],)), at=START)
    deliver_all()
    letter, delivery = mail.outbox[0], Delivery.objects.get()
    assert letter.subject == "A & B's news"
    assert letter.body.endswith(f"{portal_settings.PORTAL_URL}/somewhere/\n")
    assert letter.extra_headers["Message-ID"] == message_id(delivery)
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    assert delivery.sent_at is not None


@pytest.mark.django_db
def test_a_restricted_message_is_mailed_as_a_link_only():
    tell(Told((EVERYBODY[0],), restricted=True, url=""), at=START)
    deliver_all()
    assert "A & B" not in mail.outbox[0].subject + mail.outbox[0].body
    assert portal_settings.PORTAL_URL in mail.outbox[0].body


@pytest.mark.django_db
def test_the_named_task_follows_a_delivery(django_capture_on_commit_callbacks):
    tell(Told((EVERYBODY[0],)), at=START)
    with django_capture_on_commit_callbacks() as callbacks:
        deliver_all()
    assert [callback.args for callback in callbacks] == [("test.then", {"delivery_id": Delivery.objects.get().pk})]


@pytest.mark.django_db
def test_a_mail_server_down_and_up_again_serves_each_once(smtp):
    tell(Told(tuple(EVERYBODY)), at=START)
    deliver_all()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"queued"}
    due_now()
    with mail_server(smtp) as server:
        deliver_all()
        deliver_all()
    assert sorted(server.ids()) == sorted(message_id(row) for row in Delivery.objects.all())
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db
def test_a_server_that_dies_on_the_way_is_tried_again_with_growing_waits(smtp):
    tell(Told((EVERYBODY[0],)), at=START)
    with mail_server(smtp):
        broken = get_connection()
        broken.open()
    broken.connection.sock.shutdown(socket.SHUT_RDWR)
    delivery = deliver_next(broken, at=START)
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    assert delivery.next_attempt_at > timezone.now()
    assert Attempt.objects.get().succeeded is False
    assert deliver_next(broken, at=START) is None


@pytest.mark.django_db
def test_a_dead_mailbox_fails_for_good_and_stops_nobody_else(smtp):
    tell(Told(tuple(EVERYBODY)), at=START)
    with mail_server(smtp) as server:
        server.refuses.add("p2@x.example")
        deliver_all()
    states = dict(Delivery.objects.values_list("address", "state"))
    assert states.pop("p2@x.example") == "failed"
    assert set(states.values()) == {"sent"}
    assert "no such mailbox" in Delivery.objects.get(state="failed").failure


@pytest.mark.django_db
def test_trying_ends_some_time(smtp):
    tell(Told((EVERYBODY[0],)), at=START)
    Delivery.objects.update(attempts=MOST_ATTEMPTS - 1)
    assert deliver_next(get_connection(), at=START).state == "failed"


def test_waits_double_up_to_an_hour():
    assert [wait_after(n).total_seconds() for n in (1, 2, 3, 20)] == [5, 10, 20, 3600]


@pytest.mark.django_db
def test_attempts_are_never_changed():
    tell(Told((EVERYBODY[0],)), at=START)
    deliver_all()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Attempt.objects.update(succeeded=False)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_workers_serve_each_recipient_once(smtp):
    many = tuple(Recipient(name=str(n), address=f"{n}@x.example", organisation_id=n) for n in range(40))
    tell(Told(many), at=START)

    def work() -> None:
        deliver_all()
        connections.close_all()

    with mail_server(smtp) as server:
        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(server.ids()) == len(set(server.ids())) == len(many)
    assert Attempt.objects.count() == len(many)


WORKER = """
import sys
import django
port, name = sys.argv[1:]
django.setup()
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(port)
settings.DATABASES["default"]["NAME"] = name
from portal.delivery.tasks import deliver_all
deliver_all()
"""


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing(smtp):
    """Killed in the middle, a worker leaves its row waiting; who was served is told at most once more, under one id."""
    many = tuple(Recipient(name=str(n), address=f"{n}@x.example", organisation_id=n) for n in range(60))
    tell(Told(many), at=START)
    name = connection.settings_dict["NAME"]
    with mail_server(smtp) as server:
        worker = subprocess.Popen([sys.executable, "-c", WORKER, str(smtp), name])
        limit = time.monotonic() + 30
        while len(server.accepted) < 5 and time.monotonic() < limit:
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        served = Delivery.objects.filter(state="sent").count()
        assert 0 < served < len(many)
        deliver_all()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert len(set(server.ids())) == len(many)
    assert len(server.ids()) <= len(many) + 1
    assert Message.objects.count() == 1
