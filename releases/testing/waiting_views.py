"""Pages of the waiting list."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.pages.forms import VersionedForm
from portal.workflow.http import PortalRequest
from releases.testing import can, may, verbs, waiting
from releases.testing.models import WaitingPlace

PAGE_SIZE = 25


def _entry(request: PortalRequest, reference: str) -> WaitingPlace:
    return get_object_or_404(waiting.visible_to(request.actor), reference=reference)


def _seen(request: PortalRequest) -> int | None:
    form = VersionedForm(request.POST)
    form.is_valid()
    return form.cleaned_data.get("seen")


@require_safe
@login_required
def waiting_list(request: PortalRequest) -> HttpResponse:
    actor, at = request.actor, request.at
    page = Paginator(waiting.listed(actor), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        (
            row,
            not may.book.why_not(row.organisation, by=actor) and not can.accept_offer.why_not(row, at=at),
            not may.leave_waiting_list.why_not(row, by=actor) and not can.leave_waiting_list.why_not(row),
        )
        for row in page
    ]
    return render(request, "testing/waiting.html", {"page": page, "rows": rows})


@require_POST
@login_required
def accept_offer(request: PortalRequest, reference: str) -> HttpResponse:
    row = _entry(request, reference)
    window = verbs.accept_offer(row, by=request.actor, at=request.at, seen=_seen(request))
    messages.success(request, f"{window} is booked: {window.environment}.")
    return redirect("testing:window", window.reference)


@require_POST
@login_required
def leave_waiting_list(request: PortalRequest, reference: str) -> HttpResponse:
    row = _entry(request, reference)
    verbs.leave_waiting_list(row, by=request.actor, at=request.at, seen=_seen(request))
    messages.success(request, f"{row} is off the waiting list.")
    return redirect("testing:waiting_list")
