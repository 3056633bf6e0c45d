"""Where, when and what users test, and what they found."""

from datetime import datetime
from typing import ClassVar, cast

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful, Versioned
from releases.testing import opening
from releases.testing.facility_models import Closure as Closure
from releases.testing.facility_models import Rig as Rig
from releases.testing.facility_models import RigBooking as RigBooking
from releases.testing.states import HOLDING, WINDOW, WindowState
from releases.testing.waiting_models import WaitingPlace as WaitingPlace
from releases.testing.window_models import Extension as Extension


class Environment(Versioned):
    """Where users test: UIT-A, UIT-B, the DCC test lab or their own lab; ``places`` at once."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    places = models.PositiveIntegerField(default=1)
    is_shared = models.BooleanField(default=True, help_text="Own labs are not shared: no capacity applies.")
    hours = models.JSONField(
        default=dict,
        blank=True,
        help_text="Opening hours by weekday, Monday is 1; empty: open at all hours.",
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def week(self) -> opening.Week:
        """Its opening hours."""
        return opening.read(self.hours)


class TestCase(models.Model):
    """A row of the versioned catalogue of what to try on a combination."""

    __test__ = False
    code = models.CharField(max_length=12)
    edition = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    purpose = models.TextField()
    steps = models.TextField()
    retired_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="one_test_case_edition"),
            models.UniqueConstraint(fields=["code"], condition=Q(retired_at=None), name="one_edition_in_force"),
        ]
        ordering = ["code", "edition"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class TestWindow(Stateful):
    """A booked time to test one release in one place of an environment."""

    __test__ = False
    machine: ClassVar = WINDOW

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="windows")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="windows")
    place = models.PositiveIntegerField(
        null=True, blank=True, help_text="1 to the environment's places; empty in an own lab, which has no limit."
    )
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="windows")
    booked_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    booked_by_name = models.CharField(max_length=200)
    booked_at = models.DateTimeField()
    during = DateTimeRangeField()
    hub_model = models.ForeignKey(
        "products.HubModel",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: any of the release's.",
    )
    combinations = models.ManyToManyField("products.DeviceCombination", blank=True, related_name="+")
    rigs = models.ManyToManyField("testing.Rig", through="testing.RigBooking", related_name="windows")
    state = models.CharField(max_length=10, choices=WindowState, default=WindowState.BOOKED, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["during", "pk"]
        constraints = [
            ExclusionConstraint(
                name="one_booking_a_place",
                expressions=[
                    (
                        Func(F("environment_id"), F("environment_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("place"), F("place"), Value("[]"), function="int4range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=[state.value for state in HOLDING], place__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="window_begins_and_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return cast(datetime, self.during.lower)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return cast(datetime, self.during.upper)

    @property
    def for_another(self) -> bool:
        """Whether an agent booked it for the organisation."""
        return self.booked_by_organisation_id != self.organisation_id


class ResultEvidence(models.Model):
    """A file kept with the results of a window: a film, a log, a picture. Append-only."""

    window = models.ForeignKey(TestWindow, on_delete=models.PROTECT, related_name="evidence")
    file = models.FileField(upload_to="test-evidence/")
    file_kind = models.CharField(max_length=20, help_text="What its content is.")
    file_size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    added_by_name = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.file_kind} {self.pk} of {self.window.reference}"


class TestResult(models.Model):
    """What was found on one combination with one case; corrected by a newer row, never overwritten."""

    __test__ = False

    class Outcome(models.TextChoices):
        PASS = "pass", "Pass"
        FAIL = "fail", "Fail"
        BLOCKED = "blocked", "Blocked"

    window = models.ForeignKey(TestWindow, on_delete=models.PROTECT, related_name="results")
    combination = models.ForeignKey("products.DeviceCombination", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(TestCase, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=7, choices=Outcome)
    version_read = models.CharField(max_length=8, blank=True, help_text="Version the hub reported, 8 hex digits.")
    remark = models.TextField(blank=True)
    evidence = models.ForeignKey(
        ResultEvidence, null=True, blank=True, on_delete=models.PROTECT, related_name="results"
    )
    reported_by_name = models.CharField(max_length=200)
    reported_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["combination", "case", "-id"], name="latest_result"),
            models.Index(fields=["window", "-id"], name="newest_result_of_a_window"),
        ]

    def __str__(self) -> str:
        return f"{self.combination} {self.case}: {self.outcome}"
