"""When issues move on (Issues)."""

from datetime import datetime

from portal.pages.templatetags.words import uk_datetime
from portal.workflow.rules import when
from releases.issues.clocks import reopen_until
from releases.issues.models import Category, Issue
from releases.issues.states import IssueState
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState

UNANSWERED = (IssueState.RAISED, IssueState.ACKNOWLEDGED, IssueState.INVESTIGATING)
LIVE = (*UNANSWERED, IssueState.ACCEPTED)
REOPENABLE = (IssueState.REJECTED, IssueState.RESOLVED, IssueState.CLOSED)
_NO_ISSUES = (ReleaseState.DRAFT, ReleaseState.WITHDRAWN, ReleaseState.REJECTED)


def _is(issue: Issue, *states: str) -> str | None:
    if issue.state in states:
        return None
    return f"This issue is {IssueState(issue.state).label.lower()}: that is not the next step."


@when
def raise_issue(release: Release) -> str | None:
    if release.state in _NO_ISSUES:
        return f"This release is {ReleaseState(release.state).label.lower()}: no issue can be raised on it."
    return None


@when
def acknowledge(issue: Issue) -> str | None:
    return _is(issue, IssueState.RAISED)


@when
def investigate(issue: Issue) -> str | None:
    return _is(issue, IssueState.RAISED, IssueState.ACKNOWLEDGED)


@when
def accept(issue: Issue) -> str | None:
    return _is(issue, *UNANSWERED)


reject = mark_duplicate = accept


@when
def resolve(issue: Issue) -> str | None:
    return _is(issue, IssueState.INVESTIGATING, IssueState.ACCEPTED)


@when
def close(issue: Issue) -> str | None:
    return _is(issue, IssueState.REJECTED, IssueState.DUPLICATE, IssueState.RESOLVED)


@when
def reopen(issue: Issue, *, at: datetime) -> str | None:
    """Rule: within 10 Working Days of its rejection, resolution or close (Issues)."""
    if issue.state not in REOPENABLE or issue.ended_at is None:
        return _is(issue, *REOPENABLE)
    until = reopen_until(issue.ended_at)
    if until <= at:
        return f"This issue could be reopened until {uk_datetime(until)}: raise a new one and refer to it."
    return None


@when
def withdraw(issue: Issue) -> str | None:
    """Rule: before DCC accepts it, and not once somebody else has seen the fault too."""
    if issue.reproduced_by_id is not None:
        return f"{issue.reproduced_by} has reproduced this issue: DCC says what becomes of it."
    return _is(issue, *UNANSWERED)


@when
def correct(issue: Issue, category: str) -> str | None:
    """Rule: whatever its state; what everybody has read cannot become secret, nor point to what is (Issues).

    An objection names its own cohort and a ballot freezes how the safeguard stands, so nothing heard changes.
    """
    if category == Category.SECURITY and not issue.is_security:
        return _stays_public(issue)
    if category != Category.SECURITY and issue.duplicate_of is not None and issue.duplicate_of.is_security:
        return "It repeats a restricted issue, to which one that everybody sees cannot point: correct that one first."
    return None


def _stays_public(issue: Issue) -> str | None:
    public = issue.duplicates.exclude(category=Category.SECURITY).order_by("pk").values_list("reference", flat=True)
    if public:
        return f"Everybody sees that {' and '.join(public)} repeats it: make that a security issue first."
    named = issue.reference
    noted = issue.release.notes.filter(markdown__contains=named).exists()
    if noted or issue.release.waiting_notes.filter(text__contains=named).exists():
        return (
            f"{named} stands in the release notes: what was published cannot be made secret. Raise a security issue "
            "for what must not be known."
        )
    return None


@when
def comment(issue: Issue) -> str | None:
    return "This issue is closed: reopen it, or raise a new one." if issue.state == IssueState.CLOSED else None


@when
def link_incident(issue: Issue) -> str | None:
    return "This issue is closed: reopen it first." if issue.state == IssueState.CLOSED else None


@when
def confirm_reproduced(issue: Issue) -> str | None:
    if issue.reproduced_by_id is not None:
        return "This issue has been reproduced already."
    if issue.state in (IssueState.DUPLICATE, IssueState.CLOSED):
        return _is(issue)
    return None


@when
def hold_cohort(issue: Issue) -> str | None:
    return _is(issue, *LIVE)
