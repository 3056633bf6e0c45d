"""Questions on a release: asked by Users, answered by DCC for all, and turned into the notes."""

from datetime import datetime
from typing import cast

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.said import said
from portal.workflow.transitions import lock, move, note
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.notes import Section
from releases.publishing.template import template_of
from releases.questions import can, may, messages
from releases.questions.clocks import answer_by
from releases.questions.models import Question, Watch
from releases.questions.states import QuestionState

ANSWERS_GO_TO = "What changes"


@transaction.atomic
def ask(
    release: Release, *, text: str, section: str = "", organisation: Organisation, by: Actor, at: datetime
) -> Question:
    """Ask a question on a release for an organisation and return it; DCC's clock to answer starts."""
    release = lock(release)
    may.ask(organisation, by=by)
    can.ask(release)
    text = said(text, "text", "Write the question.")
    _check_section(section, template_of(release))
    number = take_number(Question)
    question = Question.objects.create(
        pk=number,
        reference=f"Q-{number:04d}",
        release=release,
        section=section,
        text=text,
        organisation=organisation,
        asked_by_organisation_id=cast(int, by.organisation_id),  # the rule has asked
        asked_by_name=by.name,
        asked_at=at,
        answer_by=answer_by(at),
    )
    note(question, by=by, at=at, verb="ask", data={"release": release.reference})
    tell(messages.QuestionAsked(question, at), at=at)
    return question


def _check_section(section: str, sections: tuple[Section, ...]) -> None:
    if section and section not in [one.title for one in sections]:
        raise Invalid("Choose a section of the notes.", {"section": ["Choose a section of the notes."]})


@transaction.atomic
def watch(question: Question, *, organisation: Organisation, by: Actor, at: datetime) -> Watch:
    """Let another organisation hear of the answer too."""
    question = lock(question)
    may.watch(question, organisation, by=by)
    can.watch(question, organisation=organisation)
    note(question, by=by, at=at, verb="watch", data={"organisation": organisation.name})
    return Watch.objects.create(question=question, organisation=organisation, at=at)


@transaction.atomic
def answer(question: Question, *, text: str, by: Actor, at: datetime, seen: int | None = None) -> Question:
    """Answer a question for all who may read its release; again, to put the answer right."""
    question = lock(question, seen=seen)
    may.answer(by=by)
    can.answer(question)
    question.answer, question.answered_at = said(text, "text", "Write the answer."), at
    move(question, to=QuestionState.ANSWERED, by=by, at=at, verb="answer", fields=("answer", "answered_at"))
    tell(messages.QuestionAnswered(question, at), at=at)
    return question


@transaction.atomic
def withdraw_question(question: Question, *, by: Actor, at: datetime, seen: int | None = None) -> Question:
    """Take a question back that was not answered yet."""
    question = lock(question, seen=seen)
    may.withdraw_question(question, by=by)
    can.withdraw_question(question)
    move(question, to=QuestionState.WITHDRAWN, by=by, at=at, verb="withdraw_question")
    return question


@transaction.atomic
def add_to_notes(
    question: Question, *, section: str = "", by: Actor, at: datetime, seen: int | None = None
) -> Question:
    """Add the answer to the notes as a new revision that names nobody; while they are locked it waits."""
    question = lock(question, seen=seen)
    may.add_to_notes(by=by)
    can.add_to_notes(question)
    _check_section(section, template_of(question.release))
    addition = publishing.Addition(
        section or question.section or ANSWERS_GO_TO, question.answer, f"Answer to question {question.reference}"
    )
    publishing.add_to_notes(question.release, addition, by=by, at=at)
    move(question, to=QuestionState.NOTED, by=by, at=at, verb="add_to_notes")
    return question
