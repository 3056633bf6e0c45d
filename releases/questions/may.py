"""Who asks, supports, answers and withdraws."""

from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who
from releases.questions.models import ContentRequest, Question


def speaks_for(organisation_id: int, by: Actor) -> bool:
    """Whether the actor acts for an organisation today: the own one, or a supplier that has appointed it."""
    return organisation_id == by.organisation_id or organisation_id in by.suppliers


@who
def asks(*, by: Actor) -> str | None:
    """Whether the actor asks at all; for whom is judged by the others."""
    if by.has(Permission.ASK_QUESTIONS) and by.user_id is not None:
        return None
    return "Only suppliers and their agents ask for answers and for content."


@who
def ask(organisation: Organisation, *, by: Actor) -> str | None:
    """Rule: suppliers and their agents; an agent acts for the suppliers that appointed it, and for itself (Who)."""
    if asks.why_not(by=by) is None and not speaks_for(organisation.pk, by):
        return f"You do not act for {organisation} today."
    return asks.why_not(by=by)


request_content = ask


@who
def watch(question: Question, organisation: Organisation, *, by: Actor) -> str | None:
    if question.organisation_id == organisation.pk:
        return "Your organisation asked it: you hear of the answer."
    return ask.why_not(organisation, by=by)


@who
def support(request: ContentRequest, organisation: Organisation, *, by: Actor) -> str | None:
    if request.organisation_id == organisation.pk:
        return "Your organisation asked for it: others support it."
    return request_content.why_not(organisation, by=by)


@who
def answer(*, by: Actor) -> str | None:
    return None if by.has(Permission.MANAGE_RELEASES) else "Only a DCC release manager answers."


add_to_notes = accept = decline = postpone = retire = answer


@who
def withdraw_question(question: Question, *, by: Actor) -> str | None:
    return _asker(question.organisation_id, by)


@who
def withdraw_request(request: ContentRequest, *, by: Actor) -> str | None:
    return _asker(request.organisation_id, by)


def _asker(organisation_id: int, by: Actor) -> str | None:
    if by.has(Permission.ASK_QUESTIONS) and speaks_for(organisation_id, by):
        return None
    return "Only the organisation that asked withdraws it."
