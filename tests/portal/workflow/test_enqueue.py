"""Background work is published by name, after commit, and a missing broker loses nothing."""

import logging

import pytest
from celery import Celery
from django.db import transaction
from redis import Redis

from portal.celery import app as portal
from portal.workflow.enqueue import enqueue, publishing_nothing


@pytest.mark.django_db
def test_nothing_is_published_before_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        enqueue("journal.seal")

    assert len(callbacks) == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_act_publishes_nothing(settings):
    class Stop(Exception):
        pass

    broker = Redis.from_url(settings.REDIS_URL)
    broker.delete("celery")
    with pytest.raises(Stop), transaction.atomic():
        enqueue("journal.seal")
        raise Stop
    assert broker.llen("celery") == 0

    with transaction.atomic():
        enqueue("journal.seal")
    assert broker.llen("celery") == 1
    broker.delete("celery")


@pytest.mark.django_db
def test_an_unreachable_broker_is_logged_and_not_raised(caplog, django_capture_on_commit_callbacks):
    Celery("nowhere", broker="redis://127.0.0.1:1/0").set_current()
    try:
        with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
            enqueue("journal.seal")
    finally:
        portal.set_current()

    assert "the broker did not take journal.seal" in caplog.text


@pytest.mark.django_db
def test_who_does_the_work_at_once_publishes_nothing(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        with publishing_nothing():
            enqueue("journal.seal")
        enqueue("journal.seal")

    assert len(callbacks) == 1
