"""The order of activations, and who is told how far: alerts are read from what the engine wrote, no row each."""

import hashlib
import hmac

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

from devices.rollouts.models import ActivationBlock
from portal.workflow.transitions import Versioned


class Position(models.Model):
    """A block's place in the order in which alerts are read: dense, given once, after the block was committed.

    Ids are not commit order: who reads on from an id would miss what commits later under a smaller one.
    """

    number = models.BigIntegerField(primary_key=True)
    block = models.OneToOneField(ActivationBlock, on_delete=models.PROTECT, related_name="position")

    class Meta:
        ordering = ["number"]
        constraints = [models.CheckConstraint(condition=models.Q(number__gt=0), name="positions_begin_with_one")]

    def __str__(self) -> str:
        return f"block {self.block_id} at {self.number}"


class Webhook(Versioned):
    """The address of a supplier's system to which its alerts are sent, and up to where they were taken.

    The secret that signs calls is worked out from the portal's own and a salt: no copy of it lies in the database.
    """

    organisation = models.OneToOneField("people.Organisation", on_delete=models.PROTECT, related_name="webhook")
    url = models.CharField(max_length=300)
    salt = models.CharField(max_length=64)
    cursor = models.CharField(max_length=40, help_text="The first alert not taken yet.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Calls not taken in a row.")
    is_dead = models.BooleanField(default=False, help_text="Given up until its people set it again.")
    next_attempt_at = models.DateTimeField(db_default=Now(), help_text="Real time.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="Portal time of the last call that was taken.")
    failure = models.CharField(max_length=300, blank=True)
    set_by_name = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    history = HistoricalRecords(
        excluded_fields=["salt", "cursor", "failures", "next_attempt_at", "taken_at", "failure"]
    )

    class Meta:
        ordering = ["organisation"]

    def __str__(self) -> str:
        return f"Webhook of {self.organisation}"

    @property
    def secret(self) -> str:
        """What signs its calls."""
        return hmac.new(settings.SECRET_KEY.encode(), f"webhook:{self.salt}".encode(), hashlib.sha256).hexdigest()


class Summary(models.Model):
    """A day whose activations were summed up for their suppliers, once."""

    day = models.DateField(primary_key=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]
        verbose_name_plural = "summaries"

    def __str__(self) -> str:
        return f"Summary of {self.day}"
