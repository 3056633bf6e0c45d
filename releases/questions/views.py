"""Pages about questions on releases and about content that Users want in release notes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.pages.forms import GovForm
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.publishing import queries as publishing
from releases.questions import can, forms, may, queries, verbs
from releases.questions.models import ContentRequest, Question
from releases.questions.verbs.asking import ANSWERS_GO_TO

PAGE_SIZE = 25


def done(form: GovForm, act: Callable[[], Any]) -> bool:
    """Act when the form is valid; what the verb finds wrong is shown in the form. Returns whether it was done."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        act()
    except Invalid as refusal:
        form.add_refusal(refusal)
    return not form.errors


def page(request: PortalRequest, name: str, **context: Any) -> HttpResponse:
    """Return the page `questions/<name>.html`, as 400 where its form has errors."""
    form = context.get("form")
    status = 400 if form is not None and form.is_bound and form.errors else 200
    return render(request, f"questions/{name}.html", context, status=status)


def _question(request: PortalRequest, reference: str) -> Question:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


def _request(request: PortalRequest, reference: str) -> ContentRequest:
    return get_object_or_404(queries.requests(request.actor), reference=reference)


@require_safe
@login_required
def questions(request: PortalRequest) -> HttpResponse:
    form = forms.QuestionFilter(request.GET)
    found = queries.listed(request.actor, form.cleaned_data if form.is_valid() else {})
    rows = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return page(request, "questions", filters=form, rows=rows)


@login_required
def ask(request: PortalRequest, reference: str) -> HttpResponse:
    release = get_object_or_404(publishing.by_reference(request.actor), reference=reference)
    may.asks(by=request.actor)
    can.ask(release)
    form = forms.AskForm(request.POST or None, release=release, actor=request.actor)
    made: list[Question] = []
    if done(form, lambda: made.append(verbs.ask(release, **form.cleaned_data, by=request.actor, at=request.at))):
        messages.success(request, f"{made[0].reference} is asked. DCC has been told; you hear of the answer.")
        return redirect("questions:question", made[0].reference)
    return page(request, "ask", form=form, release=release)


@require_safe
def question(request: PortalRequest, reference: str) -> HttpResponse:
    found, actor = _question(request, reference), request.actor
    watching = [one for one in queries.asking_for(actor) if _may_watch(found, one, request)]
    answers = may.answer.why_not(by=actor) is None
    adds = answers and can.add_to_notes.why_not(found) is None
    section = found.section or ANSWERS_GO_TO
    return page(
        request,
        "question",
        question=found,
        knows_asker=queries.knows_asker(found, actor),
        watching=watching,
        answering=answers and can.answer.why_not(found) is None,
        answer_form=forms.AnswerForm(initial={"text": found.answer, "seen": found.version}),
        add_form=forms.AddForm(release=found.release, initial={"section": section}, auto_id="id_add_%s")
        if adds
        else None,
        withdraws=may.withdraw_question.why_not(found, by=actor) is None
        and can.withdraw_question.why_not(found) is None,
        watchers=found.watches.count(),
    )


def _may_watch(found: Question, organisation: Any, request: PortalRequest) -> bool:
    allowed = may.watch.why_not(found, organisation, by=request.actor) is None
    return allowed and can.watch.why_not(found, organisation=organisation) is None


@require_POST
@login_required
def watch(request: PortalRequest, reference: str) -> HttpResponse:
    found = _question(request, reference)
    may.asks(by=request.actor)
    form = forms.ForForm(request.POST, actor=request.actor)
    if done(form, lambda: verbs.watch(found, **form.cleaned_data, by=request.actor, at=request.at)):
        messages.success(request, "You will hear of the answer.")
    else:
        messages.error(request, "Choose the organisation you act for.")
    return redirect("questions:question", reference)


@login_required
def answer(request: PortalRequest, reference: str) -> HttpResponse:
    found = _question(request, reference)
    may.answer(by=request.actor)
    form = forms.AnswerForm(request.POST or None, initial={"text": found.answer, "seen": found.version})
    if done(form, lambda: verbs.answer(found, **form.cleaned_data, by=request.actor, at=request.at)):
        messages.success(request, "Answered for all who may read the release.")
        return redirect("questions:question", reference)
    return page(request, "answer", form=form, question=found)


@require_POST
@login_required
def add_to_notes(request: PortalRequest, reference: str) -> HttpResponse:
    found = _question(request, reference)
    may.add_to_notes(by=request.actor)
    form = forms.AddForm(request.POST, release=found.release)
    section = form.cleaned_data["section"] if form.is_valid() else ""
    noted = verbs.add_to_notes(found, section=section, by=request.actor, at=request.at)
    waits = noted.release.notes_locked
    later = "The notes are locked: the answer is added when the lock ends."
    messages.success(request, later if waits else "The answer is in the notes, as a new revision.")
    return redirect("publishing:revisions", noted.release.reference)


