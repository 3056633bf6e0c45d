"""Imports of the product lists: what a file would do, row by row, and whether it was done."""

from typing import ClassVar

from django.db import models

from portal.workflow.transitions import Stateful
from releases.products.columns import LAYOUTS
from releases.products.states import IMPORT, ImportState


class Fate(models.TextChoices):
    """What becomes of a row."""

    REFUSED = "refused", "Refused"
    ADDED = "added", "Added"
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Unchanged"


class ListImport(Stateful):
    """A file checked in a dry run; the counts are of its rows."""

    machine: ClassVar = IMPORT

    kind = models.CharField(max_length=10, choices=[(one.kind, one.title) for one in LAYOUTS.values()])
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.CHECKED, editable=False)
    refused = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    checked_by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    checked_by_name = models.CharField(max_length=200)
    checked_at = models.DateTimeField()
    written_by_name = models.CharField(max_length=200, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(written_at=None, written_by_name="")
                | models.Q(written_at__isnull=False) & ~models.Q(written_by_name=""),
                name="written_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"import {self.pk} ({self.file_name})"

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return self.refused + self.added + self.changed + self.unchanged


class ImportLine(models.Model):
    """The fate of one row of a file; `number` is the row as a spreadsheet counts, its header being row 1."""

    list_import = models.ForeignKey(ListImport, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    fate = models.CharField(max_length=10, choices=Fate)
    subject = models.CharField(max_length=120)
    words = models.TextField(blank=True, help_text="Why it is refused, or what changes.")
    values = models.JSONField(default=dict, help_text="The row as read.")

    class Meta:
        ordering = ["number", "pk"]
        constraints = [models.UniqueConstraint(fields=["list_import", "number"], name="one_fate_a_row")]
        indexes = [models.Index(fields=["list_import", "fate", "number"], name="lines_by_fate")]

    def __str__(self) -> str:
        return f"row {self.number}: {self.fate}"
