"""What lies around the revisions of the notes: a person's draft, additions that wait, sections Users asked for."""

from django.db import models
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Versioned
from releases.publishing.notes import Section


class NotesDraft(models.Model):
    """What one person is writing and has not saved as a revision; kept so that leaving the page loses nothing."""

    release = models.ForeignKey("publishing.Release", on_delete=models.CASCADE, related_name="notes_drafts")
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    sections = models.JSONField(help_text="Title and text of each section.")
    based_on = models.PositiveIntegerField(help_text="The revision it was begun from; 0 for none.")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "user"], name="one_notes_draft")]

    def __str__(self) -> str:
        return f"Draft of the notes of {self.release.reference} by {self.user}"

    @property
    def written(self) -> dict[str, str]:
        """The text of each section by its title, in order."""
        return {section["title"]: section["text"] for section in self.sections}


class WaitingNote(models.Model):
    """Something to be added to the notes that came while they were locked; it flows in when the lock ends."""

    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="waiting_notes")
    section = models.CharField(max_length=100)
    text = models.TextField()
    cause = models.CharField(max_length=200, help_text="What it comes from, such as “Known issue I-0004”.")
    added_by_name = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    in_revision = models.PositiveIntegerField(null=True, blank=True, help_text="The revision it flowed into.")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.cause} for the notes of {self.release.reference}"


class StandingSection(Versioned):
    """A section that every release's notes are asked for since Users wanted it and DCC agreed."""

    title = models.CharField(max_length=100)
    guidance = models.CharField(max_length=500)
    required_for = models.JSONField(default=list, blank=True, help_text="Codes of the classes that require it.")
    cause = models.CharField(max_length=200, blank=True, help_text="The content request it comes from.")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("title"), condition=models.Q(ended_at=None), name="one_standing_section"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def as_section(self, class_name: str, *, binding: bool = True) -> Section:
        """Return it as a section of the template of a class."""
        return Section(self.title, self.guidance, binding and class_name in self.required_for)
