"""The page of a CSP's operators: how many hubs a night their regions take, and how full the nights are."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from devices.rollouts import may, nights, verbs
from devices.rollouts.forms import CapacityForm
from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest


@require_safe
@login_required
def capacity(request: PortalRequest) -> HttpResponse:
    may.see_capacity(by=request.actor)
    return _page(request)


def _page(request: PortalRequest, tried: str = "", form: CapacityForm | None = None) -> HttpResponse:
    """Show the regions; with the one that was tried, what was wrong and what was typed."""
    rows = []
    for region in nights.regions(request.at, request.actor):
        is_own = may.state_capacity.why_not(region.region, by=request.actor) is None
        shown = (
            form if region.region == tried else CapacityForm(capacity=region.capacity, auto_id=f"{region.region}_%s")
        )
        rows.append((region, shown if is_own else None))
    context = {"rows": rows, "own": any(shown for _, shown in rows)}
    return render(request, "rollouts/capacity.html", context, status=status_of(form) if form else 200)


@require_POST
@login_required
def state_capacity(request: PortalRequest, region: str) -> HttpResponse:
    may.state_capacity(region, by=request.actor)
    form = CapacityForm(request.POST, capacity=None, auto_id=f"{region}_%s")
    if form.is_valid():
        try:
            stated = verbs.state_capacity(region, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"{stated} is stated. Rollouts follow it from now on.")
            return redirect("rollouts:capacity")
    return _page(request, region, form)
