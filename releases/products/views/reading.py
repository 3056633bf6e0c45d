"""Reading the product lists: open to everybody, because they are public knowledge."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from portal.pages.contributions import Panel, collect
from portal.pages.exports import csv_of
from portal.workflow.http import PortalRequest
from portal.working_days import london_day
from releases.products import exports, may, queries
from releases.products.forms import FilterForm

PAGE_SIZE = 50


@require_safe
def versions(request: PortalRequest) -> HttpResponse:
    """Show the Central Products List."""
    form = FilterForm(request.GET)
    found = queries.listed(_chosen(form), sort=request.GET.get("sort", ""))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": form,
        "rows": page,
        "entries": queries.with_validity(page.object_list, london_day(request.at)),
        "no_keep": may.keep_entry.why_not(by=request.actor),
    }
    return render(request, "products/versions.html", context)


def _chosen(form: FilterForm) -> dict[str, Any]:
    return form.cleaned_data if form.is_valid() else {}


@require_safe
def export_versions(request: PortalRequest) -> HttpResponseBase:
    """Hand out the Central Products List as CSV, filtered and sorted as the page was."""
    found = queries.listed(_chosen(FilterForm(request.GET)), sort=request.GET.get("sort", ""))
    return csv_of(request, "central-products-list", found, exports.VERSION_COLUMNS)


@require_safe
def validity(request: PortalRequest) -> HttpResponse:
    """Show the validity periods of the specification versions as they stand today."""
    context = {
        "rows": queries.standing_validity(london_day(request.at)),
        "no_keep": may.keep_entry.why_not(by=request.actor),
    }
    return render(request, "products/validity.html", context)


@require_safe
def export_validity(request: PortalRequest) -> HttpResponseBase:
    """Hand out the validity periods as CSV."""
    return csv_of(request, "validity-periods", queries.validity(), exports.VALIDITY_COLUMNS)


@require_safe
def hub_model(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a hub model with its firmware, the validity of each version, releases and how to get from one to another."""
    model = get_object_or_404(queries.hub_models(), pk=pk)
    found = list(queries.listed({"hub_model": model}))
    panels: list[Panel] = collect("hub_model_panels", model, request.actor, request.at)
    shows_history = may.read_history.why_not(by=request.actor) is None
    context = {
        "model": model,
        "entries": queries.with_validity(found, london_day(request.at)),
        "panels": [_drawn(request, panel) for panel in sorted(panels, key=lambda panel: panel.order)],
        "past": queries.history(model, found) if shows_history else [],
        "no_keep": may.keep_entry.why_not(by=request.actor),
    }
    return render(request, "products/hub_model.html", context)


def _drawn(request: PortalRequest, panel: Panel) -> dict[str, Any]:
    html = render_to_string(panel.template, panel.context, request=request)
    return {"title": panel.title, "slug": panel.slug, "html": html}
