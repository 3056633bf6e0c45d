from typing import ClassVar

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful, Versioned
from releases.ballots.paper import AXIS, Safeguard
from releases.ballots.states import BALLOT, OBJECTION, UNSETTLED, BallotState, ObjectionState
from releases.products.models import Selected


class Remedy(models.TextChoices):
    HOLD = "hold", "Hold the cohort"
    DEFER = "defer", "Defer to a later date"
    RETEST = "retest", "Return for retest"
    REJECT = "reject", "Reject the release"


RUNNING = (
    BallotState.DRAFT,
    BallotState.NOTICED,
    BallotState.OPEN,
    BallotState.CLOSED,
    BallotState.INQUORATE,
    BallotState.TIED,
)
ABSTAIN = "abstain"
OPTIONS = [(option.value, option.words.capitalize()) for option in AXIS]
CHOICES = [*OPTIONS, (ABSTAIN, "Abstain")]


class Objection(Stateful, Selected):
    """A supplier's objection to activation: cited issues, cohort, evidence, remedy sought."""

    machine: ClassVar = OBJECTION

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="objections")
    issues = models.ManyToManyField("issues.Issue", related_name="objections")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="objections")
    lodged_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    lodged_by_name = models.CharField(max_length=200)
    lodged_at = models.DateTimeField()
    is_limited = models.BooleanField(default=False, help_text="Closes the gate for its cohort only.")
    is_late = models.BooleanField(default=False)
    evidence = models.TextField()
    remedy = models.CharField(max_length=6, choices=Remedy)
    defer_to = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ObjectionState, default=ObjectionState.LODGED, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the clock of the present state runs out.")
    answer = models.TextField(blank=True, help_text="DCC's answer.")
    return_reason = models.TextField(blank=True)
    safeguarded = models.BooleanField(
        default=False, help_text="Severity 1 or 2, accepted or reproduced: held until fixed."
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["-lodged_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="objection_has_evidence"),
            models.CheckConstraint(
                condition=Q(remedy="defer", defer_to__isnull=False) | (~Q(remedy="defer") & Q(defer_to=None)),
                name="deferral_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(state="returned") & ~Q(return_reason="") | ~Q(state="returned") & Q(return_reason=""),
                name="returned_with_reasons",
            ),
            models.CheckConstraint(condition=Q(is_late=False) | Q(is_limited=True), name="late_is_limited"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} by {self.organisation}"

    @property
    def is_unsettled(self) -> bool:
        """Whether somebody still has to answer or decide it."""
        return self.state in UNSETTLED


class Joinder(models.Model):
    """Another affected party joins an objection."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="joinders")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    joined_by_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    joined_by_name = models.CharField(max_length=200)
    joined_at = models.DateTimeField()
    statement = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objection", "organisation"], name="joined_once")]

    def __str__(self) -> str:
        return f"{self.organisation} joined {self.objection.reference}"


class RuleSet(models.Model):
    """A version of the voting rules as data; a ballot takes a snapshot when it opens."""

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=120)
    rules = models.JSONField()
    effective_from = models.DateField()
    history = HistoricalRecords()

    def __str__(self) -> str:
        return f"Rule set {self.number}: {self.title}"


class Ballot(Stateful):
    machine: ClassVar = BALLOT

    reference = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey("publishing.Release", on_delete=models.PROTECT, related_name="ballots")
    committee = models.ForeignKey("people.Committee", on_delete=models.PROTECT, related_name="ballots")
    objections = models.ManyToManyField(Objection, related_name="ballots")
    question = models.TextField()
    state = models.CharField(max_length=10, choices=BallotState, default=BallotState.DRAFT, editable=False)
    drafted_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    rule_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rules = models.JSONField(null=True, blank=True, help_text="Snapshot taken at opening.")
    roll_hash = models.CharField(max_length=64, blank=True)
    exclusion = models.JSONField(
        default=list, help_text="Cohorts held under 'proceed with exclusions', fixed at opening."
    )
    exclusion_cells = models.JSONField(default=list, help_text="Their cells at opening.")
    subject = models.CharField(max_length=200, help_text="Numbers of the objections heard: one running ballot each.")
    defer_to = models.DateTimeField(null=True, blank=True)
    safeguard = models.CharField(
        max_length=11, choices=[(one.value, one.value) for one in Safeguard], default=Safeguard.NONE.value
    )
    safeguard_objections = models.JSONField(
        default=dict, blank=True, help_text="Numbers of objections whose evidence is established, or asked about."
    )
    public_key = models.BinaryField(null=True)
    wrapped_private_key = models.BinaryField(null=True)
    key_fingerprint = models.CharField(max_length=16, blank=True, help_text="Of the master key that wraps the key.")
    casting_until = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    history = HistoricalRecords(excluded_fields=["wrapped_private_key", "public_key"])

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "subject"],
                condition=Q(state__in=[state.value for state in RUNNING]),
                name="one_running_ballot",
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False) & ~Q(void_reason="")
                | ~Q(state="void") & Q(voided_at=None, void_reason=""),
                name="void_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(public_key=None, wrapped_private_key=None, key_fingerprint="")
                | Q(public_key__isnull=False, wrapped_private_key__isnull=False) & ~Q(key_fingerprint=""),
                name="ballot_keys_are_whole",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(public_key__isnull=False) & ~Q(roll_hash=""),
                name="opened_with_keys_and_roll",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opened_at__isnull=False, closes_at__gt=models.F("opened_at")),
                name="ballot_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=~Q(state="tied") | Q(casting_until__isnull=False), name="a_tie_has_its_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(opened_at__isnull=False, closes_at__isnull=False, rules__isnull=False),
                name="open_has_its_rules",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_running(self) -> bool:
        """Whether it can still lead to a decision."""
        return self.state in RUNNING


class Entitlement(models.Model):
    """A row of the roll frozen at opening: who may vote, in which capacity; never edited but by a ruling."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="roll")
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    organisation_name = models.CharField(max_length=120, blank=True)
    capacity = models.CharField(max_length=10)
    constituency = models.CharField(max_length=30, blank=True)
    alternate_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="alternates")
    is_conflicted = models.BooleanField(
        default=False, help_text="A party to the matter: recused unless the Chair rules otherwise."
    )
    conflict = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "user"], name="entitled_once")]

    def __str__(self) -> str:
        return f"{self.name} in {self.ballot}"


