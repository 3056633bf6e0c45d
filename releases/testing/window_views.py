"""Pages about a window after it is booked: moved, not used, made longer; and the load by day."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.pages.forms import GovForm
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from portal.working_days import london_day
from releases.testing import can, loads, may, queries, verbs
from releases.testing.models import Extension, TestWindow
from releases.testing.posting import done, status_of
from releases.testing.window_forms import AnswerForm, ExtensionForm, RescheduleForm

LOAD_DAYS = 14


def visible(request: PortalRequest, reference: str) -> TestWindow:
    """Return the window of an address; 404 where it is none the actor may see."""
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


def acts_on(window: TestWindow, actor: Actor, request: PortalRequest) -> dict[str, Any]:
    """Return which of these acts the actor has on a window, for its page."""
    at, extensions = request.at, list(window.extensions.all())
    answers = may.answer_extension.why_not(by=actor) is None
    return {
        "may_reschedule": not may.reschedule.why_not(window, by=actor) and not can.reschedule.why_not(window, at=at),
        "may_miss": not may.record_no_show.why_not(by=actor) and not can.record_no_show.why_not(window, at=at),
        "may_extend": not may.ask_extension.why_not(window, by=actor) and not can.ask_extension.why_not(window, at=at),
        "extensions": [
            (row, answers and can.answer_extension.why_not(row, window, at=at) is None) for row in extensions
        ],
    }


def _form_page(request: PortalRequest, window: TestWindow, form: GovForm, title: str, label: str) -> HttpResponse:
    context = {"window": window, "form": form, "title": title, "label": label, "period": can.period(window.release)}
    return render(request, "testing/window_form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@login_required
def reschedule(request: PortalRequest, reference: str) -> HttpResponse:
    row, by = visible(request, reference), request.actor
    may.reschedule(row, by=by)
    can.reschedule(row, at=request.at)
    form = RescheduleForm(request.POST or None, window=row, own=row.organisation_id in by.suppliers)
    if done(form, lambda: verbs.reschedule(row, **form.answers(), by=by, at=request.at)):
        messages.success(request, f"{row} is moved.")
        return redirect("testing:window", row.reference)
    return _form_page(request, row, form, "Move the window", "Move the window")


@require_http_methods(["GET", "POST"])
@login_required
def ask_extension(request: PortalRequest, reference: str) -> HttpResponse:
    row, by = visible(request, reference), request.actor
    may.ask_extension(row, by=by)
    can.ask_extension(row, at=request.at)
    form = ExtensionForm(request.POST or None, initial={"seen": row.version, "until": row.ends_at})
    if done(form, lambda: verbs.ask_extension(row, **form.cleaned_data, by=by, at=request.at)):
        messages.success(request, "DCC has been asked. The window stays as it is until DCC agrees.")
        return redirect("testing:window", row.reference)
    return _form_page(request, row, form, "Ask for longer", "Ask DCC")


def _answer(request: PortalRequest) -> dict[str, Any]:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Invalid("The form could not be read: go back, open the page again and repeat.")
    return dict(form.cleaned_data)


@require_POST
@login_required
def record_no_show(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    verbs.record_no_show(row, **_answer(request), by=request.actor, at=request.at)
    messages.success(request, f"{row} is recorded as a no-show.")
    return redirect("testing:window", row.reference)


def _extension(request: PortalRequest, reference: str, pk: int) -> Extension:
    return get_object_or_404(visible(request, reference).extensions, pk=pk)


@require_POST
@login_required
def grant_extension(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    row = _extension(request, reference, pk)
    verbs.grant_extension(row, **_answer(request), by=request.actor, at=request.at)
    messages.success(request, f"{row.window} lasts longer now.")
    return redirect("testing:window", reference)


@require_POST
@login_required
def refuse_extension(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    row = _extension(request, reference, pk)
    verbs.refuse_extension(row, **_answer(request), by=request.actor, at=request.at)
    messages.success(request, "The extension is refused.")
    return redirect("testing:window", reference)


@require_safe
@login_required
def load(request: PortalRequest) -> HttpResponse:
    may.see_load(by=request.actor)
    first = _first_day(request.GET.get("from", ""), london_day(request.at))
    step = partial(timedelta, days=LOAD_DAYS)
    days = loads.by_day(first, LOAD_DAYS)
    context = {"days": days, "figures": loads.figures(days), "earlier": first - step(), "later": first + step()}
    return render(request, "testing/load.html", context)


def _first_day(text: str, today: date) -> date:
    """Return the day asked for, today where there is none or it is out of reach."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs(found - today) <= timedelta(days=3650) else today
