"""The table of urgency classes."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note
from portal.working_days import london_day
from releases.publishing import can, may
from releases.publishing.models import UrgencyClass
from releases.publishing.terms import LEAST_CLEAR_DAYS
from releases.publishing.working import day_words

LONGEST = 250


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A new version of a class, from its first day on. Figures in Working Days but where said otherwise."""

    name: str
    effective_from: date
    meant_for: str
    deployment_notice_working_days: int
    activation_notice_days: int
    test_working_days: int
    hypercare_months: int
    activation_notice_working_days: int = 0
    objection_working_days_after_test: int | None = None
    objection_working_days_before_activation: int | None = None
    review_ballot_working_days: int | None = None
    reminder_days: int = 3
    least_coverage_percent: int = 0
    needs_second_approver: bool = False


@transaction.atomic
def add_class(facts: ClassFacts, *, by: Actor, at: datetime, why: str) -> UrgencyClass:
    """Add a version of an urgency class that stands from a later day on; returns it.

    No version in force is touched, and releases keep the terms they were announced with. Raises Invalid naming
    each figure that cannot stand. Rule: at least 7 clear days before activation for every class.
    """
    versions = UrgencyClass.objects.filter(name=facts.name)
    list(versions.select_for_update(no_key=True))  # who waited here reads afresh below
    first_days = set(versions.values_list("effective_from", flat=True))
    may.keep_class(by=by)
    _check(facts, first_days, why, today=london_day(at))
    row = UrgencyClass.objects.create(**asdict(facts))
    note(row, by=by, at=at, verb="add_class", why=why)
    return row


def _check(facts: ClassFacts, first_days: set[date], why: str, *, today: date) -> None:
    wrong: dict[str, list[str]] = {}
    if not first_days:
        wrong["name"] = ["There is no such class: choose one of the table."]
    if facts.effective_from <= today:
        wrong["effective_from"] = ["Choose a day after today: a version already in force is never changed."]
    elif facts.effective_from in first_days:
        wrong["effective_from"] = [f"A version from {day_words(facts.effective_from)} on exists: choose another day."]
    if facts.activation_notice_days < LEAST_CLEAR_DAYS:
        wrong["activation_notice_days"] = [f"At least {LEAST_CLEAR_DAYS} clear days is the rule for every class."]
    if facts.name == UrgencyClass.Name.EMERGENCY and not facts.needs_second_approver:
        wrong["needs_second_approver"] = ["An Emergency always needs a second approver."]
    if facts.objection_working_days_before_activation is not None and facts.objection_working_days_after_test is None:
        wrong["objection_working_days_after_test"] = ["Say how long after the user tests objections are taken."]
    if facts.least_coverage_percent and not facts.test_working_days:
        wrong["least_coverage_percent"] = ["A class without a user-test period cannot ask for coverage: give 0."]
    elif facts.least_coverage_percent > 100:
        wrong["least_coverage_percent"] = ["Give a share from 0 to 100 percent."]
    for name in ("hypercare_months", "reminder_days"):
        if getattr(facts, name) < 1:
            wrong[name] = ["Give at least 1."]
    for name, value in asdict(facts).items():
        if isinstance(value, int) and not 0 <= value <= LONGEST:
            wrong.setdefault(name, []).append(f"Give a whole number from 0 to {LONGEST}.")
    if not why.strip():
        wrong["why"] = ["Say why the class changes: it is shown in its history."]
    if wrong:
        raise Invalid("The new version needs to be put right.", wrong)


@transaction.atomic
def keep_class(row: UrgencyClass, *, by: Actor, at: datetime) -> UrgencyClass:
    """Save a new or not yet used version of an urgency class and return it.

    A version in use stays as it is; a change is a new version with its own first day.
    """
    may.keep_class(by=by)
    can.keep_class(row)
    adding = row.pk is None
    if not adding:
        row.version += 1
    row.save()
    note(row, by=by, at=at, verb="add_class" if adding else "edit_class")
    return row
