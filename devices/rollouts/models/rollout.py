"""The plan to take a release to its hubs, the waves in which they move, and the account given at the end."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from devices.gateway import Stage
from devices.rollouts.states import ROLLOUT, WAVE, RolloutState, WaveState
from portal.workflow.transitions import Stateful


class Programme(models.IntegerChoices):
    """Deployment and activation are two programmes of one rollout."""

    DEPLOYMENT = Stage.DEPLOYMENT.value, "Deployment"
    ACTIVATION = Stage.ACTIVATION.value, "Activation"


class Rollout(Stateful):
    """The plan to take one release to its hubs, and how far it has come. Times in seconds are portal time."""

    machine: ClassVar = ROLLOUT

    reference = models.CharField(max_length=30, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="rollouts")
    catches_up = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="catch_ups",
        help_text="The rollout whose hubs, kept back by a hold since lifted, re-enter by this one.",
    )
    starts_from = models.DateTimeField(
        null=True, blank=True, help_text="No hub of a catch-up wave is asked before: its dates are told 7 days ahead."
    )
    exercise = models.ForeignKey(
        "scheduling.Exercise",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rollouts",
        help_text="Whose firm nights its waves follow, under the scheduling approach.",
    )
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value.capitalize()) for state in RolloutState],
        default=RolloutState.PREPARING,
        editable=False,
    )
    programme = models.SmallIntegerField(choices=Programme, default=Programme.DEPLOYMENT)
    wave_specs = models.JSONField(help_text="Sizes of the waves: numbers of hubs or shares.")
    seed = models.BigIntegerField(help_text="Fixes who is in which wave.")
    thresholds = models.JSONField(help_text="limit (share), minimum (hubs), confidence.")
    turns = models.PositiveSmallIntegerField(default=3, help_text="How often a silent hub is asked.")
    answer_seconds = models.PositiveIntegerField(default=0, help_text="From asking hubs to collecting their answers.")
    retry_seconds = models.PositiveIntegerField(default=4 * 3600, help_text="Before silent hubs are asked again.")
    soak_seconds = models.PositiveIntegerField(default=3600, help_text="From a wave's last answer to its verdict.")
    window_opens = models.TimeField(null=True, blank=True, help_text="Activation starts from this local time.")
    window_closes = models.TimeField(null=True, blank=True, help_text="No activation starts after this local time.")
    network_seed = models.BigIntegerField(help_text="The simulated network's seed.")
    scenario = models.CharField(max_length=30, default="calm", help_text="What the simulated nights are like.")
    regressing_cells = ArrayField(models.IntegerField(), default=list, blank=True)
    source_cells = ArrayField(models.IntegerField(), default=list, blank=True)
    target_cells = ArrayField(
        models.IntegerField(), default=list, blank=True, help_text="Where the homes of each source cell go."
    )
    hubs = models.PositiveIntegerField(default=0)
    planned_by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    planned_by_name = models.CharField(max_length=200)
    planned_at = models.DateTimeField()
    approved_by = models.ForeignKey("people.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_by_name = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    deployment_started_at = models.DateTimeField(null=True, blank=True)
    activation_started_at = models.DateTimeField(null=True, blank=True)
    stood_still_at = models.DateTimeField(null=True, blank=True)
    stood_still_why = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["regressing_cells", "source_cells", "target_cells"])

    class Meta:
        ordering = ["-planned_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by_name="")
                | (Q(approved_at__isnull=False) & ~Q(approved_by_name="")),
                name="approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(planned_by=None) | ~Q(approved_by=F("planned_by")),
                name="nobody_approves_their_own_plan",
            ),
            models.CheckConstraint(
                condition=Q(window_opens=None, window_closes=None)
                | Q(window_opens__isnull=False, window_closes__isnull=False),
                name="a_window_opens_and_closes",
            ),
            models.CheckConstraint(
                condition=Q(catches_up=None, starts_from=None) | Q(catches_up__isnull=False, starts_from__isnull=False),
                name="a_catch_up_has_its_date",
            ),
            models.CheckConstraint(condition=Q(turns__gte=1, turns__lte=8), name="turns_fit_their_phase"),
            models.UniqueConstraint(
                fields=["release"],
                condition=~Q(state__in=["cancelled", "stopped", "reported", "finished"]) & Q(catches_up=None),
                name="one_rollout_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def stage(self) -> Stage:
        """The stage of the present programme."""
        return Stage(self.programme)


class Wave(Stateful):
    """A stretch of slots that move together. ``verdicts`` keeps each stage's judgement with its working.

    ``reported_before`` keeps by cell what the present stage does not judge: [succeeded, failed, timed out] of the
    stage before, and what a person has weighed.
    """

    machine: ClassVar = WAVE

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="waves")
    number = models.PositiveSmallIntegerField()
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value.capitalize()) for state in WaveState],
        default=WaveState.WAITING,
        editable=False,
    )
    night = models.DateField(null=True, help_text="A firm date: none of its hubs is asked to activate before this day.")
    deployment_opened_at = models.DateTimeField(null=True)
    deployment_settled_at = models.DateTimeField(null=True)
    activation_opened_at = models.DateTimeField(null=True)
    activation_settled_at = models.DateTimeField(null=True)
    verdicts = models.JSONField(default=dict)
    reported_before = models.JSONField(default=dict, db_default={})

    class Meta:
        ordering = ["rollout", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="one_wave_a_number"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="no_empty_wave"),
        ]

    def __str__(self) -> str:
        return f"{self.rollout} wave {self.number + 1}"

    @property
    def hubs(self) -> int:
        """How many hubs it holds."""
        return self.high - self.low


class ExitReport(models.Model):
    """The published account of a rollout; never changed."""

    rollout = models.OneToOneField(Rollout, on_delete=models.PROTECT, related_name="exit_report")
    figures = models.JSONField()
    remarks = models.TextField(blank=True)
    published_at = models.DateTimeField()
    published_by_name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"Exit report of {self.rollout}"
