"""Content requests: what Users want to find in all release notes, and what DCC makes of it."""

from collections.abc import Iterable
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
from releases.publishing.models import StandingSection
from releases.questions import can, may, messages
from releases.questions.clocks import request_answer_by
from releases.questions.models import ContentRequest, Support
from releases.questions.states import RequestState

_ANSWERED = ("answer", "answered_at", "section")


@transaction.atomic
def request_content(*, title: str, wanted: str, organisation: Organisation, by: Actor, at: datetime) -> ContentRequest:
    """Put a request on the standing list for an organisation and return it."""
    may.request_content(organisation, by=by)
    title = " ".join(title.split())
    if not title or len(title) > 100:
        raise Invalid("Give it a title.", {"title": ["Give it a title of at most 100 characters."]})
    number = take_number(ContentRequest)
    request = ContentRequest.objects.create(
        pk=number,
        reference=f"CR-{number:04d}",
        title=title,
        wanted=said(wanted, "wanted", "Say what the notes should tell you, and what for."),
        organisation=organisation,
        requested_by_organisation_id=cast(int, by.organisation_id),  # the rule has asked
        requested_by_name=by.name,
        requested_at=at,
        answer_by=request_answer_by(at),
    )
    note(request, by=by, at=at, verb="request_content")
    tell(messages.ContentRequested(request, at), at=at)
    return request


@transaction.atomic
def support(request: ContentRequest, *, organisation: Organisation, by: Actor, at: datetime) -> Support:
    """Count one more organisation that wants it; one support each."""
    request = lock(request)
    may.support(request, organisation, by=by)
    can.support(request, organisation=organisation)
    note(request, by=by, at=at, verb="support", data={"organisation": organisation.name})
    return Support.objects.create(request=request, organisation=organisation, by_name=by.name, at=at)


@transaction.atomic
def accept(
    request: ContentRequest,
    *,
    title: str,
    guidance: str,
    required_for: Iterable[str] = (),
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> ContentRequest:
    """Make it a section of the template from now on, required by the classes named."""
    request = lock(request, seen=seen)
    may.accept(by=by)
    can.accept(request)
    request.section = publishing.add_section(
        title=title, guidance=guidance, required_for=required_for, cause=str(request), by=by, at=at
    )
    return _answer(request, RequestState.ACCEPTED, "accept", guidance.strip(), by=by, at=at)


@transaction.atomic
def decline(request: ContentRequest, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> ContentRequest:
    """Say no, with the reason."""
    request = lock(request, seen=seen)
    may.decline(by=by)
    can.decline(request)
    return _answer(request, RequestState.DECLINED, "decline", said(why, "why", "Give the reason."), by=by, at=at)


@transaction.atomic
def postpone(request: ContentRequest, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> ContentRequest:
    """Say later, with the reason; it stays on the list and may still be supported."""
    request = lock(request, seen=seen)
    may.postpone(by=by)
    can.postpone(request)
    return _answer(request, RequestState.LATER, "postpone", said(why, "why", "Say when, or what for."), by=by, at=at)


def _answer(
    request: ContentRequest, to: RequestState, verb: str, why: str, *, by: Actor, at: datetime
) -> ContentRequest:
    request.answer, request.answered_at = why, at
    move(request, to=to, by=by, at=at, verb=verb, why=why, fields=_ANSWERED)
    tell(messages.RequestAnswered(request, at), at=at)
    return request


@transaction.atomic
def withdraw_request(request: ContentRequest, *, by: Actor, at: datetime, seen: int | None = None) -> ContentRequest:
    """Take a request back that DCC has not decided."""
    request = lock(request, seen=seen)
    may.withdraw_request(request, by=by)
    can.withdraw_request(request)
    move(request, to=RequestState.WITHDRAWN, by=by, at=at, verb="withdraw_request")
    return request


@transaction.atomic
def retire(request: ContentRequest, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> ContentRequest:
    """Take its section out of the template, with the reason; notes that have it keep it."""
    request = lock(request, seen=seen)
    may.retire(by=by)
    can.retire(request)
    why = said(why, "why", "Give the reason.")
    publishing.end_section(cast(StandingSection, request.section), why=why, by=by, at=at)  # the state asks for one
    return _answer(request, RequestState.RETIRED, "retire", why, by=by, at=at)
