"""What may become of a window after it is booked."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful
from releases.testing.states import EXTENSION, ExtensionState


class Extension(Stateful):
    """The wish to keep a window for longer, and DCC's answer."""

    machine: ClassVar = EXTENSION

    window = models.ForeignKey("testing.TestWindow", on_delete=models.PROTECT, related_name="extensions")
    until = models.DateTimeField(help_text="When the window would end.")
    why = models.TextField()
    asked_at = models.DateTimeField()
    asked_by_name = models.CharField(max_length=200)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    answer = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ExtensionState, default=ExtensionState.ASKED, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["window"], condition=Q(state="asked"), name="one_extension_asked_for"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None, answered_by_name="")
                | ~Q(state="asked") & Q(answered_at__isnull=False) & ~Q(answered_by_name=""),
                name="extension_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"extension of {self.window}"
