"""Pages of a proposed hold: its working, and accepting or declining it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from devices.detection import can, may, queries, verbs
from devices.detection.forms import AcceptForm, DeclineForm
from devices.detection.models import Proposal
from devices.rollouts import strata
from portal.journal.queries import timeline
from portal.pages.forms import VersionedForm
from portal.workflow.http import PortalRequest
from portal.workflow.transitions import subject_of
from releases.holds.models import Stage
from releases.holds.queries import effect_of_placing, touched


def _proposal(request: PortalRequest, reference: str) -> Proposal:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


@require_safe
@login_required
def proposal(request: PortalRequest, reference: str) -> HttpResponse:
    row = _proposal(request, reference)
    context = {
        "proposal": row,
        "entries": timeline(*subject_of(row)[:2]),
        "decides": may.accept.why_not(row, by=request.actor) is None and can.decline.why_not(row) is None,
        "chance": _odds(row.evidence[0]["chance"]),
        "allowed": _odds(row.evidence[0]["allowed"]),
        "no_accept": can.accept.why_not(row, at=request.at),
    }
    return render(request, "detection/proposal.html", context)


def _odds(chance: float) -> str:
    """Return a small chance as people say it."""
    return f"1 in {1 / chance:,.0f}" if chance > 1e-9 else "less than 1 in a billion"


@require_http_methods(["GET", "POST"])
@login_required
def accept(request: PortalRequest, reference: str) -> HttpResponse:
    row = _proposal(request, reference)
    may.accept(row, by=request.actor)
    form = AcceptForm(request.POST or None, proposal=row)
    if form.is_valid() and "preview" not in request.POST:
        placed = verbs.accept(row, by=request.actor, at=request.at, **form.cleaned_data)
        messages.success(request, f"{placed.hold} is in force. Resume the rollout for all other homes.")
        return redirect("rollouts:rollout", row.rollout.reference)
    stage = form.cleaned_data.get("stage") if form.is_bound else Stage.ACTIVATION
    context = _shown(row, form, can.accept.why_not(row, at=request.at)) | _effect(request, row, stage)
    return render(request, "detection/accept.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def decline(request: PortalRequest, reference: str) -> HttpResponse:
    row = _proposal(request, reference)
    may.decline(row, by=request.actor)
    form = DeclineForm(request.POST or None, proposal=row)
    if form.is_valid():
        verbs.decline(row, by=request.actor, at=request.at, **form.cleaned_data)
        messages.success(request, f"{row} is declined: no home is held.")
        return redirect("rollouts:rollout", row.rollout.reference)
    context = _shown(row, form, can.decline.why_not(row))
    return render(request, "detection/decline.html", context, status=400 if form.errors else 200)


def _shown(row: Proposal, form: VersionedForm, refused: str | None) -> dict[str, Any]:
    return {"proposal": row, "form": form, "refused": refused}


def _effect(request: PortalRequest, row: Proposal, stage: str | None) -> dict[str, Any]:
    """Return what the hold would do, for the stage that is chosen; nothing for one that is none."""
    if stage is None:
        return {}
    cohort = strata.cohort(strata.COMBINATION, str(row.combination_id))
    chosen: dict[str, Any] = {"release": row.rollout.release, "at": request.at}
    return {
        "effects": effect_of_placing(cohort, stage, **chosen),
        "waves": touched(cohort, stage, actor=request.actor, **chosen),
    }
