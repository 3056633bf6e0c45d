"""How many hubs the CSPs let be asked in one night, and how many were."""

from django.db import models
from simple_history.models import HistoricalRecords

from devices.rollouts.models.rollout import Programme
from portal.workflow.transitions import Versioned
from releases.products.models import Region


class NightlyCapacity(Versioned):
    """How many hubs of a region its CSP lets be asked in one night, from noon to noon; null: as many as come."""

    region = models.CharField(max_length=10, choices=Region, unique=True)
    deployment = models.PositiveIntegerField(null=True, blank=True)
    activation = models.PositiveIntegerField(null=True, blank=True)
    stated_by_name = models.CharField(max_length=200)
    stated_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["region"]
        verbose_name_plural = "nightly capacities"

    def __str__(self) -> str:
        return f"Nightly capacity of {self.get_region_display()}"


class Night(models.Model):
    """How many hubs of a region one stage has asked in a night, of all rollouts; kept while a capacity is stated."""

    region = models.SmallIntegerField()
    stage = models.SmallIntegerField(choices=Programme)
    begins = models.DateField(help_text="The day at whose noon the night begins, local time.")
    hubs = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["begins", "region", "stage"]
        constraints = [models.UniqueConstraint(fields=["begins", "region", "stage"], name="one_night_a_stage")]

    def __str__(self) -> str:
        return f"{self.hubs} hubs of region {self.region} in the night of {self.begins}"
