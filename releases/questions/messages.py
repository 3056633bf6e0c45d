"""What is told about questions and content requests, and to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people.models import Organisation, Role
from portal.people.recipients import of_organisations, with_role
from releases.publishing.classification import told
from releases.questions.models import ContentRequest, Question


class _AboutQuestion(Notification):
    question: Question
    at: datetime
    words: ClassVar[str]

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.question.release.is_restricted

    @property
    def subject(self) -> str:
        return f"Question {self.question.reference} on {self.question.release.reference} {self.words}"

    @property
    def url(self) -> str:
        return reverse("questions:question", args=[self.question.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("questions.question", self.question.pk)

    def context(self) -> dict[str, Any]:
        return {"question": self.question}


@dataclass(frozen=True)
class QuestionAsked(_AboutQuestion):
    """DCC owes an answer."""

    kind: ClassVar[str] = "questions.asked"
    title: ClassVar[str] = "A question was asked on a release"
    template: ClassVar[str] = "questions/asked.txt"
    words: ClassVar[str] = "asked"

    question: Question
    at: datetime

    def recipients(self) -> Iterable[Recipient]:
        return with_role(Role.RELEASE_MANAGER, self.at)


@dataclass(frozen=True)
class QuestionAnswered(_AboutQuestion):
    """To the asker, its agent and those that watch, as far as they may still know of the release."""

    kind: ClassVar[str] = "questions.answered"
    title: ClassVar[str] = "A question I asked or watch was answered"
    template: ClassVar[str] = "questions/answered.txt"
    words: ClassVar[str] = "answered"

    question: Question
    at: datetime

    def recipients(self) -> Iterable[Recipient]:
        return told(of_organisations(hearers(self.question)), self.question.release, self.at)


def hearers(question: Question) -> list[Organisation]:
    """Return the organisations that asked or watch a question."""
    watching = [one.organisation for one in question.watches.select_related("organisation").order_by("pk")]
    return [question.organisation, question.asked_by_organisation, *watching]


class _AboutRequest(Notification):
    request: ContentRequest
    at: datetime

    @property
    def url(self) -> str:
        return reverse("questions:request", args=[self.request.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("questions.contentrequest", self.request.pk)

    def context(self) -> dict[str, Any]:
        return {"request": self.request}


@dataclass(frozen=True)
class ContentRequested(_AboutRequest):
    """DCC owes an answer."""

    kind: ClassVar[str] = "questions.content_requested"
    title: ClassVar[str] = "Content of release notes was asked for"
    template: ClassVar[str] = "questions/content_requested.txt"

    request: ContentRequest
    at: datetime

    @property
    def subject(self) -> str:
        return f"Content request {self.request}"

    def recipients(self) -> Iterable[Recipient]:
        return with_role(Role.RELEASE_MANAGER, self.at)


@dataclass(frozen=True)
class RequestAnswered(_AboutRequest):
    """To who asked and to all who support it."""

    kind: ClassVar[str] = "questions.request_answered"
    title: ClassVar[str] = "A content request of mine, or one I support, was answered"
    template: ClassVar[str] = "questions/request_answered.txt"

    request: ContentRequest
    at: datetime

    @property
    def subject(self) -> str:
        return f"Content request {self.request.reference} is {self.request.get_state_display().lower()}"

    def recipients(self) -> Iterable[Recipient]:
        supporting = [one.organisation for one in self.request.supports.select_related("organisation").order_by("pk")]
        return of_organisations([self.request.organisation, self.request.requested_by_organisation, *supporting])
