"""What happens around an issue: comments, confirmation, escalation, holds."""

from datetime import datetime
from typing import cast

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people.models import Organisation
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.holds import verbs as holds
from releases.holds.models import Cause, Hold
from releases.issues import can, may, messages, queries
from releases.issues.models import Comment, Issue
from releases.products.cohorts import Cohort


@transaction.atomic
def comment(issue: Issue, *, audience: str, text: str, by: Actor, at: datetime) -> Comment:
    """Add a comment to all who may see the issue, to the raiser and DCC, or for the own organisation only."""
    issue = lock(issue)
    if audience not in Comment.Audience.values:
        raise Invalid("Choose who may read the comment.", {"audience": ["Choose who may read the comment."]})
    may.comment(issue, audience, by=by)
    can.comment(issue)
    if not text.strip():
        raise Invalid("Write the comment.", {"text": ["Write the comment."]})
    made = Comment.objects.create(
        issue=issue,
        organisation_id=cast(int, by.organisation_id),  # the rule has asked
        author_name=by.name,
        audience=audience,
        text=text.strip(),
        at=at,
    )
    note(issue, by=by, at=at, verb="comment", data={"audience": audience})
    tell(messages.Commented(issue, at, made), at=at)
    return made


@transaction.atomic
def confirm_reproduced(
    issue: Issue, *, organisation: Organisation, why: str, by: Actor, at: datetime, seen: int | None = None
) -> Issue:
    """Record that a second organisation, or the DCC test lab, saw it too; counts for the minority safeguard."""
    issue = lock(issue, seen=seen)
    may.confirm_reproduced(issue, organisation, by=by)
    can.confirm_reproduced(issue)
    if not why.strip():
        raise Invalid("Say how it was reproduced.", {"why": ["Say how it was reproduced."]})
    issue.reproduced_by, issue.reproduced_at = organisation, at
    save(issue, "reproduced_by", "reproduced_at")
    words = "" if issue.is_security else why
    note(issue, by=by, at=at, verb="confirm_reproduced", why=words, data={"organisation": organisation.name})
    Comment.objects.create(
        issue=issue,
        organisation_id=cast(int, by.organisation_id),  # the rule has asked
        author_name=by.name,
        audience=Comment.Audience.ALL,
        text=f"Reproduced by {organisation}: {why.strip()}",
        at=at,
    )
    tell(messages.IssueReproduced(issue, at), at=at)
    return issue


@transaction.atomic
def escalate(issue: Issue, *, by: Actor, at: datetime) -> Issue:
    """Tell DCC and the raiser once that the acknowledgement is late; does nothing when it no longer is."""
    issue = lock(issue)
    if not queries.overdue(at).filter(pk=issue.pk).exists():
        return issue
    issue.escalated_at = at
    save(issue, "escalated_at")
    note(issue, by=by, at=at, verb="escalate")
    tell(messages.IssueEscalated(issue, at), at=at)
    return issue


@transaction.atomic
def hold_cohort(
    issue: Issue,
    *,
    stage: str,
    by: Actor,
    at: datetime,
    review_at: datetime | None = None,
    seen: int | None = None,
) -> Hold:
    """Hold the issue's cohort and return the hold; a security issue is not named as its cause (Holds)."""
    barrier.shut()
    issue = lock(issue, seen=seen)
    may.hold_cohort(issue, by=by)
    can.hold_cohort(issue)
    note(issue, by=by, at=at, verb="hold_cohort")
    return holds.place(
        issue.release,
        Cohort.of(issue),
        stage=stage,
        cause=Cause.ISSUE,
        cause_id=issue.pk,
        cause_text=f"{issue.reference} {issue.title}",
        restricted=issue.is_security,
        review_at=review_at,
        parties=queries.interested(issue),
        by=by,
        at=at,
    )
