"""Batches of hubs and one narrow row per hub beside them, with what happened to each.

``HubUpdate`` and ``HubUpdateEvent`` are partitioned by rollout. No index may mention ``state``, ``attempt`` or
``changed_at``: it would switch off in-place (HOT) updates for the whole table.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from devices.rollouts.models.rollout import Rollout, Wave


class Batch(models.Model):
    """The unit of work, of claiming, of redoing and of counting: a dense range of slots within a wave.

    ``hubs`` (4 bytes each), ``cells`` (4), ``regions`` (1) and ``places`` (1: state and attempts) are vectors over
    its slots. ``counts`` is region x state, ``outcomes`` stage x outcome; both flat and always of this very batch.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="batches")
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    phase = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="Portal time of its next step; null: waits for its wave.")
    rest_at = models.DateTimeField(null=True, help_text="When the hubs that a full night left are asked; null: none.")
    hinted_at = models.DateTimeField(null=True, help_text="Real time of the last message about it.")
    moved_at = models.DateTimeField(null=True, help_text="Portal time of its last step.")
    cell_numbers = ArrayField(models.IntegerField(), help_text="The cells present, each once.")
    counts = ArrayField(models.IntegerField())
    outcomes = ArrayField(models.IntegerField())
    places = models.BinaryField()
    hubs = models.BinaryField()
    cells = models.BinaryField()
    regions = models.BinaryField()

    class Meta:
        ordering = ["rollout", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="one_batch_a_number"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="no_empty_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.rollout} batch {self.number}"


class HubUpdate(models.Model):
    """One hub in one rollout: fixed at planning but for state, attempt and the time of the last change."""

    pk = models.CompositePrimaryKey("rollout_id", "slot")
    rollout = models.ForeignKey(
        Rollout, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    slot = models.IntegerField()
    hub = models.ForeignKey(
        "fleet.Hub", on_delete=models.DO_NOTHING, related_name="updates", db_constraint=False, db_index=False
    )
    cell = models.IntegerField()
    wave = models.SmallIntegerField()
    state = models.SmallIntegerField()
    attempt = models.SmallIntegerField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rollouts_hubupdate"

    def __str__(self) -> str:
        return f"hub {self.hub_id} in rollout {self.rollout_id}"


class HubUpdateEvent(models.Model):
    """One move of one hub; append-only. ``code`` is the device's answer, null where no device answered for it.

    The key is declared to Django only: the table has none, it would cost more than the event itself.
    """

    pk = models.CompositePrimaryKey("rollout_id", "slot", "at", "state")
    rollout = models.ForeignKey(
        Rollout, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    slot = models.IntegerField()
    state = models.SmallIntegerField()
    code = models.SmallIntegerField(null=True)
    attempt = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "rollouts_hubupdateevent"

    def __str__(self) -> str:
        return f"slot {self.slot} of rollout {self.rollout_id} at {self.at}"


class ActivationBlock(models.Model):
    """The hubs that one step of a batch has activated, a bit a slot, the first highest; append-only.

    Written in the step's own transaction, once a batch and turn: events have no order of commit, and at one moment of a
    clock that stands a batch may collect twice. No constraint looks at the rollout, which others lock meanwhile.
    """

    rollout = models.ForeignKey(
        Rollout, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    batch = models.ForeignKey(Batch, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    hubs = models.PositiveIntegerField()
    activated = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["at"], include=["rollout", "hubs"], name="rollouts_activated_at")]
        constraints = [models.CheckConstraint(condition=Q(hubs__gt=0), name="no_empty_activation")]

    def __str__(self) -> str:
        return f"{self.hubs} hubs activated in batch {self.batch_id} at {self.at}"


class MovedHome(models.Model):
    """A hub in a rollout under way whose cell changed; append-only, written under the lock of its batch.

    The vectors say where hubs are today, for the gates ask for today's suppliers; this says where they were. An alert
    of a hub that had activated already stays with who supplied its home then.
    """

    rollout = models.ForeignKey(
        Rollout, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    batch = models.ForeignKey(Batch, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    slot = models.IntegerField()
    was = models.IntegerField(help_text="The cell before.")
    now = models.IntegerField(help_text="The cell since; 0: the hub was taken down.")
    had_activated = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["rollout", "slot"], name="rollouts_movedhome_of_slot")]
        constraints = [models.CheckConstraint(condition=~Q(was=F("now")), name="moved_from_one_cell_to_another")]

    def __str__(self) -> str:
        return f"slot {self.slot} of rollout {self.rollout_id} from cell {self.was} to {self.now}"
