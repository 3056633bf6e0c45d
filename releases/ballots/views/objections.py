"""Pages of objections."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import bundle, can, may, queries, verbs
from releases.ballots.models import Objection
from releases.ballots.objection_forms import LodgeForm
from releases.ballots.objection_steps import OBJECTION_STEP, OBJECTION_STEPS
from releases.ballots.views.steps import offers, posted, take, uploaded
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
        "ballots": queries.ballots(request.actor).filter(objections=row),
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
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.own_name,
        content_type="application/octet-stream",
    )


@require_http_methods(["GET", "POST"])
@login_required
def lodge(request: PortalRequest, reference: str) -> HttpResponse:
    release = get_object_or_404(visible_to(request.actor), reference=reference)
    may.lodge(min(request.actor.suppliers, default=0), by=request.actor)
    form = LodgeForm(posted(request), uploaded(request), release=release, actor=request.actor)
    can.lodge(release, form.citable, at=request.at)
    if form.is_valid():
        try:
            made = verbs.lodge(
                release,
                supplier=form.cleaned_data["supplier"],
                grounds=form.grounds(),
                by=request.actor,
                at=request.at,
                exhibits=form.cleaned_data["exhibits"],
                seen=form.cleaned_data["seen"],
            )
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"Objection {made.reference} is lodged. SECAS answers next.")
            return redirect("ballots:objection", made.reference)
    is_late = not can.window_is_open(release, request.at)
    return render(
        request,
        "ballots/lodge.html",
        {"release": release, "form": form, "is_late": is_late},
        status=status_of(form),
    )


def _objection(request: PortalRequest, reference: str) -> Objection:
    rows = queries.objections(request.actor).select_related("release__urgency_class", "organisation")
    return get_object_or_404(rows, reference=reference)
