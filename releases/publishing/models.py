"""Releases, their notes, evidence, classes and the statutory notice."""

from datetime import date, datetime
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.pages.searching import vector
from portal.workflow.transitions import Stateful, Versioned
from portal.working_days import last_day_before, last_moment_before
from releases.products.models import Region
from releases.publishing.notes_models import NotesDraft as NotesDraft
from releases.publishing.notes_models import StandingSection as StandingSection
from releases.publishing.notes_models import WaitingNote as WaitingNote
from releases.publishing.states import RELEASE, ReleaseState
from releases.publishing.terms import ClassTerms, Period, Unit

EVERY_REGION = "all"
ENDS = ("tests_until", "objections_until", "hypercare_until")  # dates that name an end, not a beginning
# What the search looks through, each kept by an index on the text of exactly these fields.
SEARCHED_RELEASE = ("reference", "title", "firmware_version", "emergency_reason")
SEARCHED_NOTES = ("markdown",)
SEARCHED_EVIDENCE = ("title", "summary", "environment", "signatory")


class Approach(models.TextChoices):
    CONSULTATION = "consultation", "Consultation"
    SCHEDULING = "scheduling", "Scheduling"
    NOTICE_ONLY = "notice_only", "Notice only"


class Classification(models.TextChoices):
    """Panel Information Policy: who may read it."""

    WHITE = "white", "White: public"
    GREEN = "green", "Green: SEC parties"
    AMBER = "amber", "Amber: named organisations"
    RED = "red", "Red: named people"


class UrgencyClass(Versioned):
    """A row of the class table, versioned by ``effective_from``; figures are portal defaults, not the Code's."""

    class Name(models.TextChoices):
        EMERGENCY = "emergency", "Emergency"
        URGENT = "urgent", "Urgent"
        ROUTINE = "routine", "Routine"
        MAJOR = "major", "Major"

    name = models.CharField(max_length=10, choices=Name)
    effective_from = models.DateField()
    meant_for = models.CharField(max_length=200)
    deployment_notice_working_days = models.PositiveIntegerField()
    activation_notice_days = models.PositiveIntegerField(help_text="Clear days; never below 7.")
    activation_notice_working_days = models.PositiveIntegerField(
        default=0, help_text="Working Days; where given, it stands instead of the clear days, if it is longer."
    )
    test_working_days = models.PositiveIntegerField()
    objection_working_days_after_test = models.PositiveIntegerField(null=True, blank=True)
    objection_working_days_before_activation = models.PositiveIntegerField(null=True, blank=True)
    review_ballot_working_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Working Days after the first activation, where a ballot reviews it afterwards.",
    )
    hypercare_months = models.PositiveIntegerField()
    reminder_days = models.PositiveIntegerField(
        default=3,
        db_default=3,
        validators=[MinValueValidator(1)],
        help_text="Days between reminders to those who have not acknowledged.",
    )
    least_coverage_percent = models.PositiveIntegerField(
        default=0,
        db_default=0,
        validators=[MaxValueValidator(100)],
        help_text="Share of homes that user tests must cover before activation; 0 asks for none.",
    )
    needs_second_approver = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "urgency classes"
        ordering = ["name", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["name", "effective_from"], name="one_class_version"),
            models.CheckConstraint(condition=Q(activation_notice_days__gte=7), name="seven_clear_days"),
        ]

    def __str__(self) -> str:
        return self.get_name_display()

    @property
    def terms(self) -> ClassTerms:
        """The row as the value that dates are computed from."""
        clear_days = Period(self.activation_notice_days, Unit.CLEAR_DAYS)
        return ClassTerms(
            code=self.name,
            name=self.get_name_display(),
            deployment_notice=Period(self.deployment_notice_working_days),
            activation_notice=Period(self.activation_notice_working_days) or clear_days,
            user_test_days=self.test_working_days,
            objections_after_test=self.objection_working_days_after_test,
            objections_before_activation=self.objection_working_days_before_activation,
            review_ballot_days=self.review_ballot_working_days,
            hypercare_months=self.hypercare_months,
            reminder_days=self.reminder_days,
            least_coverage=self.least_coverage_percent,
            needs_second_approver=self.needs_second_approver,
            version=self.version,
        )


