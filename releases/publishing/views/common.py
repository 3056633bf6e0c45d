"""What the release pages share."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.pages.forms import GovForm
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.publishing import classification, queries, verbs
from releases.publishing.models import Release


def visible(request: PortalRequest, reference: str) -> Release:
    """Return the release of an address, journalling reads of Red; 404 where it is none the actor may know of."""
    known = get_object_or_404(queries.by_reference(request.actor), reference=reference)
    found = classification.as_told(known, request.actor)
    verbs.note_reading(found, request.path, by=request.actor, at=request.at)
    return found


def done(form: GovForm, act: Callable[[], Any]) -> bool:
    """Act when the form is valid; what the verb finds wrong is shown in the form. Returns whether it was done."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        act()
    except Invalid as refusal:
        form.add_refusal(refusal)
    return not form.errors


def page(request: PortalRequest, name: str, **context: Any) -> HttpResponse:
    """Return the page `publishing/<name>.html`, as 400 where its form has errors."""
    form = context.get("form")
    status = 400 if form is not None and form.is_bound and form.errors else 200
    return render(request, f"publishing/{name}.html", context, status=status)
