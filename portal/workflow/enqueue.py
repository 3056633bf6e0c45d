"""Start background work by name, after commit: truth is in the database, a message is only a hint."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
_quiet: ContextVar[bool] = ContextVar("whether nothing is published", default=False)


@contextmanager
def publishing_nothing() -> Iterator[None]:
    """Publish nothing from this thread: for who does the background work at once, as the demonstration's history.

    What is left undone the sweeps find, as after the loss of the broker.
    """
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)


def enqueue(task: str, **arguments: Any) -> None:
    """Publish the named task once the present transaction has committed.

    An unreachable broker is logged and not raised: the beat's sweeps find the work in the database.
    """
    if not _quiet.get():
        transaction.on_commit(partial(_publish, task, arguments))


def _publish(task: str, arguments: dict[str, Any]) -> None:
    try:
        current_app.send_task(task, kwargs=arguments, retry=False)
    except OperationalError:
        log.warning("the broker did not take %s; a sweep will repeat it", task)
