from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One act or refusal. Rows are inserted and never changed; names are kept as text."""

    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    organisation_id = models.BigIntegerField(null=True)
    organisation_name = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=20)
    token = models.CharField(max_length=80, blank=True, help_text="Name of the API token used, if any.")
    verb = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    subject_text = models.CharField(max_length=300)
    was = models.CharField(max_length=80, blank=True)
    now = models.CharField(max_length=80, blank=True)
    why = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(help_text="Portal time of the act.")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="Real time at which the row was written.")

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="journal_subject"),
            models.Index(fields=["actor_id", "id"], name="journal_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.verb} {self.subject_text}"


class Block(models.Model):
    """A sealed block of entries, linked to the one before by its hash."""

    number = models.BigIntegerField(primary_key=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    entries = models.PositiveIntegerField()
    sealed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"block {self.number}"


class Verification(models.Model):
    """What walking the chain, and holding against it what must agree with it, found on one day. Never changed."""

    at = models.DateTimeField(db_default=Now(), help_text="Real time.")
    by_name = models.CharField(max_length=200)
    blocks = models.PositiveIntegerField()
    head = models.CharField(max_length=64, blank=True, help_text="Hash of the last block verified.")
    unsealed = models.PositiveIntegerField(help_text="Entries that no block held yet.")
    faults = models.JSONField(default=list, help_text="A sentence for each row that is not what was recorded.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"verification of {self.blocks} blocks: {len(self.faults)} faults"


class BlockMember(models.Model):
    """An entry's place in its block (ids are not commit order, so membership is listed)."""

    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="members")
    position = models.PositiveIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="sealed")
    entry_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["block", "position"], name="journal_one_entry_a_position")]

    def __str__(self) -> str:
        return f"{self.block_id}.{self.position}"
