"""The page of one act, shared by objections and ballots."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots.models import Ballot, Objection
from releases.ballots.step import Step


@dataclass(frozen=True)
class Offer:
    """An act on a page: its button, or why it cannot be done now."""

    step: Step
    url: str
    refused: str | None


def posted(request: PortalRequest) -> QueryDict | None:
    """The answers sent, also when there are none; None on a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def uploaded(request: PortalRequest) -> MultiValueDict[str, UploadedFile[Any]] | None:
    """The files sent with the answers; None on a page that is only looked at."""
    return request.FILES if request.method == "POST" else None


def offers(steps: Iterable[Step], row: Objection | Ballot, request: PortalRequest) -> list[Offer]:
    """The acts this person may do, those possible now first."""
    found = [
        Offer(step, reverse(f"ballots:{step.name}", args=[row.reference]), step.refused(row, request.actor, request.at))
        for step in steps
        if step.offered(row, request.actor)
    ]
    return sorted(found, key=lambda offer: offer.refused is not None)


def take(request: PortalRequest, row: Objection | Ballot, step: Step, back: str) -> HttpResponse:
    """Show the page of an act, or do it; refusals become their pages at the edge."""
    step.may(row, request.actor)
    form = step.form(posted(request), uploaded(request), row=row, actor=request.actor, at=request.at)
    if request.method == "GET":
        step.can(row, request.at)
    elif form.is_valid() and "count" not in request.POST:
        try:
            step.verb(row, **form.facts(), by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, step.done)
            return redirect(back, row.reference)
    context = {
        "row": row,
        "step": step,
        "form": form,
        "back": reverse(back, args=[row.reference]),
        "effects": [*step.effects(row), *form.effects()],
    }
    return render(request, "ballots/step.html", context, status=status_of(form))
