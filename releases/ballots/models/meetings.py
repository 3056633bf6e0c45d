"""Meetings of a committee; a ballot on the agenda of one is voted on there, others by correspondence."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Versioned


class Meeting(Versioned):
    """When and where a committee meets. Its agenda is the ballots that name it."""

    reference = models.CharField(max_length=20, unique=True)
    committee = models.ForeignKey("people.Committee", on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    called_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancel_reason="") | Q(cancelled_at__isnull=False) & ~Q(cancel_reason=""),
                name="meeting_cancelled_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
