"""Files of hubs that people ask about: one row each, cut into parts that a worker answers one by one."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from devices.enquiries.asked import LONGEST
from devices.enquiries.states import FILE, UNDER_WAY, FileState
from portal.workflow.transitions import Stateful


class View(models.TextChoices):
    """Whose hubs an asker is answered about."""

    EVERYTHING = "everything", "every hub"
    REGIONS = "regions", "hubs of the regions"
    SUPPLIERS = "suppliers", "hubs in homes of the suppliers acted for"
    VERSIONS = "versions", "versions only"


class FileEnquiry(Stateful):
    """A file of up to 100,000 hubs. ``view``, ``suppliers``, ``regions`` and ``releases`` say what its result shows.

    They are what the asker might know when it was answered: who may know less since does not get the result.
    """

    machine: ClassVar = FILE

    reference = models.CharField(max_length=20, unique=True)
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value.capitalize()) for state in FileState],
        default=FileState.QUEUED,
        editable=False,
    )
    file_name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    heading = models.CharField(max_length=LONGEST, blank=True)
    rows = models.PositiveIntegerField()
    malformed = models.PositiveIntegerField(help_text="Rows that are no EUI-64.")
    repeated = models.PositiveIntegerField(help_text="Rows that repeat one before.")
    examples = models.JSONField(default=list, help_text="The first such rows: line, text, the line repeated or 0.")
    worked = models.PositiveIntegerField(default=0, help_text="Rows done so far.")
    answered = models.PositiveIntegerField(default=0, help_text="Hubs answered so far.")
    view = models.CharField(max_length=10, choices=View, blank=True)
    suppliers = ArrayField(models.BigIntegerField(), default=list, blank=True)
    regions = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    releases = ArrayField(models.BigIntegerField(), default=list, blank=True)
    asked_at = models.DateTimeField()
    hinted_at = models.DateTimeField(help_text="Real time of the last message about it, or of its last part.")
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True)
    result = models.FileField(upload_to="enquiries/", blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "digest"],
                condition=Q(state__in=UNDER_WAY),
                name="one_enquiry_of_a_file_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNDER_WAY, ended_at=None) | (~Q(state__in=UNDER_WAY) & Q(ended_at__isnull=False)),
                name="an_enquiry_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_under_way(self) -> bool:
        """Whether answers are still to come."""
        return self.state in UNDER_WAY

    @property
    def kept_until(self) -> datetime | None:
        """When its result is deleted."""
        return self.ended_at + timedelta(days=settings.HUB_RESULTS_KEPT_DAYS) if self.ended_at else None

    @property
    def hubs(self) -> int:
        """How many different EUI-64s it names."""
        return self.rows - self.malformed - self.repeated


class FilePart(models.Model):
    """A stretch of a file's rows as vectors, and its answer: lines of the result, compressed; gone when it ends."""

    enquiry = models.ForeignKey(FileEnquiry, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    texts = ArrayField(models.CharField(max_length=LONGEST))
    numbers = ArrayField(models.BigIntegerField(null=True))
    repeats = ArrayField(models.IntegerField())
    result = models.BinaryField(null=True)

    class Meta:
        ordering = ["enquiry", "number"]
        constraints = [models.UniqueConstraint(fields=["enquiry", "number"], name="one_part_a_number")]

    def __str__(self) -> str:
        return f"{self.enquiry} part {self.number + 1}"
