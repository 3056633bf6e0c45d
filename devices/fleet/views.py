"""The fleet as its people may see it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from devices.fleet import may, queries
from devices.fleet.places import REGIONS
from portal.pages.contributions import collect
from portal.workflow.http import PortalRequest


@require_safe
@login_required
def fleet(request: PortalRequest) -> HttpResponse:
    may.see_fleet(by=request.actor)
    rows = queries.homes_by_version(request.actor)
    context = {
        "rows": rows,
        "homes": sum(row.homes for row in rows),
        "regions": [region.label for region in REGIONS],
        "chart": [(f"{row.hub_model} {row.version}", row.by_region) for row in rows],
        "acts": collect("fleet_acts", request.actor),
        "notes": collect("fleet_notes", request.actor, request.at),
        "own": bool(request.actor.suppliers),
        "day": queries.newest_day(),
    }
    return render(request, "fleet/fleet.html", context)
