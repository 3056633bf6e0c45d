"""The page for auditors: how the sealed record stands, and what verifying it has found."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.journal.queries import the_record
from portal.people import may, verbs
from portal.workflow.http import PortalRequest


@require_safe
@login_required
def record(request: PortalRequest) -> HttpResponse:
    may.verify_record(by=request.actor)
    return render(request, "people/record.html", {"record": the_record()})


@require_POST
@login_required
def verify_record(request: PortalRequest) -> HttpResponse:
    verbs.verify_record(by=request.actor, at=request.at)
    messages.success(request, "The record is being verified. Open this page again in a moment to see what was found.")
    return redirect("people:record")
