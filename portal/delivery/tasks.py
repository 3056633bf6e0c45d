from celery import shared_task
from django.core.mail import get_connection

from portal.delivery import queries
from portal.delivery.digests import due
from portal.delivery.models import Delivery
from portal.delivery.verbs import deliver_next, make_digest
from portal.workflow import clock
from portal.working_days import london_day

AT_MOST = 500  # a task stays well under its time limit; the next beat goes on


@shared_task(name="delivery.deliver_all")
def deliver_all(**_: object) -> None:
    """Send what waits, one transaction each; runs after each ``tell`` and on the beat, which is also the sweep.

    A mail server that cannot be reached leaves everything waiting for the next beat.
    """
    connection = get_connection()
    try:
        connection.open()
        for _number in range(AT_MOST):
            delivery = deliver_next(connection, at=clock.now())
            if delivery is None:
                break
            if delivery.state != Delivery.State.SENT:  # the connection may be broken: a fresh one, or stop here
                connection.close()
                connection.open()
    except OSError:
        return
    finally:
        connection.close()


@shared_task(name="delivery.make_digests")
def make_digests(**_: object) -> None:
    """Make the daily digests that are due and not made, one transaction each; runs on the beat."""
    at = clock.now()
    if due(at) is not None:
        for reader in queries.digest_readers(london_day(at), at):
            make_digest(reader, at=at)
