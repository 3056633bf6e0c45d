"""Pages of objections."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.pages.downloads import attached
from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import bundle, can, may, queries, verbs
from releases.ballots.models import Objection
from releases.ballots.objection_forms import LodgeForm
from releases.ballots.objection_steps import OBJECTION_STEP, OBJECTION_STEPS
from releases.ballots.views.steps import offers, posted, take, uploaded
from releases.holds.queries import Reach, reach
from releases.publishing.models import Release
from releases.publishing.queries import visible_to


@require_safe
@login_required
def objections(request: PortalRequest) -> HttpResponse:
    rows = queries.objections(request.actor).select_related("release", "organisation").order_by("-pk")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "ballots/objections.html", {"page": page})


@require_safe
@login_required
def objection(request: PortalRequest, reference: str) -> HttpResponse:
    row = _objection(request, reference)
    context = {
        "objection": row,
        "matter": bundle.matter(row, request.actor),
        "offers": offers(OBJECTION_STEPS, row, request),
        "ballots": queries.ballots(request.actor).filter(objections=row).select_related("determination"),
    }
    return render(request, "ballots/objection.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def objection_step(request: PortalRequest, reference: str, name: str) -> HttpResponse:
    return take(request, _objection(request, reference), OBJECTION_STEP[name], "ballots:objection")


@require_safe
@login_required
def exhibit(request: PortalRequest, reference: str, pk: int) -> FileResponse:
    """Hand out a file of evidence under a name of the portal's own, to whoever may see the objection."""
    found = get_object_or_404(_objection(request, reference).exhibits.select_related("objection"), pk=pk)
    return attached(found.file.open("rb"), found.own_name)


@require_http_methods(["GET", "POST"])
@login_required
def lodge(request: PortalRequest, reference: str) -> HttpResponse:
    release = _release(request, reference)
    may.lodge(min(request.actor.suppliers, default=0), by=request.actor)
    form = LodgeForm(posted(request), uploaded(request), release=release, actor=request.actor)
    can.lodge(release, form.citable, at=request.at)
    valid, counting = form.is_valid(), "count" in request.POST
    if valid and not counting and (made := _lodged(request, release, form)):
        messages.success(request, f"Objection {made.reference} is lodged. SECAS answers next.")
        return redirect("ballots:objection", made.reference)
    context = {
        "release": release,
        "form": form,
        "is_late": not can.window_is_open(release, request.at),
        "reach": _reach(form, release) if form.is_bound else None,
    }
    return render(request, "ballots/lodge.html", context, status=status_of(form))


def _lodged(request: PortalRequest, release: Release, form: LodgeForm) -> Objection | None:
    answers = form.cleaned_data
    given = {"supplier": answers["supplier"], "exhibits": answers["exhibits"], "seen": answers["seen"]}
    try:
        return verbs.lodge(release, grounds=form.grounds(), **given, by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None


def _reach(form: LodgeForm, release: Release) -> Reach:
    """How many homes the objection concerns; every home needs no warning where that is what was said."""
    found = reach(form.cohort(), release)
    return replace(found, is_unlimited=found.is_unlimited and not form.says_every_home)


@require_safe
@login_required
def count_homes(request: PortalRequest, reference: str) -> HttpResponse:
    """How many homes the answers so far concern, while an objection is written; changes nothing."""
    release = _release(request, reference)
    form = LodgeForm(request.GET, release=release, actor=request.actor)
    form.is_valid()
    return render(request, "products/reach.html", {"reach": _reach(form, release), "form": form, "swapped": True})


def _release(request: PortalRequest, reference: str) -> Release:
    return get_object_or_404(visible_to(request.actor), reference=reference)


def _objection(request: PortalRequest, reference: str) -> Objection:
    rows = queries.objections(request.actor).select_related("release__urgency_class", "organisation")
    return get_object_or_404(rows, reference=reference)
