"""The list of hubs a person may ask about, with counts at its head, and as a CSV file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from devices.enquiries import verbs
from devices.enquiries.forms import ListForm
from devices.enquiries.listing import Fleet, Listed
from devices.enquiries.shown import LIST_COLUMNS, Row
from devices.fleet import may
from portal.pages.exports import lines
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often

A_MINUTE = 60
EXPORTS_A_MINUTE = 10


def after(text: str) -> int:
    """Return where a page begins, as an address says it; the beginning for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@require_safe
@login_required
def hubs(request: PortalRequest) -> HttpResponseBase:
    """Show the hubs chosen, a page at a time, with their counts by version and by state."""
    may.see_fleet(by=request.actor)
    form = ListForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "enquiries/hubs.html", {"form": form, "own": _own(request)}, status=400)
    if refused := too_often(request, "enquiry", most=A_MINUTE):
        return refused
    start = after(request.GET.get("after", ""))
    size = verbs.AT_ONCE
    found, listed = verbs.list_hubs(form.chosen, by=request.actor, at=request.at, after=start, size=size)
    return render(request, "enquiries/hubs.html", _context(request, form, found, listed) | {"start": start})


def _own(request: PortalRequest) -> bool:
    return bool(request.actor.suppliers)


def _context(request: PortalRequest, form: ListForm, found: Fleet, listed: Listed) -> dict[str, object]:
    return {
        "form": form,
        "own": _own(request),
        "fleet": found,
        "chosen": found.chosen,
        "rows": [Row(answer, answer.place_in(found.chosen.rollout)) for answer in listed.rows],
        "following": listed.following,
        "goes_on": listed.following is not None and len(listed.rows) < verbs.AT_ONCE,
        "states": [(state.word, count) for state, count in found.by_state.items()],
        "versions": [(model, version, homes) for (model, version), homes in found.by_version.items()],
    }


@require_safe
@login_required
def hubs_csv(request: PortalRequest) -> HttpResponseBase:
    """Download every hub chosen, read while it is sent."""
    may.see_fleet(by=request.actor)
    form = ListForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "enquiries/hubs.html", {"form": form, "own": _own(request)}, status=400)
    if refused := too_often(request, "export", most=EXPORTS_A_MINUTE):
        return refused
    found = verbs.export_hubs(form.chosen, by=request.actor, at=request.at)
    rows = (Row(answer, answer.place_in(found.chosen.rollout)) for answer in found.everything())
    sent = StreamingHttpResponse(lines(rows, LIST_COLUMNS), content_type="text/csv; charset=utf-8")
    sent["Content-Disposition"] = f'attachment; filename="hubs-{request.at:%Y-%m-%d}.csv"'
    return sent
