"""Pages of meetings: what is to come, the agenda of one, calling and cancelling."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.pages.forms import status_of
from portal.people.queries import sitting
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import can, may, queries, verbs
from releases.ballots.meeting_forms import CancelForm, MeetingForm
from releases.ballots.views.steps import posted


@require_safe
@login_required
def meetings(request: PortalRequest) -> HttpResponse:
    page = Paginator(queries.meetings(request.actor), 50).get_page(request.GET.get("page"))
    context = {"page": page, "no_call": may.call_meeting.why_not(by=request.actor)}
    return render(request, "ballots/meetings.html", context)


@require_safe
@login_required
def meeting(request: PortalRequest, reference: str) -> HttpResponse:
    row = get_object_or_404(queries.meetings(request.actor), reference=reference)
    context = {
        "meeting": row,
        "ballots": queries.agenda(row, request.actor),
        "seats": sitting(row.committee, row.starts_at),
        "no_cancel": may.cancel_meeting.why_not(by=request.actor) or can.cancel_meeting.why_not(row, at=request.at),
    }
    return render(request, "ballots/meeting.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def call_meeting(request: PortalRequest) -> HttpResponse:
    may.call_meeting(by=request.actor)
    form = MeetingForm(posted(request))
    if form.is_valid():
        try:
            made = verbs.call_meeting(**form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"Meeting {made.reference} is called, and its committee told.")
            return redirect("ballots:meeting", made.reference)
    return render(request, "ballots/call_meeting.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@login_required
def cancel_meeting(request: PortalRequest, reference: str) -> HttpResponse:
    row = get_object_or_404(queries.meetings(request.actor), reference=reference)
    may.cancel_meeting(by=request.actor)
    form = CancelForm(posted(request), initial={"seen": row.version})
    if request.method == "GET":
        can.cancel_meeting(row, at=request.at)
    elif form.is_valid():
        try:
            verbs.cancel_meeting(row, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"Meeting {row.reference} is cancelled, and its committee told.")
            return redirect("ballots:meeting", row.reference)
    context = {"meeting": row, "form": form, "count": queries.agenda(row, request.actor).count()}
    return render(request, "ballots/cancel_meeting.html", context, status=status_of(form))
