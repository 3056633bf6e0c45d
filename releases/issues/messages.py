"""What is told about issues. Of a security issue only that there is something to read, and only to who may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people.models import Appointment, Committee, CommitteeKind, OrganisationKind, Role
from portal.people.recipients import of_committee, of_organisation, of_user, with_role
from portal.workflow.actor import system
from releases.issues import queries
from releases.issues.models import Comment, Issue
from releases.publishing.classification import told

PORTAL = system("Telling of issues")


def raiser(issue: Issue, at: datetime) -> list[Recipient]:
    """Return the organisation an issue was raised for, and the agent that did so while it is appointed.

    Neither where it may not know of the release any more.
    """
    found = [of_organisation(issue.organisation)]
    agent = Appointment.objects.current(at).filter(supplier=issue.organisation_id, rsa=issue.raised_by_organisation_id)
    if agent.exists():
        found.append(of_organisation(issue.raised_by_organisation))
    return told(found, issue.release, at)


def behind(issue: Issue, at: datetime) -> list[Recipient]:
    """Return the raisers of an issue and of those merged into it, and whoever follows it.

    Of a security issue its own raiser only: those of others may not know of it.
    """
    found = raiser(issue, at)
    if not issue.is_security:
        for one in queries.merged(issue, PORTAL):
            found += told(raiser(one, at), issue.release, at)
    return [*found, *(of_user(user) for user, _ in queries.following(issue, at))]


def dcc(at: datetime) -> list[Recipient]:
    """Return the people who answer issues."""
    return with_role(Role.RELEASE_MANAGER, at)


def security_committee(at: datetime) -> list[Recipient]:
    """Return the members of the Security Sub-Committee."""
    committees = Committee.objects.filter(kind=CommitteeKind.SECURITY_SUB_COMMITTEE)
    return [person for committee in committees for person in of_committee(committee, at)]


class _AboutIssue(Notification):
    issue: Issue
    at: datetime
    words: ClassVar[str]

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # the base has a plain attribute
        return self.issue.is_security or self.issue.release.is_restricted

    @property
    def subject(self) -> str:
        if self.issue.is_security:
            return f"Restricted issue {self.issue.reference} {self.words}"
        return f"Issue {self.issue.reference} {self.words}: {self.issue.title}"

    @property
    def about(self) -> str:
        return self.issue.release.reference

    @property
    def url(self) -> str:
        return reverse("issues:issue", args=[self.issue.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("issues.issue", self.issue.pk)

    def context(self) -> dict[str, Any]:
        return {"issue": self.issue}

    def recipients(self) -> Iterable[Recipient]:
        return [*behind(self.issue, self.at), *dcc(self.at)]


@dataclass(frozen=True)
class IssueRaised(_AboutIssue):
    """DCC owes an acknowledgement."""

    kind: ClassVar[str] = "issues.raised"
    title: ClassVar[str] = "An issue was raised"
    template: ClassVar[str] = "issues/raised.txt"
    words: ClassVar[str] = "raised"

    issue: Issue
    at: datetime

    def recipients(self) -> Iterable[Recipient]:
        found = [*dcc(self.at), *raiser(self.issue, self.at)]
        return [*found, *security_committee(self.at)] if self.issue.is_security else found


@dataclass(frozen=True)
class IssueMoved(_AboutIssue):
    """DCC answered, or the raiser closed or reopened it."""

    kind: ClassVar[str] = "issues.moved"
    title: ClassVar[str] = "An issue of mine, or one I follow, moved on"
    template: ClassVar[str] = "issues/moved.txt"

    issue: Issue
    at: datetime
    why: str = ""

    @property
    def words(self) -> str:  # type: ignore[override]  # the state says it
        return f"is now {self.issue.get_state_display().lower()}"

    def context(self) -> dict[str, Any]:
        return {"issue": self.issue, "why": self.why}


@dataclass(frozen=True)
class IssueCorrected(_AboutIssue):
    """DCC corrected the category, the severity or the homes; told only to who may still know of it."""

    kind: ClassVar[str] = "issues.corrected"
    title: ClassVar[str] = "DCC corrected an issue of mine, or one I follow"
    template: ClassVar[str] = "issues/corrected.txt"
    words: ClassVar[str] = "was corrected"

    issue: Issue
    at: datetime
    changes: str
    why: str

    def context(self) -> dict[str, Any]:
        return {"issue": self.issue, "changes": self.changes, "why": self.why}

    def recipients(self) -> Iterable[Recipient]:
        found = [*behind(self.issue, self.at), *dcc(self.at)]
        return [*found, *security_committee(self.at)] if self.issue.is_security else found


@dataclass(frozen=True)
class IssueEscalated(_AboutIssue):
    """The acknowledgement is late."""

    kind: ClassVar[str] = "issues.escalated"
    title: ClassVar[str] = "The acknowledgement of an issue is late"
    template: ClassVar[str] = "issues/escalated.txt"
    statutory: ClassVar[bool] = True
    words: ClassVar[str] = "waits for acknowledgement"

    issue: Issue
    at: datetime


@dataclass(frozen=True)
class IssueReproduced(_AboutIssue):
    """A second organisation saw it too, which counts for the minority safeguard."""

    kind: ClassVar[str] = "issues.reproduced"
    title: ClassVar[str] = "An issue was reproduced by a second organisation"
    template: ClassVar[str] = "issues/reproduced.txt"
    words: ClassVar[str] = "reproduced"

    issue: Issue
    at: datetime


@dataclass(frozen=True)
class Commented(_AboutIssue):
    """The raiser and DCC hear each other's comments, followers those that they may read."""

    kind: ClassVar[str] = "issues.commented"
    title: ClassVar[str] = "A comment on an issue of mine, or one I follow"
    template: ClassVar[str] = "issues/commented.txt"
    words: ClassVar[str] = "has a comment"

    issue: Issue
    at: datetime
    comment: Comment
    author_id: int | None = None

    def context(self) -> dict[str, Any]:
        return {"issue": self.issue, "comment": self.comment}

    def recipients(self) -> Iterable[Recipient]:
        return [*self._parties(), *self._followers()]

    def _parties(self) -> list[Recipient]:
        if self.comment.audience == Comment.Audience.INTERNAL:
            return []
        author = self.comment.organisation
        found = [one for one in raiser(self.issue, self.at) if one.organisation_id != author.pk]
        return found if author.kind == OrganisationKind.DCC else [*found, *dcc(self.at)]

    def _followers(self) -> Iterable[Recipient]:
        for user, actor in queries.following(self.issue, self.at):
            if queries.comments(self.issue, actor).filter(pk=self.comment.pk).exists() and user.pk != self.author_id:
                yield of_user(user)


@dataclass(frozen=True)
class IncidentLinked(_AboutIssue):
    """The issue has, changed or lost its number in a service desk elsewhere."""

    kind: ClassVar[str] = "issues.incident_linked"
    title: ClassVar[str] = "An issue of mine, or one I follow, has an incident number"
    template: ClassVar[str] = "issues/incident_linked.txt"

    issue: Issue
    at: datetime

    @property
    def words(self) -> str:  # type: ignore[override]  # the number says it
        if not self.issue.incident:
            return "has no incident number any more"
        return "has an incident number" if self.issue.is_security else f"is incident {self.issue.incident}"
