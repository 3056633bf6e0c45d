"""What is heard of hubs after they activate, and the holds proposed for what stands out."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from devices.detection.states import PROPOSAL, ProposalState
from devices.gateway import Sign
from portal.pages.templatetags.words import uk_date
from portal.workflow.transitions import Stateful


class SignHeard(models.IntegerChoices):
    """A sign of trouble, in words: alerts by their code, and what no alert tells."""

    JOIN_FAILED = Sign.JOIN_FAILED.value, "Device fell off the home network (8F48)"
    MESSAGE_NOT_DELIVERED = Sign.MESSAGE_NOT_DELIVERED.value, "Message to the electricity meter not delivered (8F84)"
    NOT_ACTIONED = Sign.NOT_ACTIONED.value, "Future-dated command not actioned (8F67)"
    POWER_OUTAGE = Sign.POWER_OUTAGE.value, "Power outage over 3 minutes (AD1)"
    DISPLAY_DARK = Sign.DISPLAY_DARK.value, "In-home display dark, reported by suppliers"
    GAS_READINGS_MISSING = Sign.GAS_READINGS_MISSING.value, "Gas readings missing, reported by suppliers"
    SUPPLY_INTERRUPTED = Sign.SUPPLY_INTERRUPTED.value, "Supply interrupted, reported by suppliers"


class Watch(models.Model):
    """What was heard of all hubs of a rollout in one watch, by cell, never by hub; append-only.

    ``cells`` has 4 bytes a cell. ``watched`` has for each the hubs that did not run the image yet and those that did,
    ``signs`` each of them by `Sign`, 4 bytes each; ``totals`` is both, summed: before and after, hubs and every sign.
    Its number within the rollout is what makes a watch count once, however often it is asked for.
    """

    rollout = models.ForeignKey("rollouts.Rollout", on_delete=models.PROTECT, related_name="watches")
    number = models.PositiveIntegerField(help_text="From 1 in each rollout.")
    at = models.DateTimeField()
    cells = models.BinaryField()
    watched = models.BinaryField()
    signs = models.BinaryField()
    totals = ArrayField(models.BigIntegerField())

    class Meta:
        ordering = ["rollout", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="one_watch_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="watches_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.rollout} watch {self.number}"


class Proposal(Stateful):
    """A hold on one device combination, proposed by the portal; DCC accepts or declines it.

    ``evidence`` keeps the working of each sign in excess when it was proposed, the surest first, as `Excess` has it.
    """

    machine: ClassVar = PROPOSAL

    reference = models.CharField(max_length=40, unique=True)
    rollout = models.ForeignKey("rollouts.Rollout", on_delete=models.PROTECT, related_name="proposals")
    combination = models.ForeignKey("products.DeviceCombination", on_delete=models.PROTECT, related_name="+")
    sign = models.PositiveSmallIntegerField(choices=SignHeard)
    evidence = models.JSONField()
    state = models.CharField(max_length=9, choices=ProposalState, default=ProposalState.PROPOSED, editable=False)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True, help_text="Why it was declined or overtaken.")
    hold = models.ForeignKey("holds.Hold", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "combination", "sign"], name="never_proposed_twice"),
            models.UniqueConstraint(
                fields=["rollout", "combination"], condition=Q(state="proposed"), name="one_open_proposal_a_combination"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by_name="")
                | (Q(decided_at__isnull=False) & ~Q(decided_by_name="")),
                name="decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None) | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="decided_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", hold__isnull=False) | (~Q(state="accepted") & Q(hold=None)),
                name="accepted_has_its_hold",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "overtaken"]) | ~Q(why=""), name="not_held_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def words(self) -> str:
        """What stands out, as the cause of a hold and in the journal."""
        surest = self.evidence[0]
        return (
            f"{self.combination}: {self.get_sign_display()} at least {surest['ratio']:.1f} times as often as in"
            f" homes not activated yet ({surest['after']:,} of {surest['after'] + surest['before']:,} such signs,"
            f" where {surest['expected']:,.1f} were expected)"
        )

    @property
    def outcome(self) -> str:
        """What became of it, in a sentence."""
        if self.decided_at is None:
            return "Not decided on yet."
        how = f"{self.get_state_display()} by {self.decided_by_name} on {uk_date(self.decided_at)}"
        return f"{how}: {self.hold or self.why}"

    @property
    def found(self) -> list[tuple[str, dict[str, float]]]:
        """Each sign in excess, in words, with its working."""
        return [(SignHeard(one["sign"]).label, one) for one in self.evidence]
