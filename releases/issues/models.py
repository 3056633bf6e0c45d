from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.pages.searching import vector
from portal.workflow.transitions import Stateful
from releases.issues.states import ISSUE, IssueState
from releases.products.models import Selected

SEARCHED = ("reference", "title", "description", "answer")  # what the search and its index look through


class Category(models.TextChoices):
    INTEROPERABILITY = "interoperability", "Interoperability"
    FAULTY_METER = "faulty_meter", "Faulty meter replacement"
    INSTALL_AND_LEAVE = "install_and_leave", "Install and leave"
    IHD_STRANDING = "ihd_stranding", "IHD stranding"
    REGRESSION = "regression", "Device regression"
    SUPPLY = "supply", "Loss of supply or prepayment"
    OUTAGE_ALERTS = "outage_alerts", "Power-outage alerts"
    DOCUMENTATION = "documentation", "Documentation"
    SECURITY = "security", "Security"
    OTHER = "other", "Other"


class Issue(Stateful, Selected):
    """Something found wrong with a release, on a cohort. Security issues are visible only to the raiser, DCC and
    the Security Sub-Committee (Issues)."""

    machine: ClassVar = ISSUE

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="issues")
    title = models.CharField(max_length=160)
    description = models.TextField()
    category = models.CharField(max_length=20, choices=Category)
    severity = models.PositiveSmallIntegerField(help_text="1 loss of supply or safety, to 5 cosmetic.")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="issues")
    raised_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    raised_by_name = models.CharField(max_length=200)
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=14, choices=IssueState, default=IssueState.RAISED, editable=False)
    acknowledge_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    reproduced_by = models.ForeignKey(
        "people.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reproduced_at = models.DateTimeField(null=True, blank=True)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    answer = models.TextField(blank=True, help_text="DCC's reason or resolution.")
    incident = models.CharField(max_length=40, blank=True, help_text="Its number in a service desk elsewhere.")
    incident_url = models.URLField(blank=True, help_text="Where that number is found.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was last rejected, resolved or closed.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["-raised_at", "-pk"]
        indexes = [GinIndex(vector(*SEARCHED), name="issue_search")]
        constraints = [
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=5), name="severity_1_to_5"),
            models.CheckConstraint(
                condition=Q(state="duplicate", duplicate_of__isnull=False) | ~Q(state="duplicate"),
                name="duplicate_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(reproduced_by=None, reproduced_at=None)
                | Q(reproduced_by__isnull=False, reproduced_at__isnull=False),
                name="reproduction_is_whole",
            ),
            models.CheckConstraint(condition=Q(incident_url="") | ~Q(incident=""), name="an_address_has_its_number"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_security(self) -> bool:
        """Whether only the raiser, DCC and the Security Sub-Committee may know of it."""
        return self.category == Category.SECURITY


class Comment(models.Model):
    """A remark on an issue, with a file of evidence or without: to all who may see it, to the parties (raiser and DCC),
    or internal to one organisation."""

    class Audience(models.TextChoices):
        ALL = "all", "Everyone who may see the issue"
        PARTIES = "parties", "The raiser and DCC"
        INTERNAL = "internal", "My organisation only"

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="comments")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    audience = models.CharField(max_length=8, choices=Audience)
    text = models.TextField()
    at = models.DateTimeField()
    file = models.FileField(upload_to="findings/", blank=True)
    file_name = models.CharField(max_length=120, blank=True, help_text="As its owner calls it; never used on a disk.")
    file_kind = models.CharField(max_length=20, blank=True, help_text="What its content is.")
    file_size = models.PositiveIntegerField(null=True, blank=True, help_text="Bytes.")
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="", file_kind="", sha256="", file_size=None)
                | (~Q(file="") & ~Q(file_kind="") & ~Q(sha256="") & Q(file_size__isnull=False)),
                name="evidence_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name} on {self.issue}"


class Follower(models.Model):
    """Somebody who wants to be told what becomes of an issue, for the organisation they then acted for."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="followers")
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(
        "people.Organisation", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "user"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.user} follows {self.issue}"
