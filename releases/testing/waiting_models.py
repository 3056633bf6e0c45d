"""Who waits for a place that is taken."""

from datetime import datetime
from typing import ClassVar, cast

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful
from releases.testing.states import WAITING, WaitingState


class WaitingPlace(Stateful):
    """A window somebody wants where none is free; while it is offered, its ``place`` is kept for them."""

    machine: ClassVar = WAITING

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="waiting_places")
    environment = models.ForeignKey("testing.Environment", on_delete=models.PROTECT, related_name="waiting_places")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    asked_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    during = DateTimeRangeField()
    hub_model = models.ForeignKey(
        "products.HubModel", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    combinations = models.ManyToManyField("products.DeviceCombination", blank=True, related_name="+")
    rigs = models.ManyToManyField("testing.Rig", blank=True, related_name="+")
    place = models.PositiveIntegerField(null=True, blank=True, help_text="The place last offered.")
    offered_until = models.DateTimeField(null=True, blank=True)
    window = models.OneToOneField("testing.TestWindow", null=True, blank=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=WaitingState, default=WaitingState.WAITING, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name="one_offer_a_place",
                expressions=[
                    (
                        Func(F("environment_id"), F("environment_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("place"), F("place"), Value("[]"), function="int4range"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="offered"),
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(place__isnull=False, offered_until__isnull=False),
                name="offer_has_a_place_and_an_end",
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="wish_begins_and_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def starts_at(self) -> datetime:
        """When it would begin."""
        return cast(datetime, self.during.lower)

    @property
    def ends_at(self) -> datetime:
        """When it would be over."""
        return cast(datetime, self.during.upper)

    @property
    def for_another(self) -> bool:
        """Whether an agent asked for the organisation."""
        return self.asked_by_organisation_id != self.organisation_id
