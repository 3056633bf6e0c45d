"""The barrier: many pass together, whoever shuts a gate waits for them and keeps new ones out."""

from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.db.utils import OperationalError

from portal.workflow import barrier

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def another_connection():
    """Another transaction that gives up waiting for a lock after 50 ms."""
    other = connections.create_connection("default")
    own, connections["default"] = connections["default"], other
    try:
        with transaction.atomic():
            with other.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '50ms'")
            yield
    finally:
        other.close()
        connections["default"] = own


def test_batches_pass_together():
    with transaction.atomic():
        barrier.pass_shared()
        with another_connection():
            barrier.pass_shared()


def test_a_batch_waits_while_a_gate_is_shut():
    with transaction.atomic():
        barrier.shut()
        with pytest.raises(OperationalError, match="lock timeout"), another_connection():
            barrier.pass_shared()


def test_shutting_waits_for_a_running_batch():
    with transaction.atomic():
        barrier.pass_shared()
        with pytest.raises(OperationalError, match="lock timeout"), another_connection():
            barrier.shut()


def test_it_opens_with_the_end_of_the_transaction():
    with transaction.atomic():
        barrier.shut()
    with another_connection():
        barrier.pass_shared()
    assert not connection.in_atomic_block
