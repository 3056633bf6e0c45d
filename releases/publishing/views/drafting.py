"""Drafting a release: facts with a what-if of its dates, image, notes, evidence."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.workflow.http import PortalRequest
from releases.publishing import can, may, verbs, whatif
from releases.publishing.forms import (
    EvidenceForm,
    FactsForm,
    ImageForm,
    WhatIfForm,
    whatif_answers,
)
from releases.publishing.models import Release
from releases.publishing.views.common import done, page, visible


@login_required
def draft_release(request: PortalRequest) -> HttpResponse:
    may.draft_release(by=request.actor)
    form = FactsForm(request.POST or None, initial={"classification": "green", "approach": "consultation"})
    made: list[Release] = []
    if done(form, lambda: made.append(verbs.draft_release(form.facts(), by=request.actor, at=request.at))):
        messages.success(request, f"{made[0].reference} is drafted. Next: its image, notes and evidence.")
        return redirect("publishing:release", made[0].reference)
    return page(request, "draft_release", form=form)


@login_required
def edit_release(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.edit_release(release, by=request.actor)
    can.edit_release(release)
    form = FactsForm(request.POST or None, initial=FactsForm.answers_of(release))
    if done(form, lambda: _edit(request, release, form)):
        messages.success(request, f"{reference} is changed.")
        return redirect("publishing:release", reference)
    return page(request, "edit_release", form=form, release=release)


def _edit(request: PortalRequest, release: Release, form: FactsForm) -> None:
    verbs.edit_release(release, form.facts(), by=request.actor, at=request.at, seen=form.cleaned_data["seen"])


@require_safe
@login_required
def what_if(request: PortalRequest) -> HttpResponse:
    """Show the dates another class, approach, day or plan would lead to, beside the present plan of a draft."""
    may.draft_release(by=request.actor)
    reference = request.GET.get("release", "")
    release = visible(request, reference) if reference else None
    form = WhatIfForm(_asked(request, release))
    other = whatif.whatif(form.cleaned_data) if form.is_valid() else None
    present = whatif.plan_of(release, request.at) if release else None
    rows = whatif.compare(present, other) if present and other else []
    return page(request, "what_if", form=form, release=release, present=present, other=other, rows=rows)


def _asked(request: PortalRequest, release: Release | None) -> Any:
    """Return what was asked; a link that names only some answers leaves the others to the plan of the release."""
    first = whatif_answers(timezone.localtime(request.at), release)
    if set(request.GET) <= _LINKED:
        return first | request.GET.dict()
    return request.GET


_LINKED = {"release", "urgency_class", "approach", "announced_at"}


@login_required
def attach_image(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.attach_image(release, by=request.actor)
    can.attach_image(release)
    form = ImageForm(request.POST or None, request.FILES or None, initial={"seen": release.version})
    act = partial(verbs.attach_image, release, by=request.actor, at=request.at)
    if done(form, lambda: act(form.cleaned_data["file"], **form.uploads())):
        messages.success(request, f"The image is checked and attached to {reference}.")
        return redirect("publishing:release", reference)
    return page(request, "attach_image", form=form, release=release, models=release.hub_models.all())


@login_required
def attach_evidence(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.attach_evidence(release, by=request.actor)
    can.attach_evidence(release)
    asked = {"seen": release.version, "replaces": request.GET.get("replaces")}
    form = EvidenceForm(request.POST or None, request.FILES or None, release=release, initial=asked)
    act = partial(verbs.attach_evidence, release, by=request.actor, at=request.at)
    if done(form, lambda: act(form.facts(), seen=form.cleaned_data["seen"])):
        messages.success(request, "The evidence is attached.")
        return redirect("publishing:release", reference)
    return page(request, "attach_evidence", form=form, release=release)
