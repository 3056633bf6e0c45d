"""The public keys of manufacturers, by which the signatures of images are verified."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from portal.pages.forms import GovForm
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from portal.working_days import london_day
from releases.products import can, may, queries, verbs
from releases.products.forms import RegisterKeyForm, RevokeKeyForm
from releases.products.models import ManufacturerKey


@require_safe
@login_required
def keys(request: PortalRequest) -> HttpResponse:
    """Show every key, also those that verify nothing any more."""
    day = london_day(request.at)
    rows = [(key, key.state(day)) for key in queries.keys(request.actor)]
    no_register = may.register_key.why_not(by=request.actor)
    return render(request, "products/keys.html", {"rows": rows, "no_register": no_register})


@login_required
def register_key(request: PortalRequest) -> HttpResponse:
    may.register_key(by=request.actor)
    form = RegisterKeyForm(request.POST or None)
    made: list[ManufacturerKey] = []
    if form.is_valid():
        register = partial(verbs.register_key, by=request.actor, at=request.at)
        try:
            made.append(register(**form.cleaned_data))
        except Invalid as refusal:
            form.add_refusal(refusal)
    if made:
        messages.success(request, f"{made[0]} is registered. Its fingerprint is {made[0].fingerprint}.")
        return redirect("products:keys")
    return _form(request, "register_key", form)


@login_required
def revoke_key(request: PortalRequest, pk: int) -> HttpResponse:
    may.register_key(by=request.actor)
    key = get_object_or_404(queries.keys(request.actor), pk=pk)
    can.revoke_key(key)
    form = RevokeKeyForm(request.POST or None)
    if form.is_valid():
        verbs.revoke_key(key, why=form.cleaned_data["why"], by=request.actor, at=request.at)
        messages.success(request, f"{key} is revoked: it verifies nothing any more.")
        return redirect("products:keys")
    return _form(request, "revoke_key", form, key=key)


def _form(request: PortalRequest, name: str, form: GovForm, **context: object) -> HttpResponse:
    status = 400 if form.is_bound and form.errors else 200
    return render(request, f"products/{name}.html", {"form": form, **context}, status=status)