class Release(Stateful):
    machine: ClassVar = RELEASE

    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=120)
    hub_models = models.ManyToManyField("products.HubModel", related_name="releases")
    firmware_version = models.CharField(max_length=8, help_text="Eight hexadecimal digits.")
    from_versions = models.ManyToManyField("products.FirmwareVersion", blank=True, related_name="+")
    image = models.ForeignKey(
        "products.Image", null=True, blank=True, on_delete=models.PROTECT, related_name="releases"
    )
    chts = models.CharField(max_length=12, blank=True)
    gbcs = models.CharField(max_length=12, blank=True)
    urgency_class = models.ForeignKey(UrgencyClass, on_delete=models.PROTECT, related_name="releases")
    approach = models.CharField(max_length=14, choices=Approach, default=Approach.CONSULTATION)
    classification = models.CharField(max_length=6, choices=Classification, default=Classification.GREEN)
    readers = models.ManyToManyField(
        "people.Organisation", blank=True, related_name="+", help_text="Amber: the organisations that may read it."
    )
    named_people = models.ManyToManyField(
        "people.User", blank=True, related_name="+", help_text="Red: the people who may read it."
    )
    notes_classification = models.CharField(
        max_length=6,
        choices=Classification,
        default="",
        blank=True,
        help_text="Of the notes, where stricter than the release's.",
    )
    class_terms = models.JSONField(
        null=True, blank=True, editable=False, help_text="The urgency class as it stood when the notice was served."
    )
    approach_authority = models.CharField(
        max_length=200, blank=True, help_text="Notice only: the determination that permits its live use."
    )
    state = models.CharField(max_length=12, choices=ReleaseState, default=ReleaseState.DRAFT, editable=False)
    planned_deployment_at = models.DateTimeField(null=True, blank=True)
    planned_activation_at = models.DateTimeField(null=True, blank=True)
    schedule_confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="Scheduling: when DCC confirmed the planned dates."
    )
    deferred_until = models.DateTimeField(null=True, blank=True)
    drafted_by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    emergency_reason = models.TextField(blank=True)
    emergency_citation = models.CharField(
        max_length=200, blank=True, help_text="The severity 1 or security issue that calls for it."
    )
    emergency_approved_by = models.ForeignKey(
        "people.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    emergency_approved_at = models.DateTimeField(null=True, blank=True)
    notice_waived_at = models.DateTimeField(
        null=True, blank=True, help_text="Emergency: when an expedited ballot waived the activation notice."
    )
    announced_at = models.DateTimeField(null=True, blank=True, help_text="When the last notice was served.")
    earliest_deployment_at = models.DateTimeField(null=True, blank=True)
    earliest_activation_at = models.DateTimeField(null=True, blank=True)
    tests_until = models.DateTimeField(null=True, blank=True)
    objections_until = models.DateTimeField(null=True, blank=True)
    first_activation_at = models.DateTimeField(null=True, blank=True)
    hypercare_until = models.DateTimeField(null=True, blank=True)
    notes_locked = models.CharField(max_length=200, blank=True, help_text="Why the notes cannot be changed now.")
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    history = HistoricalRecords(m2m_fields=[hub_models])

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        indexes = [GinIndex(vector(*SEARCHED_RELEASE), name="release_search")]
        constraints = [
            models.CheckConstraint(
                condition=Q(emergency_approved_by=None, emergency_approved_at=None)
                | Q(emergency_approved_by__isnull=False, emergency_approved_at__isnull=False),
                name="emergency_approval_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(emergency_approved_by=None) | ~Q(emergency_approved_by=models.F("drafted_by")),
                name="nobody_approves_their_own_release",
            ),
            models.CheckConstraint(
                condition=Q(planned_deployment_at=None)
                | Q(planned_activation_at=None)
                | Q(planned_deployment_at__lte=models.F("planned_activation_at")),
                name="deployed_before_activated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_consultation(self) -> bool:
        """Whether user tests, objections and the class's deployment notice apply."""
        return self.approach == Approach.CONSULTATION

    @property
    def terms(self) -> ClassTerms:
        """The class's terms: those frozen when the notice was served, before that those of the class today."""
        return ClassTerms.from_snapshot(self.class_terms) if self.class_terms else self.urgency_class.terms

    def shown(self, field: str) -> datetime | None:
        """The moment under which one of the dates is shown: what ends at midnight, under the day before."""
        moment: datetime | None = getattr(self, field)
        return last_moment_before(moment) if moment and field in ENDS else moment

    @property
    def tests_last_day(self) -> date | None:
        """The last day of the user-test period."""
        return last_day_before(self.tests_until) if self.tests_until else None

    @property
    def objections_last_day(self) -> date | None:
        """The last day on which objections are in time."""
        return last_day_before(self.objections_until) if self.objections_until else None

    @property
    def is_restricted(self) -> bool:
        """Whether mail about it carries a link only: Amber and Red."""
        return self.classification in (Classification.AMBER, Classification.RED)


class NotesRevision(models.Model):
    """One saved state of the release notes; the highest number is current; published ones are never changed."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="notes")
    number = models.PositiveIntegerField()
    sections = models.JSONField(default=list, help_text="Title and text of each section, in order.")
    markdown = models.TextField(help_text="The sections as one text.")
    why = models.CharField(max_length=300, blank=True, help_text="What it comes from, where not from the editor.")
    saved_by_name = models.CharField(max_length=200)
    saved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [GinIndex(vector(*SEARCHED_NOTES), name="notes_search")]
        constraints = [models.UniqueConstraint(fields=["release", "number"], name="one_notes_revision")]
        ordering = ["-number", "-pk"]

    def __str__(self) -> str:
        return f"{self.release.reference} notes, revision {self.number}"

    @property
    def written(self) -> dict[str, str]:
        """The text of each section by its title, in order."""
        return {section["title"]: section["text"] for section in self.sections}


class Evidence(models.Model):
    """Test evidence (SEC Section T) attached to a release, per region and environment."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=160)
    region = models.CharField(max_length=8, choices=[*Region.choices, (EVERY_REGION, "Every region")])
    environment = models.CharField(max_length=60)
    signatory = models.CharField(max_length=120)
    signed_on = models.DateField()
    summary = models.TextField()
    classification = models.CharField(
        max_length=6, choices=Classification, default="", blank=True, help_text="Where stricter than the release's."
    )
    file = models.FileField(upload_to="evidence/", blank=True)
    file_kind = models.CharField(max_length=20, blank=True, editable=False, help_text="What its content is.")
    file_size = models.PositiveIntegerField(null=True, editable=False, help_text="Bytes.")
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    added_by_name = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        indexes = [GinIndex(vector(*SEARCHED_EVIDENCE), name="evidence_search")]

    def __str__(self) -> str:
        return self.title


class Notice(models.Model):
    """A statutory notice of one release; a material change voids it and a new one starts again."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="notices")
    number = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    deployment_at = models.DateTimeField()
    activation_at = models.DateTimeField()
    working = models.JSONField(default=list, help_text="Lines that explain the dates.")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="one_notice_number"),
            models.UniqueConstraint(fields=["release"], condition=Q(voided_at=None), name="one_notice_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.release.reference} notice {self.number}"


class NoticeShare(models.Model):
    """The homes of one supplier that a notice concerns, by region and hub model, when it was served. Append-only."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="shares")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=8, choices=Region)
    hub_model = models.ForeignKey("products.HubModel", on_delete=models.PROTECT, related_name="+")
    homes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "organisation", "region", "hub_model"], name="one_share_a_cell")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.homes} homes in {self.notice}"


