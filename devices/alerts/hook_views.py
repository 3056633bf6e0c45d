"""The page on which a supplier says where its alerts are sent."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from devices.alerts import may, queries, verbs
from devices.alerts.forms import WebhookForm
from portal.pages.forms import VersionedForm, status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest


@require_http_methods(["GET", "POST"])
@login_required
def webhook(request: PortalRequest) -> HttpResponse:
    may.set_webhook(by=request.actor)
    row = queries.webhook_of(request.actor)
    form = WebhookForm(
        request.POST or None, initial={"url": row.url if row else "", "seen": row.version if row else None}
    )
    if form.is_valid():
        try:
            verbs.set_webhook(**form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, "Alerts are sent there from now on.")
            return redirect("alerts:webhook")
    return render(request, "alerts/webhook.html", {"webhook": row, "form": form}, status=status_of(form))


def _act(request: PortalRequest, verb: Callable[..., Any], done: str) -> HttpResponse:
    form = VersionedForm(request.POST)
    if form.is_valid():
        verb(by=request.actor, at=request.at, **form.cleaned_data)
        messages.success(request, done)
    return redirect("alerts:webhook")


@require_POST
@login_required
def renew_secret(request: PortalRequest) -> HttpResponse:
    return _act(request, verbs.renew_secret, "Calls are signed with the new secret from now on.")


@require_POST
@login_required
def remove_webhook(request: PortalRequest) -> HttpResponse:
    return _act(request, verbs.remove_webhook, "Alerts are sent nowhere any more; they stay to be read.")
