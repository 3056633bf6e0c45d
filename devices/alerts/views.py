"""The alerts of activations: by day and rollout, the latest, and a day as a CSV file."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from devices.alerts import may as may_hook
from devices.alerts import queries, verbs
from devices.fleet import may
from portal.pages.exports import Column, lines
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often

EXPORTS_A_MINUTE = 10
SHOWN = 25
COLUMNS = [
    Column("Alert", lambda one: str(one.place)),
    Column("Code", lambda one: settings.ACTIVATION_ALERT_CODE),
    Column("Activated at", lambda one: one.at),
    Column("Hub (CHF)", lambda one: one.chf),
    Column("Version", lambda one: one.version),
    Column("Release", lambda one: one.rollout.release.reference),
    Column("Rollout", lambda one: one.rollout.reference),
    Column("Supplier", lambda one: one.supplier.name),
    Column("Supplies", lambda one: " and ".join(one.fuels)),
]


@require_safe
@login_required
def alerts(request: PortalRequest) -> HttpResponse:
    """Show the newest days and the latest alerts."""
    may.see_fleet(by=request.actor)
    context = {
        "days": queries.days(request.actor),
        "rows": queries.newest(request.actor, SHOWN),
        "code": settings.ACTIVATION_ALERT_CODE,
        "own": bool(request.actor.suppliers),
        "may_hook": may_hook.set_webhook.why_not(by=request.actor) is None,
    }
    return render(request, "alerts/alerts.html", context)


@require_safe
@login_required
def day_csv(request: PortalRequest, day: str) -> HttpResponseBase:
    """Download every alert of a day, read while it is sent."""
    may.see_fleet(by=request.actor)
    chosen = _read(day)
    if refused := too_often(request, "export", most=EXPORTS_A_MINUTE):
        return refused
    found = verbs.export_day(chosen, by=request.actor, at=request.at)
    sent = StreamingHttpResponse(lines(found, COLUMNS), content_type="text/csv; charset=utf-8")
    sent["Content-Disposition"] = f'attachment; filename="activation-alerts-{chosen}.csv"'
    return sent


def _read(day: str) -> date:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if not 2000 <= chosen.year < 3000:
        raise Http404
    return chosen
