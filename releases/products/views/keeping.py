"""Keeping the product lists, entry by entry."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.products import may, queries, verbs
from releases.products.forms import EntryForm, HubModelForm, ValidityForm, VersionForm
from releases.products.models import FirmwareVersion, HubModel, ValidityPeriod


@login_required
def add_hub_model(request: PortalRequest) -> HttpResponse:
    form = HubModelForm(request.POST or None, initial={"image_type": None, "hardware_min": 0, "hardware_max": 0xFFFF})
    return _keep(request, form, "Add a hub model")


@login_required
def edit_hub_model(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.hub_models(), pk=pk)
    return _keep(request, HubModelForm(request.POST or None, instance=row), f"Change {row}")


@login_required
def add_version(request: PortalRequest) -> HttpResponse:
    first = {"hub_model": request.GET.get("hub_model"), "status": FirmwareVersion.Status.CURRENT}
    return _keep(request, VersionForm(request.POST or None, initial=first), "List a firmware version")


@login_required
def edit_version(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.versions(), pk=pk)
    return _keep(request, VersionForm(request.POST or None, instance=row), f"Change {row}")


@login_required
def add_validity(request: PortalRequest) -> HttpResponse:
    return _keep(request, ValidityForm(request.POST or None), "Add a validity row")


@login_required
def edit_validity(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.validity(), pk=pk)
    return _keep(request, ValidityForm(request.POST or None, instance=row), f"Change the validity of {row}")


def _keep(request: PortalRequest, form: EntryForm[Any], title: str) -> HttpResponse:
    """Show the form of an entry, and keep what is answered."""
    may.keep_entry(by=request.actor)
    back = _page_of(form.instance)
    if form.is_valid() and _kept(request, form):
        messages.success(request, f"{form.instance} is saved.")
        return redirect(_page_of(form.instance))
    status = 400 if form.errors else 200
    return render(request, "products/keep_entry.html", {"form": form, "title": title, "back": back}, status=status)


def _kept(request: PortalRequest, form: EntryForm[Any]) -> bool:
    try:
        verbs.keep_entry(form.instance, by=request.actor, at=request.at, seen=form.cleaned_data["seen"] or None)
    except Invalid as refusal:
        form.add_refusal(refusal)
    return not form.errors


def _page_of(row: HubModel | FirmwareVersion | ValidityPeriod) -> str:
    if isinstance(row, ValidityPeriod):
        return reverse("products:validity")
    number = row.hub_model_id if isinstance(row, FirmwareVersion) else row.pk
    return reverse("products:hub_model", args=[number]) if number else reverse("products:versions")
