"""Deciding on a release: announcing, acknowledging, approving, amending and ending it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from portal.pages.contributions import collect
from portal.pages.forms import VersionedForm
from portal.people.models import Organisation
from portal.workflow.errors import NotNow
from portal.workflow.http import PortalRequest
from releases.publishing import can, classification, fitness, may, queries, scope, timeline, verbs
from releases.publishing.forms import AcknowledgeForm, AmendForm, FactsForm, ReasonForm, ReclassifyForm, SupersedeForm
from releases.publishing.models import Notice, Release
from releases.publishing.readiness import release_timetable, requirements
from releases.publishing.views.common import done, page, visible


@login_required
def announce(request: PortalRequest, reference: str) -> HttpResponse:
    """Show what the notice would do, to whom and from when; serve it when confirmed."""
    release = visible(request, reference)
    may.announce(release, by=request.actor)
    can.edit_release(release)
    form = VersionedForm(request.POST or None, initial={"seen": release.version})
    act = partial(verbs.announce, release, by=request.actor, at=request.at)
    if done(form, lambda: act(seen=form.cleaned_data["seen"])):
        messages.success(request, f"Notice of {reference} is on its way to every recipient.")
        return redirect("publishing:release", reference)
    return page(
        request,
        "announce",
        form=form,
        release=release,
        requirements=requirements(release, at=request.at),
        warnings=fitness.worth_saying(release),
        refused=can.announce.why_not(release, at=request.at),
        timetable=release_timetable(release, at=request.at),
        tracks=timeline.tracks(release, request.at),
        recipients=scope.recipients(release),
        reach=queries.reach(release),
    )


@login_required
def approve_emergency(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.approve_emergency(release, by=request.actor)
    can.approve_emergency(release)
    form = VersionedForm(request.POST or None, initial={"seen": release.version})
    act = partial(verbs.approve_emergency, release, by=request.actor, at=request.at)
    if done(form, lambda: act(seen=form.cleaned_data["seen"])):
        messages.success(request, f"{reference} is approved as an Emergency.")
        return redirect("publishing:release", reference)
    return page(request, "approve_emergency", form=form, release=release)


def _notice(release: Release) -> Notice:
    notice = queries.notice_in_force(release)
    if notice is None:
        raise NotNow("No notice of this release is in force.")
    return notice


@login_required
def acknowledge(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    notice = _notice(release)
    mine = queries.acknowledging(notice, request.actor)
    if not mine.exists():
        raise NotNow("There is nothing left to acknowledge: it is done, or no notice was addressed to you.")
    form = AcknowledgeForm(request.POST or None, organisations=mine, initial={"seen": notice.number})
    act = partial(verbs.acknowledge, release, by=request.actor, at=request.at)
    if done(form, lambda: act(**form.cleaned_data)):
        messages.success(request, f"{form.cleaned_data['organisation']} has acknowledged the notice.")
        return redirect("publishing:release", reference)
    return page(request, "acknowledge", form=form, release=release, notice=notice)


@login_required
def serve_by_other_means(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    release = visible(request, reference)
    organisation = get_object_or_404(Organisation, slug=slug)
    may.serve_by_other_means(release, by=request.actor)
    can.serve_by_other_means(release, notice=_notice(release), organisation=organisation)
    form = ReasonForm(request.POST or None, initial={"seen": release.version})
    act = partial(verbs.serve_by_other_means, release, organisation, by=request.actor, at=request.at)
    if done(form, lambda: act(**form.cleaned_data)):
        messages.success(request, f"Service on {organisation} is recorded.")
        return redirect("publishing:release", reference)
    return page(request, "serve_by_other_means", form=form, release=release, organisation=organisation)


def _effects(request: PortalRequest, release: Release, act: str) -> dict[str, Any]:
    """Return what an act would do, in numbers, as every app says it: shown before the button is pressed."""
    found = collect("release_effects", release, act, request.actor, request.at)
    return {"reach": queries.reach(release), "effects": sorted(found, key=lambda effect: effect.order)}


@login_required
def amend(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.amend(release, by=request.actor)
    can.return_to_draft(release)
    form = AmendForm(request.POST or None, initial=FactsForm.answers_of(release))
    if done(form, lambda: _amend(request, release, form)):
        messages.success(request, "The later dates are told to every recipient.")
        return redirect("publishing:release", reference)
    return page(request, "amend", form=form, release=release, **_effects(request, release, "amend"))


def _amend(request: PortalRequest, release: Release, form: AmendForm) -> None:
    answers = form.cleaned_data
    verbs.amend(
        release,
        deployment_at=answers["planned_deployment_at"],
        activation_at=answers["planned_activation_at"],
        why=answers["why"],
        by=request.actor,
        at=request.at,
        seen=answers["seen"],
    )


@login_required
def return_to_draft(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.return_to_draft(release, by=request.actor)
    can.return_to_draft(release)
    form = ReasonForm(request.POST or None, initial={"seen": release.version})
    act = partial(verbs.return_to_draft, release, by=request.actor, at=request.at)
    if done(form, lambda: act(**form.cleaned_data)):
        messages.success(request, f"{reference} is a draft again; its notice is void.")
        return redirect("publishing:release", reference)
    return page(request, "return_to_draft", form=form, release=release, **_effects(request, release, "return_to_draft"))


@login_required
def withdraw(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.withdraw(release, by=request.actor)
    can.end(release)
    form = ReasonForm(request.POST or None, initial={"seen": release.version})
    act = partial(verbs.withdraw, release, by=request.actor, at=request.at)
    if done(form, lambda: act(**form.cleaned_data)):
        messages.success(request, f"{reference} is withdrawn.")
        return redirect("publishing:release", reference)
    return page(request, "withdraw", form=form, release=release, **_effects(request, release, "withdraw"))


@login_required
def supersede(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    may.supersede(release, by=request.actor)
    can.end(release)
    form = SupersedeForm(release, request.POST or None, initial={"seen": release.version})
    act = partial(verbs.supersede, release, by=request.actor, at=request.at)
    if done(form, lambda: act(**form.cleaned_data)):
        messages.success(request, f"{reference} is superseded by {form.cleaned_data['successor'].reference}.")
        return redirect("publishing:release", reference)
    return page(request, "supersede", form=form, release=release, **_effects(request, release, "supersede"))


@login_required
def reclassify(request: PortalRequest, reference: str) -> HttpResponse:
    """Show who would gain and who would lose sight of the release; change it when confirmed."""
    release = visible(request, reference)
    may.reclassify(release, by=request.actor)
    form = ReclassifyForm(request.POST or None, initial=ReclassifyForm.answers_of(release))
    act = partial(verbs.reclassify, release, by=request.actor, at=request.at)
    asked = "preview" in request.POST
    if not asked and done(form, lambda: act(form.readership(), **_reason(form))):
        release.refresh_from_db()
        messages.success(request, f"{reference} is now {release.get_classification_display()}.")
        return redirect("publishing:release", reference)
    return page(request, "reclassify", form=form, release=release, effect=_effect(request, release, form))


def _reason(form: ReclassifyForm) -> dict[str, Any]:
    return {"why": form.cleaned_data["why"], "seen": form.cleaned_data["seen"]}


def _effect(request: PortalRequest, release: Release, form: ReclassifyForm) -> classification.ChangeOfSight | None:
    """Return what the answers would change, None while they are not complete."""
    if not (form.is_bound and form.is_valid()):
        return None
    to = form.readership()
    readers, people = {one.pk for one in to.readers}, {one.pk for one in to.named_people}
    return classification.effect_of_reclassifying(release, to.classification, readers, people, request.at)
