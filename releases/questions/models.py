from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful
from releases.questions.states import CONTENT_REQUEST, QUESTION, QuestionState, RequestState


class Question(Stateful):
    """Asked on a release by a User, answered by DCC for all who may read the release."""

    machine: ClassVar = QUESTION

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="questions")
    section = models.CharField(max_length=100, blank=True, help_text="The section of the notes it is about.")
    text = models.TextField()
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="questions")
    asked_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="Portal default: 3 Working Days.")
    state = models.CharField(max_length=10, choices=QuestionState, default=QuestionState.ASKED, editable=False)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.reference} on {self.release.reference}"


class Watch(models.Model):
    """An organisation that wants to hear of the answer too."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="watches")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "organisation"], name="watched_once")]

    def __str__(self) -> str:
        return f"{self.organisation} watches {self.question}"


class ContentRequest(Stateful):
    """What a User wants to find in all release notes; once accepted it is a section of their template."""

    machine: ClassVar = CONTENT_REQUEST

    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=100, help_text="What the section would be called.")
    wanted = models.TextField(help_text="What it should say, and what for.")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="content_requests")
    requested_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    requested_by_name = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="Portal default: 10 Working Days.")
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.REQUESTED, editable=False)
    answer = models.TextField(blank=True, help_text="DCC's reason.")
    answered_at = models.DateTimeField(null=True, blank=True)
    section = models.ForeignKey(
        "publishing.StandingSection", null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["accepted", "retired"]) | models.Q(section__isnull=False),
                name="accepted_is_a_section",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class Support(models.Model):
    """An organisation that wants the same content; one each."""

    request = models.ForeignKey(ContentRequest, on_delete=models.CASCADE, related_name="supports")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "organisation"], name="supported_once")]

    def __str__(self) -> str:
        return f"{self.organisation} supports {self.request}"
