"""Exercises in which parties say when their homes may be activated, and the firm nights they lead to."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful, Versioned
from releases.products.models import Region
from releases.publishing.models import Release
from releases.scheduling import wishes
from releases.scheduling.frames import Frame
from releases.scheduling.problem import Problem, Schedule, read_rows
from releases.scheduling.states import BEING_MADE, DRAFT, EXERCISE, DraftState, ExerciseState


class Exercise(Stateful):
    """DCC asks the parties of one release when its activation suits them; a re-run asks again about what is left."""

    machine: ClassVar = EXERCISE

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="exercises")
    reruns = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="rerun_by", help_text="Of firm dates."
    )
    first = models.DateField(help_text="First day of the horizon.")
    last = models.DateField(help_text="Last day of the horizon.")
    capacity = models.JSONField(help_text="Homes a CSP can activate in a night, by region: those asked.")
    weekends = models.BooleanField(default=False, help_text="Whether Saturdays and Sundays are allowed.")
    bank_holidays = models.BooleanField(default=False, help_text="Whether bank holidays are allowed.")
    deployment_on = models.DateField(help_text="When deployment begins, before any of the nights.")
    notice_over = models.DateField(help_text="First day on which notice served at the close of statements is over.")
    valid_to = models.DateField(null=True, blank=True, help_text="Last day on which the firmware may be activated.")
    closes_at = models.DateTimeField()
    remind_at = models.DateTimeField(help_text="When those who stated nothing are reminded.")
    reminded_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    asked_about = models.JSONField(
        null=True, blank=True, help_text="What the release reached when statements closed: models and from-versions."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by_name = models.CharField(max_length=200, blank=True)
    reasons = models.TextField(blank=True, help_text="Why DCC confirmed this schedule.")
    state = models.CharField(max_length=10, choices=ExerciseState, default=ExerciseState.OPEN, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="horizon_in_order"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by_name="", reasons="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by_name="") & ~Q(reasons=""),
                name="confirmed_by_somebody_with_reasons",
            ),
            models.UniqueConstraint(
                fields=["release"], condition=Q(state__in=["open", "closed"]), name="one_exercise_under_way"
            ),
            models.UniqueConstraint(fields=["release"], condition=Q(state="confirmed"), name="one_confirmed_exercise"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def frame(self) -> Frame:
        """On which nights, and with how many homes a night, activation can be scheduled."""
        return Frame(
            first=self.first,
            last=self.last,
            capacity=self.capacity,
            weekends=self.weekends,
            bank_holidays=self.bank_holidays,
            notice_over=self.notice_over,
            valid_to=self.valid_to,
        )

    @property
    def regions(self) -> list[str]:
        """The regions asked, by their names."""
        return [str(Region(region).label) for region in self.capacity]


class Party(models.Model):
    """A supplier with homes in an exercise, and how many: ``homes`` by region, a home of two suppliers for each."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    homes = models.JSONField(help_text="Homes by region, counted anew when statements close.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exercise", "organisation"], name="party_once")]

    def __str__(self) -> str:
        return f"{self.organisation} in {self.exercise}"