@require_POST
@login_required
def withdraw_question(request: PortalRequest, reference: str) -> HttpResponse:
    found = verbs.withdraw_question(_question(request, reference), by=request.actor, at=request.at)
    messages.success(request, f"{reference} is withdrawn.")
    return redirect("publishing:release", found.release.reference)


@require_safe
@login_required
def requests(request: PortalRequest) -> HttpResponse:
    form = forms.RequestFilter(request.GET)
    found = queries.listed_requests(request.actor, form.cleaned_data if form.is_valid() else {})
    rows = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return page(request, "requests", filters=form, rows=rows, no_ask=may.asks.why_not(by=request.actor))


@login_required
def request_content(request: PortalRequest) -> HttpResponse:
    may.asks(by=request.actor)
    form = forms.RequestForm(request.POST or None, actor=request.actor)
    made: list[ContentRequest] = []
    if done(form, lambda: made.append(verbs.request_content(**form.cleaned_data, by=request.actor, at=request.at))):
        messages.success(request, f"{made[0].reference} is on the list. DCC has been told.")
        return redirect("questions:request", made[0].reference)
    return page(request, "request_content", form=form)


@require_safe
@login_required
def request(request: PortalRequest, reference: str) -> HttpResponse:
    found, actor = _request(request, reference), request.actor
    supporting = [one for one in queries.asking_for(actor) if _may_support(found, one, request)]
    answers = may.answer.why_not(by=actor) is None
    return page(
        request,
        "request",
        row=found,
        supports=found.supports.select_related("organisation").order_by("at", "pk"),
        supporting=supporting,
        accepts=answers and can.accept.why_not(found) is None,
        postpones=answers and can.postpone.why_not(found) is None,
        retires=answers and can.retire.why_not(found) is None,
        withdraws=may.withdraw_request.why_not(found, by=actor) is None and can.withdraw_request.why_not(found) is None,
    )


def _may_support(found: ContentRequest, organisation: Any, request: PortalRequest) -> bool:
    allowed = may.support.why_not(found, organisation, by=request.actor) is None
    return allowed and can.support.why_not(found, organisation=organisation) is None


@require_POST
@login_required
def support(request: PortalRequest, reference: str) -> HttpResponse:
    found = _request(request, reference)
    may.asks(by=request.actor)
    form = forms.ForForm(request.POST, actor=request.actor)
    if done(form, lambda: verbs.support(found, **form.cleaned_data, by=request.actor, at=request.at)):
        messages.success(request, f"{found.reference} has your support.")
    else:
        messages.error(request, "Choose the organisation you act for.")
    return redirect("questions:request", reference)


@login_required
def accept(request: PortalRequest, reference: str) -> HttpResponse:
    found = _request(request, reference)
    may.accept(by=request.actor)
    can.accept(found)
    form = forms.AcceptForm(
        request.POST or None, initial={"title": found.title, "guidance": found.wanted[:500], "seen": found.version}
    )
    if done(form, lambda: verbs.accept(found, **form.cleaned_data, by=request.actor, at=request.at)):
        messages.success(request, f"“{form.cleaned_data['title']}” is part of the template from now on.")
        return redirect("questions:request", reference)
    return page(request, "accept", form=form, row=found)


@login_required
def decline(request: PortalRequest, reference: str) -> HttpResponse:
    return _with_reason(request, reference, "decline", "Decline", verbs.decline)


@login_required
def postpone(request: PortalRequest, reference: str) -> HttpResponse:
    return _with_reason(request, reference, "postpone", "Answer “later”", verbs.postpone)


@login_required
def retire(request: PortalRequest, reference: str) -> HttpResponse:
    return _with_reason(request, reference, "retire", "Take out of the template", verbs.retire)


def _with_reason(
    request: PortalRequest, reference: str, rule: str, label: str, verb: Callable[..., ContentRequest]
) -> HttpResponse:
    found = _request(request, reference)
    may.answer(by=request.actor)
    getattr(can, rule)(found)
    form = forms.ReasonForm(request.POST or None, initial={"seen": found.version})
    if done(form, lambda: verb(found, **form.cleaned_data, by=request.actor, at=request.at)):
        messages.success(request, "Answered. Who asked and who supports it have been told.")
        return redirect("questions:request", reference)
    return page(request, "reason", form=form, row=found, label=label)


@require_POST
@login_required
def withdraw_request(request: PortalRequest, reference: str) -> HttpResponse:
    verbs.withdraw_request(_request(request, reference), by=request.actor, at=request.at)
    messages.success(request, f"{reference} is withdrawn.")
    return redirect("questions:requests")
