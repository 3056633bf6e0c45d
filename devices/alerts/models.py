"""The order of activations: the alerts themselves are read from what the engine wrote, no row each."""

from django.db import models

from devices.rollouts.models import ActivationBlock


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
