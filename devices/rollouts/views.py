"""Pages of rollouts: the list, the plan, the live page, its acts."""

from collections.abc import Callable
from inspect import signature
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from devices.rollouts import can, firm, foresight, may, pages, plans, queries, strata, verbs
from devices.rollouts.acts import buttons
from devices.rollouts.forms import HoldPartForm, PlanForm, ReasonForm
from devices.rollouts.models import Rollout
from portal.journal.queries import timeline
from portal.pages import contributions
from portal.pages.exports import Column, csv_of
from portal.pages.forms import VersionedForm, status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from portal.workflow.transitions import subject_of
from releases.holds.models import Hold
from releases.holds.queries import Effect, effect_of_placing, touched
from releases.publishing.models import Release
from releases.publishing.queries import visible_to as visible_releases
from releases.scheduling import queries as scheduling

PAGE_SIZE = 25


COLUMNS = (
    Column("Reference", attrgetter("reference")),
    Column("Release", attrgetter("release.reference")),
    Column("State", attrgetter("state")),
    Column("Hubs", attrgetter("hubs")),
    Column("Planned", attrgetter("planned_at")),
    Column("Deployment started", attrgetter("deployment_started_at")),
    Column("Activation started", attrgetter("activation_started_at")),
    Column("Finished", attrgetter("finished_at")),
)


@require_safe
@login_required
def rollouts_csv(request: PortalRequest) -> HttpResponseBase:
    return csv_of(request, "rollouts", queries.visible_to(request.actor), COLUMNS)


