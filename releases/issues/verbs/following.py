"""What happens around an issue: comments, followers, incident, confirmation, escalation, holds."""

from datetime import datetime
from typing import Any, cast

from django.core.files.base import File
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
from releases.issues.models import Comment, Follower, Issue
from releases.issues.verbs.evidence import attach
from releases.products.cohorts import Cohort


@transaction.atomic
def comment(
    issue: Issue, *, audience: str, text: str, by: Actor, at: datetime, file: "File[Any] | None" = None
) -> Comment:
    """Add a comment to all who may see the issue, to the raiser and DCC, or for the own organisation only.

    A file of evidence is judged by its content and kept with its SHA-256. Raises Invalid for one that is too large,
    of a kind that is not allowed, or whose name says that it is another.
    """
    issue = lock(issue)
    if audience not in Comment.Audience.values:
        raise Invalid("Choose who may read the comment.", {"audience": ["Choose who may read the comment."]})
    may.comment(issue, audience, by=by)
    can.comment(issue)
    if not text.strip():
        raise Invalid("Write the comment.", {"text": ["Write the comment."]})
    made = Comment(
        issue=issue,
        organisation_id=cast(int, by.organisation_id),  # the rule has asked
        author_name=by.name,
        audience=audience,
        text=text.strip(),
        at=at,
    )
    if file is not None:
        attach(made, file)
    made.save()
    note(issue, by=by, at=at, verb="comment", data={"audience": audience, "sha256": made.sha256})
    tell(messages.Commented(issue, at, made, by.user_id), at=at)
    return made


@transaction.atomic
def follow(issue: Issue, *, by: Actor, at: datetime) -> Issue:
    """Tell this person from now on what becomes of the issue; once is enough."""
    may.follow(issue, by=by)
    defaults = {"organisation_id": by.organisation_id, "since": at}
    _, is_new = Follower.objects.get_or_create(issue=issue, user_id=cast(int, by.user_id), defaults=defaults)
    if is_new:
        note(issue, by=by, at=at, verb="follow")
    return issue


@transaction.atomic
def unfollow(issue: Issue, *, by: Actor, at: datetime) -> Issue:
    """Tell this person no more of the issue than their part in it asks for."""
    may.unfollow(issue, by=by)
    gone, _ = issue.followers.filter(user=by.user_id).delete()
    if gone:
        note(issue, by=by, at=at, verb="unfollow")
    return issue


@transaction.atomic
def link_incident(
    issue: Issue, *, incident: str, incident_url: str = "", by: Actor, at: datetime, seen: int | None = None
) -> Issue:
    """Keep the issue's number in a service desk elsewhere, and its address there; an empty number takes both away."""
    issue = lock(issue, seen=seen)
    may.link_incident(issue, by=by)
    can.link_incident(issue)
    incident, incident_url = incident.strip(), incident_url.strip()
    if incident_url and not incident:
        sentence = "Give the number too, or leave both empty."
        raise Invalid(sentence, {"incident": [sentence]})
    if incident_url and not incident_url.startswith(("https://", "http://")):
        sentence = "The address must begin with https:// or http://."
        raise Invalid(sentence, {"incident_url": [sentence]})
    issue.incident, issue.incident_url = incident, incident_url
    save(issue, "incident", "incident_url")
    note(issue, by=by, at=at, verb="link_incident", data={} if issue.is_security else {"incident": incident})
    tell(messages.IncidentLinked(issue, at), at=at)
    return issue


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
