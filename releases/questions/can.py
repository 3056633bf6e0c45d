"""When questions and content requests move on."""

from portal.people.models import Organisation
from portal.workflow.rules import when
from releases.publishing import can as publishing
from releases.publishing.models import Release
from releases.publishing.states import FINISHED, ReleaseState
from releases.questions.models import ContentRequest, Question
from releases.questions.states import QuestionState, RequestState

OPEN = (RequestState.REQUESTED, RequestState.LATER)


def _is(row: Question | ContentRequest, *states: str) -> str | None:
    if row.state in states:
        return None
    return f"{row.reference} is {row.get_state_display().lower()}: that is not the next step."


@when
def ask(release: Release) -> str | None:
    if release.state == ReleaseState.DRAFT or release.state in FINISHED:
        said = ReleaseState(release.state).label.lower()
        return f"This release is {said}: no question can be asked on it."
    return None


@when
def answer(question: Question) -> str | None:
    """An answer may be put right until it stands in the notes."""
    return _is(question, QuestionState.ASKED, QuestionState.ANSWERED)


@when
def watch(question: Question, *, organisation: Organisation) -> str | None:
    if question.watches.filter(organisation=organisation).exists():
        return f"{organisation} watches this question already."
    return _is(question, QuestionState.ASKED)


@when
def withdraw_question(question: Question) -> str | None:
    return _is(question, QuestionState.ASKED)


@when
def add_to_notes(question: Question) -> str | None:
    return _is(question, QuestionState.ANSWERED) or publishing.add_to_notes.why_not(question.release)


@when
def support(request: ContentRequest, *, organisation: Organisation) -> str | None:
    """Rule: one support for each organisation."""
    if request.supports.filter(organisation=organisation).exists():
        return f"{organisation} supports this request already."
    return _is(request, *OPEN)


@when
def accept(request: ContentRequest) -> str | None:
    return _is(request, *OPEN)


decline = withdraw_request = accept


@when
def postpone(request: ContentRequest) -> str | None:
    return _is(request, RequestState.REQUESTED)


@when
def retire(request: ContentRequest) -> str | None:
    return _is(request, RequestState.ACCEPTED)
