from celery import shared_task
from django.core.mail import get_connection

from portal.delivery.models import Delivery
from portal.delivery.verbs import deliver_next
from portal.workflow import clock

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