class Amendment(models.Model):
    """Later dates of a notice: what they were, what they became, and why. Append-only."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField()
    deployment_was = models.DateTimeField()
    deployment_at = models.DateTimeField()
    activation_was = models.DateTimeField()
    activation_at = models.DateTimeField()
    objections_were = models.DateTimeField(null=True, blank=True)
    objections_until = models.DateTimeField(null=True, blank=True)
    why = models.TextField()
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "number"], name="one_amendment_number")]
        ordering = ["number", "pk"]

    def __str__(self) -> str:
        return f"{self.notice}, amendment {self.number}"

    @property
    def changes(self) -> list[tuple[str, datetime, datetime]]:
        """What moved: (date, from, to); an end at midnight by the last moment of the day before."""
        ends = (self.objections_were, self.objections_until)
        before, after = (last_moment_before(end) if end else None for end in ends)
        rows = (
            ("Deployment from", self.deployment_was, self.deployment_at),
            ("Activation from", self.activation_was, self.activation_at),
            ("Objections until", before, after),
        )
        return [(name, was, becomes) for name, was, becomes in rows if was and becomes and was != becomes]


class NoticeService(models.Model):
    """Proof that a notice was served on an organisation: the first successful service starts its clock. Append-only."""

    class Means(models.TextChoices):
        MAIL = "mail", "Mail accepted"
        INBOX = "inbox", "Read in the portal"
        OTHER = "other", "Served by other means"

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="services")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    served_at = models.DateTimeField()
    means = models.CharField(max_length=6, choices=Means)
    reason = models.TextField(blank=True)
    recorded_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "organisation"], name="served_once"),
            models.CheckConstraint(condition=~Q(means="other") | ~Q(reason=""), name="other_means_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.notice} served on {self.organisation}"


class Acknowledgement(models.Model):
    """An organisation says it has read the notice and how many days of testing it needs."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="acknowledgements")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    test_days_needed = models.PositiveIntegerField(default=0)
    remark = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "organisation"], name="acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.organisation} acknowledged {self.notice}"
