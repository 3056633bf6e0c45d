"""What an environment consists of: rigs with the hub models they hold, and the times at which it is closed."""

from datetime import datetime
from typing import cast

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Versioned


class Closure(Versioned):
    """A time at which an environment takes no windows, with the reason; lifted when it opens early after all."""

    environment = models.ForeignKey("testing.Environment", on_delete=models.PROTECT, related_name="closures")
    during = DateTimeRangeField()
    why = models.TextField()
    closed_by_name = models.CharField(max_length=200)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_name = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["during", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="closure_begins_and_ends",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by_name="") | Q(lifted_at__isnull=False) & ~Q(lifted_by_name=""),
                name="closure_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"closure of {self.environment}"

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return cast(datetime, self.during.lower)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return cast(datetime, self.during.upper)


class Rig(Versioned):
    """A set of hubs and meters in an environment, booked together with a window; one window at a time."""

    environment = models.ForeignKey("testing.Environment", on_delete=models.PROTECT, related_name="rigs")
    name = models.CharField(max_length=60)
    hub_models = models.ManyToManyField("products.HubModel", related_name="+")
    in_use = models.BooleanField(default=True, help_text="A rig out of use takes no new windows.")
    history = HistoricalRecords(m2m_fields=[hub_models])

    class Meta:
        ordering = ["environment", "name"]
        constraints = [models.UniqueConstraint(fields=["environment", "name"], name="one_rig_of_a_name")]

    def __str__(self) -> str:
        return self.name


class RigBooking(models.Model):
    """A rig taken by a window for its time; the row goes when the window gives its place back."""

    rig = models.ForeignKey(Rig, on_delete=models.PROTECT, related_name="bookings")
    window = models.ForeignKey("testing.TestWindow", on_delete=models.CASCADE, related_name="rig_bookings")
    during = DateTimeRangeField(help_text="As that of the window, for the constraint.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "rig"], name="rig_once_a_window"),
            ExclusionConstraint(
                name="one_booking_a_rig",
                expressions=[
                    (Func(F("rig_id"), F("rig_id"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rig} for {self.window}"
