"""The terms of an urgency class, as plain values.

They are what `UrgencyClass` rows hold and what a release keeps as its snapshot from announcement on, so that
a later edit of the table changes no release that is already under way. All figures are portal defaults, save
the seven clear days before activation.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

LEAST_CLEAR_DAYS = 7


class Unit(StrEnum):
    """What a period is counted in."""

    CLEAR_DAYS = "clear_days"
    WORKING_DAYS = "working_days"


class Approach(StrEnum):
    """How a release is decided. Rule: chosen per release (Approaches)."""

    CONSULTATION = "consultation"
    SCHEDULING = "scheduling"
    NOTICE_ONLY = "notice_only"


@dataclass(frozen=True, slots=True)
class Period:
    """A number of clear days or of Working Days; `none` when it is 0."""

    count: int
    unit: Unit = Unit.WORKING_DAYS

    def __bool__(self) -> bool:
        return self.count > 0

    def words(self) -> str:
        """Return the period in words: "7 clear days", "1 Working Day", "none"."""
        if not self:
            return "none"
        noun = "clear day" if self.unit == Unit.CLEAR_DAYS else "Working Day"
        return f"{self.count} {noun}" + ("" if self.count == 1 else "s")


@dataclass(frozen=True, slots=True)
class ClassTerms:
    """One line of the table of urgency classes.

    `objections_after_test` and `objections_before_activation` are Working Days; the later of the two ends the
    window; both None where the class has no objections before activation (Emergency). `least_coverage` is the
    share of homes, in percent, that user tests must cover before activation; 0 asks for none.
    """

    code: str
    name: str
    deployment_notice: Period
    activation_notice: Period
    user_test_days: int
    objections_after_test: int | None
    objections_before_activation: int | None
    review_ballot_days: int | None
    hypercare_months: int
    needs_second_approver: bool = False
    version: int = 1
    reminder_days: int = 3
    least_coverage: int = 0

    def as_snapshot(self) -> dict[str, Any]:
        """Return the terms as JSON values, for `ClassTerms.from_snapshot`."""
        return asdict(self)

    @classmethod
    def from_snapshot(cls, stored: Mapping[str, Any]) -> "ClassTerms":
        """Return the terms kept in `stored`. Raises KeyError where a period is missing."""
        values = dict(stored)
        for name in ("deployment_notice", "activation_notice"):
            period = values[name]
            values[name] = Period(period["count"], Unit(period["unit"]))
        return cls(**values)


EMERGENCY = ClassTerms(
    code="emergency",
    name="Emergency",
    deployment_notice=Period(0),
    activation_notice=Period(7, Unit.CLEAR_DAYS),
    user_test_days=0,
    objections_after_test=None,
    objections_before_activation=None,
    review_ballot_days=10,
    hypercare_months=1,
    needs_second_approver=True,
)
URGENT = ClassTerms(
    code="urgent",
    name="Urgent",
    deployment_notice=Period(5),
    activation_notice=Period(7, Unit.CLEAR_DAYS),
    user_test_days=5,
    objections_after_test=2,
    objections_before_activation=None,
    review_ballot_days=None,
    hypercare_months=1,
)
ROUTINE = ClassTerms(
    code="routine",
    name="Routine",
    deployment_notice=Period(20),
    activation_notice=Period(7, Unit.CLEAR_DAYS),
    user_test_days=15,
    objections_after_test=3,
    objections_before_activation=2,
    review_ballot_days=None,
    hypercare_months=6,
)
MAJOR = ClassTerms(
    code="major",
    name="Major",
    deployment_notice=Period(60),
    activation_notice=Period(20),
    user_test_days=40,
    objections_after_test=3,
    objections_before_activation=5,
    review_ballot_days=None,
    hypercare_months=6,
)
DEFAULT_CLASSES = (EMERGENCY, URGENT, ROUTINE, MAJOR)
