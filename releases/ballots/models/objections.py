"""Objections, who joins them, and the files of evidence of each party."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful
from releases.ballots.states import OBJECTION, OBJECTION_STANDS, UNSETTLED, ObjectionState
from releases.products.cohorts import Cohort
from releases.products.models import Selected
from releases.publishing.documents import KINDS


class Remedy(models.TextChoices):
    HOLD = "hold", "Hold the cohort"
    DEFER = "defer", "Defer to a later date"
    RETEST = "retest", "Return for retest"
    REJECT = "reject", "Reject the release"


class Objection(Stateful, Selected):
    """A supplier's objection to activation: cited issues, cohort, evidence, remedy sought."""

    machine: ClassVar = OBJECTION

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="objections")
    issues = models.ManyToManyField("issues.Issue", related_name="objections")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="objections")
    lodged_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    lodged_by_name = models.CharField(max_length=200)
    lodged_at = models.DateTimeField()
    is_limited = models.BooleanField(default=False, help_text="Closes the gate for its cohort only.")
    is_late = models.BooleanField(default=False)
    evidence = models.TextField()
    remedy = models.CharField(max_length=6, choices=Remedy)
    defer_to = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ObjectionState, default=ObjectionState.LODGED, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the clock of the present state runs out.")
    answer = models.TextField(blank=True, help_text="DCC's answer.")
    offered = models.JSONField(
        null=True, blank=True, help_text="The part of the cohort that DCC offered to hold, by axis; none for all of it."
    )
    return_reason = models.TextField(blank=True)
    safeguarded = models.BooleanField(
        default=False, help_text="Severity 1 or 2, accepted or reproduced: held until fixed."
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["-lodged_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="objection_has_evidence"),
            models.CheckConstraint(
                condition=Q(remedy="defer", defer_to__isnull=False) | (~Q(remedy="defer") & Q(defer_to=None)),
                name="deferral_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(state="returned") & ~Q(return_reason="") | ~Q(state="returned") & Q(return_reason=""),
                name="returned_with_reasons",
            ),
            models.CheckConstraint(condition=Q(is_late=False) | Q(is_limited=True), name="late_is_limited"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} by {self.organisation}"

    @property
    def offer(self) -> Cohort:
        """The homes that a narrowing holds: all of the objection's, or the part offered."""
        return Cohort.of(self) if self.offered is None else Cohort.from_json(self.offered)

    @property
    def stands(self) -> str:
        """How it stands, as a sentence on it ends: "The objection is …"."""
        return OBJECTION_STANDS.get(ObjectionState(self.state), self.get_state_display().lower())

    @property
    def is_unsettled(self) -> bool:
        """Whether somebody still has to answer or decide it."""
        return self.state in UNSETTLED


class Joinder(models.Model):
    """Another affected party joins an objection."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="joinders")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    joined_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    joined_by_name = models.CharField(max_length=200)
    joined_at = models.DateTimeField()
    statement = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objection", "organisation"], name="joined_once")]

    def __str__(self) -> str:
        return f"{self.organisation} joined {self.objection.reference}"


class Exhibit(models.Model):
    """A file of evidence that a party to an objection puts forward, for all who may see the objection. Append-only."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="exhibits")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    file = models.FileField(upload_to="exhibits/")
    file_name = models.CharField(max_length=120, help_text="As its owner calls it; never used on a disk.")
    file_kind = models.CharField(max_length=20, help_text="What its content is.")
    file_size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.file_name} on {self.objection.reference}"

    @property
    def own_name(self) -> str:
        """The name its copy is given: the portal's own, never the one it came with."""
        return f"{self.objection.reference}-{self.pk}.{KINDS[self.file_kind].ending}"


class Departure(models.Model):
    """An objector withdrew from an objection that another party carries on. Append-only."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="departures")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    carried_on_by = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.organisation} left {self.objection.reference}"
