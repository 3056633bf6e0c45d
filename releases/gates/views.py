from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.workflow.http import PortalRequest
from releases.gates.queries import gates
from releases.publishing.classification import as_told
from releases.publishing.queries import visible_to


@require_safe
def standing(request: PortalRequest, reference: str) -> HttpResponse:
    """Show every condition of both gates of a release, with its state and date."""
    release = as_told(get_object_or_404(visible_to(request.actor), reference=reference), request.actor)
    return render(request, "gates/standing.html", {"release": release, "gates": gates(release, request.at)})
