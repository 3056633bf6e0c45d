"""Background work is published by name: a name that no worker knows would be lost in silence."""

import ast

from celery import current_app
from django.conf import settings

from portal.delivery.messages import Notification
from tests.architecture.sources import calls, modules


def registered() -> set[str]:
    current_app.loader.import_default_modules()
    return set(current_app.tasks)


def test_every_enqueued_name_is_a_task():
    names = {
        (str(file), call.args[0].value)
        for file, tree in modules()
        for call in calls(tree, "enqueue")
        if call.args and isinstance(call.args[0], ast.Constant)
    }

    assert names
    assert {name for name in names if name[1] not in registered()} == set()


def test_enqueue_gets_a_written_name_or_that_of_a_message():
    """A computed name would escape the test above; what follows a delivery is named by its message."""
    found = [
        f"{file}: {ast.unparse(call)}"
        for file, tree in modules()
        for call in calls(tree, "enqueue")
        if not call.args or not isinstance(call.args[0], ast.Constant)
    ]

    assert found == ["portal/delivery/verbs.py: enqueue(delivery.message.then, delivery_id=delivery.pk)"]


def test_what_follows_a_delivery_is_a_task():
    ours = (kind for kind in subclasses(Notification) if not kind.__module__.startswith("tests."))
    names = {kind.then for kind in ours if kind.then}

    assert names - registered() == set()


def subclasses(kind: type[Notification]) -> set[type[Notification]]:
    direct = set(kind.__subclasses__())
    return direct.union(*map(subclasses, direct))


def test_every_scheduled_name_is_a_task():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled - registered() == set()
