"""Sealed votes, the count, the casting vote and the determination."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.pages.searching import vector
from portal.workflow.transitions import Versioned
from portal.working_days import LONDON
from releases.ballots.models.ballots import Ballot, Entitlement
from releases.ballots.paper import AXIS

SEARCHED = ("reference", "reasons", "minority_statement", "rule_in_words")  # what the search and its index look through
ABSTAIN = "abstain"
OPTIONS = [(option.value, option.words.capitalize()) for option in AXIS]
CHOICES = [*OPTIONS, (ABSTAIN, "Abstain")]


class Vote(models.Model):
    """One cast, sealed: answers and reason encrypted with the ballot's key. Append-only; the last counts."""

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="votes")
    sequence = models.PositiveIntegerField()
    sealed = models.BinaryField()
    receipt = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "sequence"], name="one_cast_a_sequence"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="casts_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"cast {self.sequence} of {self.entitlement}"


class Laid(models.Model):
    """What lay before the voters when voting opened, as text and figures; the journal has its hash. Append-only.

    ``issues`` has each cited issue with its salt under its hash, so that ``matter`` tells nothing of a restricted one.
    """

    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, related_name="laid")
    matter = models.JSONField()
    issues = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "laid"

    def __str__(self) -> str:
        return f"what lay before the voters of {self.ballot}"


class Tally(models.Model):
    """The count, written once at close: every input, the rule in words, the outcome. Append-only."""

    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, related_name="tally")
    result = models.JSONField()
    votes = models.JSONField(help_text="Opened votes: name, constituency, choice, reasons.")
    votes_hash = models.CharField(max_length=64)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"tally of {self.ballot}"


class CastingVote(models.Model):
    """The Chair's one casting vote on a tie. Append-only."""

    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, related_name="casting_vote")
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    choice = models.CharField(max_length=24, choices=OPTIONS)
    reasons = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reasons=""), name="casting_vote_has_reasons")]

    def __str__(self) -> str:
        return f"casting vote of {self.ballot}"


class AppealResult(models.TextChoices):
    """What the Authority made of an appeal."""

    DISMISSED = "dismissed", "Dismissed: the determination stands"
    HELD = "held", "Upheld: the objected homes are held"
    FREED = "freed", "Upheld: the determination holds and defers nothing any more"
    REMITTED = "remitted", "Upheld: the committee decides anew"


class Determination(Versioned):
    """What was decided; takes effect by itself and is published as a document."""

    reference = models.CharField(max_length=20, unique=True)
    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, related_name="determination")
    outcome = models.CharField(max_length=24, choices=OPTIONS)
    is_safeguarded = models.BooleanField(default=False, help_text="The minority's cohort is held until fixed.")
    override_carried = models.BooleanField(default=False)
    heard = models.JSONField(
        null=True, blank=True, help_text="The objections as they stood when it was decided, as their hash has them."
    )
    effects = models.JSONField(default=list, help_text="What took effect, in sentences.")
    defer_to = models.DateTimeField(null=True, blank=True)
    rule_in_words = models.TextField()
    reasons = models.TextField(blank=True)
    minority_statement = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    appeal_until = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appellant = models.CharField(max_length=200, blank=True)
    appeal_grounds = models.TextField(blank=True)
    appeal_result = models.CharField(max_length=9, choices=AppealResult, blank=True)
    appeal_outcome = models.TextField(blank=True)
    appeal_ended_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        indexes = [GinIndex(vector(*SEARCHED), name="determination_search")]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None, appeal_until=None)
                | Q(published_at__isnull=False, appeal_until__isnull=False) & ~Q(reasons=""),
                name="published_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(appeal_ended_at=None, appeal_outcome="")
                | Q(appealed_at__isnull=False, appeal_ended_at__isnull=False) & ~Q(appeal_outcome=""),
                name="appeal_outcome_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(appeal_result="") | Q(appeal_ended_at__isnull=False), name="appeal_result_with_its_outcome"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def until(self) -> str:
        """The condition of a hold that lasts until the deferral date; empty where nothing is deferred."""
        if self.defer_to is None:
            return ""
        return f"Until {self.defer_to.astimezone(LONDON):%-d %B %Y}, as determined in {self.reference}."