@require_safe
@login_required
def rollouts(request: PortalRequest) -> HttpResponse:
    page = Paginator(queries.visible_to(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [pages.list_row(row) for row in page.object_list]
    context = {"page": page, "rows": rows, "sees_capacity": may.see_capacity.why_not(by=request.actor) is None}
    context["links"] = contributions.collect("rollouts_links", request.actor)
    return render(request, "rollouts/rollouts.html", context)


def _rollout(request: PortalRequest, reference: str) -> Rollout:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


@require_http_methods(["GET", "POST"])
@login_required
def plan(request: PortalRequest, reference: str) -> HttpResponse:
    release = get_object_or_404(visible_releases(request.actor), reference=reference)
    may.plan(release, by=request.actor)
    exercise = scheduling.confirmed(release)
    form = PlanForm(request.POST or None, has_firm_nights=exercise is not None)
    context: dict[str, Any] = {"form": form, "release": release, "refused": can.plan.why_not(release)}
    if form.is_valid():
        if "preview" in request.POST:
            context["foresight"] = _foreseen(release, form, request)
        elif planned := _planned(request, release, form):
            messages.success(request, f"Rollout {planned} is being prepared.")
            return redirect("rollouts:rollout", planned.reference)
    context["exercise"] = exercise
    context["reach"] = foresight.reach(release, request.actor, request.at)
    return render(request, "rollouts/plan.html", context, status=status_of(form))


def _foreseen(release: Release, form: PlanForm, request: PortalRequest) -> foresight.Foresight | None:
    """Return what the plan would do; None, with the reason on the form, for choices that make no plan."""
    try:
        plans.check(form.plan())
        firm.planned(release, form.plan())
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None
    return foresight.foresee(release, form.plan(), request.at)


def _planned(request: PortalRequest, release: Release, form: PlanForm) -> Rollout | None:
    try:
        return verbs.plan(release, form.plan(), by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None


@require_safe
@login_required
def rollout(request: PortalRequest, reference: str) -> HttpResponse:
    return _page(request, _rollout(request, reference))


def _page(request: PortalRequest, row: Rollout, form: VersionedForm | None = None, tried: str = "") -> HttpResponse:
    """Show a rollout; with the act that was tried, what was wrong with it and what was typed."""
    context = pages.live(row, request.actor, request.at) | {
        "buttons": list(buttons(row, request.actor, request.at)),
        "entries": timeline(*subject_of(row)[:2]),
        "links": contributions.collect("rollout_links", request.actor),
        "panels": [_drawn(request, panel) for panel in _panels(request, row)],
        "catch_ups": row.catch_ups.order_by("pk"),
        "form": form,
        "tried": tried,
    }
    return render(request, "rollouts/rollout.html", context, status=400 if form else 200)


def _panels(request: PortalRequest, row: Rollout) -> list[contributions.Panel]:
    panels: list[contributions.Panel] = contributions.collect("rollout_panels", row, request.actor, request.at)
    return sorted(panels, key=lambda panel: panel.order)


def _drawn(request: PortalRequest, panel: contributions.Panel) -> dict[str, str]:
    html = render_to_string(panel.template, panel.context, request=request)
    return {"title": panel.title, "slug": panel.slug, "html": html}


@require_safe
@login_required
def progress(request: PortalRequest, reference: str) -> HttpResponse:
    row = _rollout(request, reference)
    response = render(request, "rollouts/progress.html", pages.live(row, request.actor, request.at))
    if request.headers.get("HX-Request") and request.GET.get("state") != row.state:
        response["HX-Refresh"] = "true"  # the buttons around the figures are others now
    return response


def _act(request: PortalRequest, reference: str, verb: Callable[..., Rollout], done: str) -> HttpResponse:
    row = _rollout(request, reference)
    form = (ReasonForm if "why" in signature(verb).parameters else VersionedForm)(request.POST)
    try:
        if not form.is_valid():
            return _page(request, row, form, tried=verb.__name__)
        verb(row, by=request.actor, at=request.at, **form.cleaned_data)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return _page(request, row, form, tried=verb.__name__)
    messages.success(request, f"Rollout {row} {done}.")
    return redirect("rollouts:rollout", row.reference)


@require_POST
@login_required
def approve(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.approve, "is approved")


@require_POST
@login_required
def cancel(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.cancel, "is cancelled")


@require_POST
@login_required
def start(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.start, "has started to deploy")


@require_POST
@login_required
def start_activation(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.start_activation, "has started to activate")


@require_POST
@login_required
def pause(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.pause, "is paused")


@require_POST
@login_required
def halt(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.halt, "is halted")


@require_POST
@login_required
def resume(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.resume, "goes on")


@require_POST
@login_required
def stop(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.stop, "is stopped")


@require_POST
@login_required
def end_activation(request: PortalRequest, reference: str) -> HttpResponse:
    return _act(request, reference, verbs.end_activation, "has ended: the release is in hypercare")


@require_http_methods(["GET", "POST"])
@login_required
def hold_part(request: PortalRequest, reference: str) -> HttpResponse:
    row = _rollout(request, reference)
    may.hold_part(row, by=request.actor)
    parts = strata.found_at_fault(row)
    form = HoldPartForm(request.POST or None, parts=parts, rollout=row)
    effects, waves = list[Effect](), list[contributions.Effect]()
    if form.is_valid():
        cohort = next(strata.cohort(one.axis, one.value) for one in parts if one.key == form.cleaned_data["part"])
        chosen: dict[str, Any] = {"release": row.release, "at": request.at}
        effects = effect_of_placing(cohort, form.cleaned_data["stage"], **chosen)
        waves = touched(cohort, form.cleaned_data["stage"], actor=request.actor, **chosen)
        if "preview" not in request.POST and (hold := _held(request, row, form)):
            messages.success(request, f"{hold} is in force.")
            return redirect("holds:hold", hold.reference)
    context = {
        "rollout": row,
        "form": form,
        "parts": parts,
        "effects": effects,
        "waves": waves,
        "refused": can.hold_part.why_not(row),
    }
    return render(request, "rollouts/hold_part.html", context, status=400 if form.errors else 200)


def _held(request: PortalRequest, row: Rollout, form: HoldPartForm) -> Hold | None:
    try:
        return verbs.hold_part(row, by=request.actor, at=request.at, **form.cleaned_data)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None
