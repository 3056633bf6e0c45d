"""What the engine is held against: one task a hub that gets its row, saves it with its history and notes an event."""

from celery import current_app, shared_task
from django.db import connection, models
from django.utils import timezone
from simple_history.models import HistoricalRecords


class NaiveUpdate(models.Model):
    hub = models.IntegerField()
    state = models.SmallIntegerField(default=0)
    attempt = models.SmallIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        app_label = "rollouts"  # no app of its own: known to who imports it, and to no migration

    def __str__(self) -> str:
        return f"hub {self.hub}"


class NaiveEvent(models.Model):
    update = models.ForeignKey(NaiveUpdate, on_delete=models.CASCADE)
    state = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        app_label = "rollouts"  # no app of its own: known to who imports it, and to no migration

    def __str__(self) -> str:
        return f"state {self.state} at {self.at}"


MODELS = (NaiveUpdate, NaiveUpdate.history.model, NaiveEvent)


@shared_task(name="benchmarks.move_one")
def move_one(update_id: int) -> None:
    """Move one hub to its next state."""
    row = NaiveUpdate.objects.get(pk=update_id)
    row.state += 1
    row.changed_at = timezone.now()
    row.save()
    NaiveEvent.objects.create(update=row, state=row.state, at=row.changed_at)


def prepare(hubs: int) -> list[int]:
    """Make the tables with so many hubs; return their keys."""
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    return [row.pk for row in NaiveUpdate.objects.bulk_create([NaiveUpdate(hub=number) for number in range(hubs)])]


def publish(keys: list[int]) -> None:
    """Send one message a hub."""
    for key in keys:
        current_app.send_task("benchmarks.move_one", kwargs={"update_id": key})
