"""Rule sets, ballots, the frozen roll and what is declared, ruled and stated."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Stateful
from releases.ballots.models.meetings import Meeting
from releases.ballots.models.objections import Objection
from releases.ballots.paper import AXIS, Kind, Safeguard
from releases.ballots.states import BALLOT, STANDS, BallotState

RUNNING = (
    BallotState.DRAFT,
    BallotState.NOTICED,
    BallotState.OPEN,
    BallotState.CLOSED,
    BallotState.INQUORATE,
    BallotState.TIED,
)


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
    kind = models.CharField(
        max_length=10,
        choices=[
            (Kind.OBJECTIONS.value, "Contested objections"),
            (Kind.WAIVER.value, "Expedited: waive the notice of an Emergency"),
            (Kind.REVIEW.value, "Review of an Emergency"),
        ],
        default=Kind.OBJECTIONS.value,
    )
    recommends = models.BooleanField(
        default=False, help_text="A Sub-Committee's recommendation, on which the Panel determines."
    )
    recommendation = models.CharField(
        max_length=24, choices=[(option.value, option.words.capitalize()) for option in AXIS], blank=True
    )
    meeting = models.ForeignKey(
        Meeting,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agenda",
        help_text="Where it is voted on; by correspondence where there is none.",
    )
    not_opened = models.TextField(blank=True, help_text="Why the clock did not open it when its meeting began.")
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
    misplaced_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was told that it hears what has become the Security Sub-Committee’s."
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    follows = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
        help_text="The recommendation on which the Panel determines here.",
    )
    history = HistoricalRecords(excluded_fields=["wrapped_private_key", "public_key"])

    class Meta:
        ordering = ["-drafted_at", "-pk"]
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
                condition=Q(recommends=True) & (~Q(state="advised") | ~Q(recommendation=""))
                | Q(recommends=False, recommendation="") & ~Q(state="advised"),
                name="a_recommendation_says_what",
            ),
            models.CheckConstraint(
                condition=Q(recommends=False) | Q(kind="objections"), name="recommendations_are_on_objections"
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(opened_at__isnull=False, closes_at__isnull=False, rules__isnull=False),
                name="open_has_its_rules",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def sits(self) -> Meeting | None:
        """The meeting at which it is voted on; None by correspondence, also where the meeting was cancelled."""
        return self.meeting if self.meeting and self.meeting.cancelled_at is None else None

    @property
    def stands(self) -> str:
        """How it stands, as a sentence on it ends: "The ballot is …"."""
        return STANDS.get(BallotState(self.state), self.get_state_display().lower())

    @property
    def called(self) -> str:
        """The name of its state; an appeal that has ended is called by its outcome, the state itself being its last."""
        if self.state == BallotState.APPEALED and self.determination.appeal_ended_at:
            return "Appeal dismissed" if self.determination.appeal_result == "dismissed" else "Appeal upheld"
        return str(self.get_state_display())

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