class Declaration(models.Model):
    """A member declares an interest, or none; append-only, the last counts."""

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="declarations")
    has_interest = models.BooleanField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"declaration of {self.entitlement}"


class Ruling(models.Model):
    """The Chair (or deputy) rules on an interest; append-only, the last counts."""

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="rulings")
    recused = models.BooleanField()
    reasons = models.TextField()
    ruled_by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"ruling on {self.entitlement}"


class Statement(models.Model):
    """What a party to the matter puts on the ballot page."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="statements")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"statement of {self.organisation}"


class Vote(models.Model):
    """One cast, sealed: answers and reason encrypted with the ballot's key. Append-only; the last counts."""

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="votes")
    sequence = models.PositiveIntegerField()
    sealed = models.BinaryField()
    receipt = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "sequence"], name="one_cast_a_sequence"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="casts_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"cast {self.sequence} of {self.entitlement}"


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


class Determination(Versioned):
    """What was decided; takes effect by itself and is published as a document."""

    reference = models.CharField(max_length=20, unique=True)
    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, related_name="determination")
    outcome = models.CharField(max_length=24, choices=OPTIONS)
    is_safeguarded = models.BooleanField(default=False, help_text="The minority's cohort is held until fixed.")
    override_carried = models.BooleanField(default=False)
    effects = models.JSONField(default=list, help_text="What took effect, in sentences.")
    defer_to = models.DateTimeField(null=True, blank=True)
    rule_in_words = models.TextField()
    reasons = models.TextField(blank=True)
    minority_statement = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    appeal_until = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_outcome = models.TextField(blank=True)
    appeal_ended_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-decided_at"]
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
        ]

    def __str__(self) -> str:
        return self.reference
