"""DCC corrects what an issue is said to be."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell, withhold
from portal.journal.queries import timeline
from portal.journal.writing import Jsonable
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save, subject_of
from releases.holds import verbs as holds
from releases.holds.queries import cells_of
from releases.issues import can, may, messages, queries
from releases.issues.clocks import acknowledge_by
from releases.issues.models import Category, Issue
from releases.issues.states import IssueState
from releases.issues.verbs.answering import add_known, say
from releases.products import cohorts
from releases.products.cohorts import Cohort


@dataclass(frozen=True)
class Correction:
    """What an issue is rightly: its category, its severity and its cohort."""

    category: str
    severity: int
    cohort: Cohort

    @classmethod
    def of(cls, issue: Issue) -> "Correction":
        """Return what it is said to be now."""
        return cls(issue.category, issue.severity, Cohort.of(issue))

    def words(self) -> dict[str, str]:
        """Return each fact in words."""
        category = str(Category(self.category).label)
        return {"category": category, "severity": str(self.severity), "homes": cohorts.words(self.cohort)}


@transaction.atomic
def correct(issue: Issue, right: Correction, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """DCC puts category, severity or cohort right, with the reason, and tells who may know of it.

    A security issue is hidden at once: what was told of it is withheld, its holds show no cause. While it waits for
    its acknowledgement, a graver severity counts from when it was raised. Holds and objections keep their cohorts.
    Raises Invalid without a reason, without a change, and for a cohort without a home.
    """
    issue = lock(issue, seen=seen)
    may.correct(issue, by=by)
    was = Correction.of(issue)
    _check(issue, was, right, why)
    can.correct(issue, right.category)
    secret = issue.is_security or right.category == Category.SECURITY
    _put_right(issue, right)
    changes = _changes(was, right)
    data: dict[str, Jsonable] = {} if secret else {"changes": changes}
    note(issue, by=by, at=at, verb="correct", why="" if secret else why, data=data)
    if secret:
        say(issue, f"{changes} {why.strip()}", by=by, at=at)
    if Category.SECURITY in {was.category, right.category} and was.category != right.category:
        _hide_or_show(issue, by=by, at=at)
    if issue.state == IssueState.ACCEPTED and not issue.is_security and _notable(was, right):
        add_known(issue, by=by, at=at)
    tell(messages.IssueCorrected(issue, at, changes, why.strip()), at=at)
    return issue


def _check(issue: Issue, was: Correction, right: Correction, why: str) -> None:
    wrong: dict[str, list[str]] = {}
    if right.category not in Category.values:
        wrong["category"] = ["Choose a category."]
    if right.severity not in range(1, 6):
        wrong["severity"] = ["Choose a severity from 1 to 5."]
    if not cells_of(right.cohort, issue.release).filter(homes__gt=0).exists():
        wrong["cohort"] = ["No home of this release is in the selection: choose fewer conditions."]
    if not why.strip():
        wrong["why"] = ["Say why it is corrected."]
    if was == right:
        wrong["category"] = ["Nothing is changed: correct the category, the severity or the homes."]
    if wrong:
        raise Invalid("; ".join(sentence for sentences in wrong.values() for sentence in sentences), wrong)


def _put_right(issue: Issue, right: Correction) -> None:
    """Write the facts; a graver issue is owed its acknowledgement sooner, a lighter one as it was promised."""
    if right.severity < issue.severity and issue.acknowledged_at is None:
        issue.acknowledge_by = acknowledge_by(issue.raised_at, right.severity)
    fields = {"category": right.category, "severity": right.severity, **right.cohort.as_fields()}
    for name, value in fields.items():
        setattr(issue, name, value)
    save(issue, "acknowledge_by", *fields)


def _changes(was: Correction, right: Correction) -> str:
    """Return what changed in words: "Severity from 3 to 1."."""
    before, after = was.words(), right.words()
    changed = [name for name in before if before[name] != after[name]]
    return " ".join(f"{name.capitalize()} from {before[name]} to {after[name]}." for name in changed)


def _notable(was: Correction, right: Correction) -> bool:
    """Whether the notes would tell a known issue wrongly: its severity is another, or they do not name it yet."""
    return was.severity != right.severity or was.category == Category.SECURITY


def _hide_or_show(issue: Issue, *, by: Actor, at: datetime) -> None:
    """Hide what has become a security issue in what was told and held for it; name what is none any more."""
    about, named = subject_of(issue)[:2], f"{issue.reference} {issue.title}"
    if issue.is_security:
        withhold(*about)
    for hold in queries.holds_from(issue):
        if issue.is_security:
            kept = subject_of(hold)[:2]
            withhold(*kept, words=[hold.cause_text, hold.lift_reason, *(one.why for one in timeline(*kept))])
        holds.name_cause(hold, named, restricted=issue.is_security, by=by, at=at)