class Statement(Versioned):
    """What one party states, until the exercise closes; the history keeps every earlier wording."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="statements")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    blackouts = models.JSONField(default=list, help_text="First and last day, firm or not, and reason of each.")
    preferred = ArrayField(models.DateField(), default=list, help_text="Mondays of the weeks that suit best.")
    limits = models.JSONField(default=dict, help_text="Most homes a night, by region.")
    shares_reasons = models.BooleanField(default=False, help_text="Whether other parties may read the reasons.")
    remark = models.TextField(blank=True)
    made_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True, help_text="When the party took it back.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["organisation__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["exercise", "organisation"], name="one_statement_a_party")]

    def __str__(self) -> str:
        return f"{self.organisation} in {self.exercise}"

    @property
    def stands(self) -> bool:
        """Whether the party has not taken it back."""
        return self.left_at is None

    @property
    def wishes(self) -> wishes.Wishes:
        """What it states, as a value; of one taken back nothing."""
        if not self.stands:
            return wishes.Wishes()
        return wishes.Wishes(
            blackouts=[wishes.read(one) for one in self.blackouts],
            preferred=list(self.preferred),
            limits=dict(self.limits),
            shares_reasons=self.shares_reasons,
            remark=self.remark,
        )


class Group(models.Model):
    """Homes alike to a schedule: one region, the same responsible suppliers, the same first and last day.

    They are counted when statements close, and anew when they close again.
    """

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="groups")
    number = models.PositiveIntegerField(help_text="From 1, in the order of region, suppliers and last day.")
    region = models.CharField(max_length=8, choices=Region)
    suppliers = ArrayField(models.BigIntegerField(), help_text="Responsible suppliers, their numbers in order.")
    earliest = models.DateField()
    latest = models.DateField()
    homes = models.PositiveIntegerField()

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exercise", "number"], name="one_group_number"),
        ]

    def __str__(self) -> str:
        return f"group {self.number} of {self.exercise}"


class FirmNight(models.Model):
    """How many homes of a group are activated on one night: a confirmed date. Append-only; a re-run replaces it."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="nights")
    night = models.DateField()
    homes = models.PositiveIntegerField()

    class Meta:
        ordering = ["night", "group__number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "night"], name="one_firm_night_a_group"),
            models.CheckConstraint(condition=Q(homes__gt=0), name="firm_night_has_homes"),
        ]
        indexes = [models.Index(fields=["night"], name="firm_night_by_date")]

    def __str__(self) -> str:
        return f"{self.homes} homes of {self.group} on {self.night}"


def reach_of(release: Release) -> dict[str, Any]:
    """Return what decides which homes a release concerns, to be compared later."""
    return {
        "models": sorted(release.hub_models.values_list("pk", flat=True)),
        "from": sorted(release.from_versions.values_list("pk", flat=True)),
        "version": release.firmware_version,
    }


class Draft(Stateful):
    """A schedule of an exercise that a worker makes, and DCC compares with others, changes by hand, and may confirm.

    ``problem`` is everything it was made from, as it was then: with the seed the same schedule can be made again.
    """

    machine: ClassVar = DRAFT

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="drafts")
    number = models.PositiveSmallIntegerField()
    reference = models.CharField(max_length=24, unique=True)
    seed = models.PositiveBigIntegerField()
    avoid = models.FloatField(help_text="Weight of a night to be avoided, from 0 to 1.")
    outside = models.FloatField(help_text="Weight of a night outside the weeks preferred, from 0 to 1.")
    left_out = ArrayField(models.PositiveSmallIntegerField(), default=list, help_text="Weekdays not used; Monday is 0.")
    stated = models.CharField(max_length=64, help_text="SHA-256 of the exercise as it was stated then.")
    problem = models.JSONField(help_text="What it was made from.")
    rows = models.JSONField(null=True, blank=True, help_text="Group, day and homes of each placement.")
    figures = models.JSONField(null=True, blank=True, help_text="What the schedule comes to.")
    first_come = models.JSONField(null=True, blank=True, help_text="What first come, first served comes to.")
    clashes = models.JSONField(null=True, blank=True, help_text="Why there is no schedule, and what would mend it.")
    edits = models.PositiveIntegerField(default=0, help_text="Changes by hand.")
    asked_at = models.DateTimeField()
    asked_by_name = models.CharField(max_length=200)
    hinted_at = models.DateTimeField(help_text="Real time of the last message about it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True, help_text="Why it failed, or was discarded.")
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.QUEUED, editable=False)

    class Meta:
        ordering = ["exercise", "number"]
        constraints = [
            models.UniqueConstraint(fields=["exercise", "number"], name="one_draft_number"),
            models.CheckConstraint(
                condition=~Q(state=DraftState.READY) | Q(rows__isnull=False, figures__isnull=False),
                name="ready_drafts_have_a_schedule",
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.IMPOSSIBLE) | Q(clashes__isnull=False), name="impossible_drafts_say_why"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_being_made(self) -> bool:
        """Whether a worker has it, or will."""
        return self.state in BEING_MADE

    @property
    def frozen(self) -> Problem:
        """What it was made from."""
        return Problem.read(self.problem)

    @property
    def schedule(self) -> Schedule:
        """Its placements; none before it is ready."""
        return read_rows(self.rows or [])


class DraftWork(models.Model):
    """The work on a draft: whoever solves it holds this row's lock; ``found`` is what came of it. Gone at the end."""

    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="work")
    found = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"work on {self.draft}"
