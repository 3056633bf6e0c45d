"""Drafting the ballots on an Emergency: the expedited one on its notice, and its review."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import can, may, verbs
from releases.ballots.forms import DraftReviewForm, DraftWaiverForm
from releases.ballots.models import Ballot
from releases.ballots.views.steps import posted
from releases.publishing.models import Release
from releases.publishing.queries import visible_to


@require_http_methods(["GET", "POST"])
@login_required
def draft_waiver(request: PortalRequest, reference: str) -> HttpResponse:
    return _draft_emergency(request, reference, "waiver")


@require_http_methods(["GET", "POST"])
@login_required
def draft_review(request: PortalRequest, reference: str) -> HttpResponse:
    return _draft_emergency(request, reference, "review")


def _draft_emergency(request: PortalRequest, reference: str, kind: str) -> HttpResponse:
    form_class, verb, rule = EMERGENCY[kind]
    release = get_object_or_404(visible_to(request.actor), reference=reference)
    may.draft(by=request.actor)
    form = form_class(posted(request))
    if request.method == "GET":
        rule(release)
    elif form.is_valid():
        try:
            made = verb(release, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"Ballot {made.reference} is drafted. Give notice of it next.")
            return redirect("ballots:ballot", made.reference)
    context = {"release": release, "form": form, "kind": kind}
    return render(request, "ballots/draft_emergency.html", context, status=status_of(form))


EMERGENCY: dict[str, tuple[type[DraftWaiverForm], Callable[..., Ballot], Callable[[Release], None]]] = {
    "waiver": (DraftWaiverForm, verbs.draft_waiver, can.draft_waiver),
    "review": (DraftReviewForm, verbs.draft_review, can.draft_review),
}
