"""DCC's answers to an issue, and the raiser's close or reopening of it."""

from datetime import datetime
from typing import cast

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.said import said
from portal.workflow.transitions import lock, move
from releases.issues import can, may, messages
from releases.issues.models import Comment, Follower, Issue
from releases.issues.states import IssueState
from releases.publishing import can as publishing_can
from releases.publishing import verbs as publishing
from releases.publishing.notes import KNOWN_ISSUES

ENDED = (IssueState.REJECTED, IssueState.DUPLICATE, IssueState.RESOLVED, IssueState.CLOSED)


@transaction.atomic
def acknowledge(issue: Issue, *, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """DCC has read it: the acknowledgement clock stops."""
    issue = lock(issue, seen=seen)
    may.acknowledge(issue, by=by)
    can.acknowledge(issue)
    return _move(issue, IssueState.ACKNOWLEDGED, "acknowledge", by=by, at=at)


@transaction.atomic
def investigate(issue: Issue, *, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """DCC looks into it."""
    issue = lock(issue, seen=seen)
    may.investigate(issue, by=by)
    can.investigate(issue)
    return _move(issue, IssueState.INVESTIGATING, "investigate", by=by, at=at)


@transaction.atomic
def accept(issue: Issue, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """DCC accepts it: from now on it is a known issue in the notes (Issues). `why` says what is known.

    While the notes are locked it waits for the end of the lock; a security issue never stands in them.
    """
    issue = lock(issue, seen=seen)
    may.accept(issue, by=by)
    can.accept(issue)
    issue.answer = said(why, "why", "Say what is known of the issue.")
    issue = _move(issue, IssueState.ACCEPTED, "accept", by=by, at=at, why=issue.answer)
    if not issue.is_security:
        add_known(issue, by=by, at=at)
    return issue


def add_known(issue: Issue, *, by: Actor, at: datetime) -> None:
    """Add the line that says what is known to the notes; those of a release that has ended stay as they are."""
    if publishing_can.add_to_notes.why_not(issue.release) is None:
        publishing.add_to_notes(issue.release, _known(issue), by=by, at=at)


def _known(issue: Issue) -> publishing.Addition:
    """Return the line of the known issues that says what is known, its own lines kept together."""
    known = "\n  ".join(issue.answer.splitlines())
    line = f"- {issue.reference} {issue.title}, severity {issue.severity}: {known}"
    return publishing.Addition(KNOWN_ISSUES, line, f"Known issue {issue.reference}")


@transaction.atomic
def reject(issue: Issue, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """DCC rejects it with reasons."""
    issue = lock(issue, seen=seen)
    may.reject(issue, by=by)
    can.reject(issue)
    issue.answer = said(why, "why", "Give the reasons for rejecting it.")
    return _move(issue, IssueState.REJECTED, "reject", by=by, at=at, why=issue.answer)


@transaction.atomic
def mark_duplicate(
    issue: Issue, original: Issue, *, by: Actor, at: datetime, why: str = "", seen: int | None = None
) -> Issue:
    """DCC says that it is the same as another issue, with which it is read from now on.

    A public one never points to a security issue.
    """
    issue = lock(issue, seen=seen)
    may.mark_duplicate(issue, by=by)
    can.mark_duplicate(issue)
    _check_original(issue, original)
    issue.duplicate_of = original
    same = "another restricted issue" if original.is_security else original.reference
    issue.answer = why.strip() or f"The same as {same}."
    _merge_followers(issue, original)
    return _move(issue, IssueState.DUPLICATE, "mark_duplicate", by=by, at=at, why=issue.answer)


def _merge_followers(issue: Issue, original: Issue) -> None:
    """Let whoever follows the duplicate follow the issue that goes on; who may not know of it is not told."""
    rows = issue.followers.values("user_id", "organisation_id", "since")
    Follower.objects.bulk_create((Follower(issue=original, **row) for row in rows), ignore_conflicts=True)


@transaction.atomic
def resolve(issue: Issue, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """DCC says how it was put right."""
    issue = lock(issue, seen=seen)
    may.resolve(issue, by=by)
    can.resolve(issue)
    issue.answer = said(why, "why", "Say how it was put right.")
    return _move(issue, IssueState.RESOLVED, "resolve", by=by, at=at, why=issue.answer)


@transaction.atomic
def close(issue: Issue, *, by: Actor, at: datetime, why: str = "", seen: int | None = None) -> Issue:
    """The raiser, or DCC, is content with the answer."""
    issue = lock(issue, seen=seen)
    may.close(issue, by=by)
    can.close(issue)
    return _move(issue, IssueState.CLOSED, "close", by=by, at=at, why=why)


@transaction.atomic
def withdraw(issue: Issue, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """The raiser, or its agent, takes it back before DCC has accepted it."""
    issue = lock(issue, seen=seen)
    may.withdraw(issue, by=by)
    can.withdraw(issue)
    why = said(why, "why", "Say why it is withdrawn.")
    if issue.is_security:
        say(issue, f"Withdrawn: {why}", by=by, at=at)
    return _move(issue, IssueState.CLOSED, "withdraw", by=by, at=at, why=why)


@transaction.atomic
def reopen(issue: Issue, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Issue:
    """Put it back under investigation, within 10 Working Days of its end (Issues)."""
    issue = lock(issue, seen=seen)
    may.reopen(issue, by=by)
    can.reopen(issue, at=at)
    why = said(why, "why", "Say why it is not put right.")
    issue.duplicate_of = None
    return _move(issue, IssueState.INVESTIGATING, "reopen", by=by, at=at, why=why)


def _move(issue: Issue, to: IssueState, verb: str, *, by: Actor, at: datetime, why: str = "") -> Issue:
    """Move it, stop the acknowledgement clock and tell; what is said of a security issue is not journalled."""
    issue.acknowledged_at = issue.acknowledged_at or at
    issue.ended_at = at if to in ENDED else None
    fields = ("acknowledged_at", "ended_at", "answer", "duplicate_of")
    words = "" if issue.is_security else why
    move(issue, to=to, by=by, at=at, verb=verb, why=words, fields=fields)
    tell(messages.IssueMoved(issue, at, why), at=at)
    return issue


def say(issue: Issue, text: str, *, by: Actor, at: datetime) -> None:
    """Keep the reason of an act on a security issue as a comment: the journal and the mail have no word of it."""
    Comment.objects.create(
        issue=issue,
        organisation_id=cast(int, by.organisation_id),  # the rule has asked
        author_name=by.name,
        audience=Comment.Audience.ALL,
        text=text,
        at=at,
    )


def _check_original(issue: Issue, original: Issue) -> None:
    sentence = ""
    if original.pk == issue.pk:
        sentence = "An issue is no duplicate of itself."
    elif original.state == IssueState.DUPLICATE:
        sentence = f"{original.reference} is a duplicate itself: name the issue it repeats."
    elif original.is_security and not issue.is_security:
        sentence = "An issue that everybody sees cannot point to a restricted one."
    if sentence:
        raise Invalid(sentence, {"original": [sentence]})
