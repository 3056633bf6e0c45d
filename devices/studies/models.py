"""Studies: what was asked, the homes as they were then, and what came of it; and parts that workers play."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from devices.studies.approaches import APPROACHES
from devices.studies.assumptions import PROBLEMS
from devices.studies.states import STUDY, UNDER_WAY, StudyState
from portal.workflow.transitions import Stateful

KINDS = [("", "Any of them, drawn anew in each run"), *((one.name, one.words) for one in PROBLEMS)]
COUNTING = [("per_member", "One vote each"), ("per_category", "One voice a category")]


class Study(Stateful):
    """A comparison of approaches on the same homes with the same hidden faults, reproducible from this row alone."""

    machine: ClassVar = STUDY

    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(
        "publishing.Release", null=True, blank=True, on_delete=models.PROTECT, related_name="studies"
    )
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value.capitalize()) for state in StudyState],
        default=StudyState.QUEUED,
        editable=False,
    )
    figures = models.JSONField(help_text="Every assumption by its key.")
    kind = models.CharField(max_length=12, choices=KINDS, blank=True, help_text="Of problem; empty draws one each run.")
    counting = models.CharField(max_length=12, choices=COUNTING)
    approaches = ArrayField(models.CharField(max_length=12, choices=[(one.name, one.words) for one in APPROACHES]))
    runs = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    homes = models.PositiveIntegerField(help_text="To which the homes were scaled.")
    fleet = models.JSONField(help_text="The homes by region, suppliers and device combination, as they were then.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the fleet.")
    results = models.JSONField(null=True, blank=True)
    asked_at = models.DateTimeField()
    hinted_at = models.DateTimeField(help_text="Real time of the last message about it, or of its last part.")
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=UNDER_WAY, ended_at=None) | (~Q(state__in=UNDER_WAY) & Q(ended_at__isnull=False)),
                name="a_study_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(state=StudyState.DONE, results__isnull=False)
                | (~Q(state=StudyState.DONE) & Q(results__isnull=True)),
                name="done_studies_have_results",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_under_way(self) -> bool:
        """Whether runs are still to come."""
        return self.state in UNDER_WAY

    @property
    def settings_file(self) -> dict[str, Any]:
        """What it takes to run it again: everything but the homes and the results."""
        return {
            "reference": self.reference,
            "title": self.title,
            "release": self.release.reference if self.release else None,
            "figures": self.figures,
            "kind": self.kind,
            "counting": self.counting,
            "approaches": self.approaches,
            "runs": self.runs,
            "seed": self.seed,
            "homes": self.homes,
            "fleet_sha256": self.digest,
        }


class StudyPart(models.Model):
    """A stretch of a study's runs, from ``first`` up to but without ``last``, what came of them; gone at the end."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="parts")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    results = models.JSONField(null=True)

    class Meta:
        ordering = ["study", "first"]
        constraints = [models.UniqueConstraint(fields=["study", "first"], name="one_part_of_a_study_from_here")]

    def __str__(self) -> str:
        return f"{self.study} runs {self.first + 1} to {self.last}"
