"""Safeguard holds on cohorts."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful
from releases.holds.states import HOLD, HoldState
from releases.products.models import Selected


class Stage(models.TextChoices):
    DEPLOYMENT = "deployment", "Deployment"
    ACTIVATION = "activation", "Activation"
    BOTH = "both", "Deployment and activation"


class Cause(models.TextChoices):
    ISSUE = "issue", "Issue"
    DETERMINATION = "determination", "Determination"
    DETECTION = "detection", "Automatic detection"
    DCC = "dcc", "DCC"
    OBJECTION = "objection", "Late objection (provisional)"


class Ground(models.TextChoices):
    """Why a hold ends."""

    EVIDENCE = "evidence", "Passing evidence for its issue"
    CONDITION = "condition", "Its stated condition is met"
    DETERMINATION = "determination", "A new determination"
    SETTLED = "settled", "Its objection is settled"
    DCC = "dcc", "DCC's decision"


class Hold(Stateful, Selected):
    """A safeguard that stops deployment, activation or both for a cohort of one release, or of every release."""

    machine: ClassVar = HOLD

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey(
        "publishing.Release",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="holds",
        help_text="Empty: all.",
    )
    stage = models.CharField(max_length=10, choices=Stage)
    cause = models.CharField(max_length=13, choices=Cause)
    cause_id = models.BigIntegerField(null=True, blank=True, help_text="Number of the issue, objection or other cause.")
    cause_text = models.CharField(max_length=300)
    restricted = models.BooleanField(default=False, help_text="Caused by a security issue: the cause is not shown.")
    condition = models.TextField(blank=True, help_text="What ends it, where a determination says so.")
    review_at = models.DateTimeField(null=True, blank=True, help_text="When DCC is asked whether it still stands.")
    review_asked_at = models.DateTimeField(null=True, blank=True, help_text="When DCC was asked for that review.")
    parties = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="Organisations behind it (raiser, objector, those who joined): told before it ends.",
    )
    state = models.CharField(max_length=8, choices=HoldState, default=HoldState.PLACED, editable=False)
    placed_at = models.DateTimeField()
    placed_by_name = models.CharField(max_length=200)
    lift_notified_at = models.DateTimeField(null=True, blank=True, help_text="When the objector was told it will end.")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_name = models.CharField(max_length=200, blank=True)
    lift_ground = models.CharField(max_length=13, choices=Ground, blank=True)
    lift_reason = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by_name="") | (Q(lifted_at__isnull=False) & ~Q(lifted_by_name="")),
                name="lifted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="placed", lifted_at=None) | Q(state="lifted", lifted_at__isnull=False),
                name="lifted_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | (~Q(lift_reason="") & ~Q(lift_ground="")), name="lifted_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def in_force(self) -> bool:
        """Whether it has not been lifted."""
        return self.state == HoldState.PLACED

    @property
    def provisional(self) -> bool:
        """Whether it only stands until its late objection is settled."""
        return self.cause == Cause.OBJECTION

    @property
    def cause_words(self) -> str:
        """The cause as anybody may read it: "restricted" where a security issue is behind it (Holds)."""
        return "Restricted" if self.restricted else f"{self.get_cause_display()}: {self.cause_text}"

    def stops(self, stage: str) -> bool:
        """Whether it stops this stage."""
        return self.stage in (Stage.BOTH, stage)
