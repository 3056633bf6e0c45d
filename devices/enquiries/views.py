"""Pages on which hubs are asked what they run."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from devices.enquiries import may, verbs
from devices.enquiries.asked import MOST, Asked, read
from devices.enquiries.forms import EnquiryForm
from devices.enquiries.queries import examples, with_history, with_home
from devices.enquiries.shown import Line, columns_for
from devices.fleet.models import eui64_text
from portal.pages.exports import lines
from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often

A_MINUTE = 60


@require_http_methods(["GET", "POST"])
@login_required
def enquire(request: PortalRequest) -> HttpResponseBase:
    """Ask about hubs: one leads to its page, several to a list, which can be had as a CSV file."""
    may.enquire(by=request.actor)
    form = EnquiryForm(request.POST or None)
    if not form.is_valid():
        return _asking(request, form)
    if refused := too_often(request, "enquiry", most=A_MINUTE):
        return refused
    asked = form.asked()
    if len(asked) == 1 and asked[0].number is not None:
        return redirect("enquiries:hub", eui64_text(asked[0].number))
    try:
        found = verbs.enquire(asked, by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return _asking(request, form)
    rows = [Line(one, answer) for one, answer in zip(asked, found, strict=True)]
    return _csv(request, rows) if "csv" in request.POST else _asking(request, form, rows)


def _asking(request: PortalRequest, form: EnquiryForm, rows: list[Line] | None = None) -> HttpResponse:
    context = {
        "form": form,
        "rows": rows,
        "most": MOST,
        "answered": sum(row.answer is not None for row in rows or ()),
        "versions_only": may.sees_versions_only(request.actor),
        "examples": examples(request.actor) if settings.DEMO else [],
    }
    return render(request, "enquiries/enquire.html", context, status=status_of(form))


def _csv(request: PortalRequest, rows: list[Line]) -> HttpResponseBase:
    columns = columns_for(may.view_of(request.actor))
    sent = StreamingHttpResponse(lines(rows, columns), content_type="text/csv; charset=utf-8")
    sent["Content-Disposition"] = f'attachment; filename="hubs-{request.at:%Y-%m-%d}.csv"'
    return sent


@require_safe
@login_required
def hub(request: PortalRequest, eui64: str) -> HttpResponseBase:
    """Show one hub; one that is unknown and one that is another's are not found alike."""
    may.enquire(by=request.actor)
    number = read(eui64)
    if number is None:
        raise Http404
    if refused := too_often(request, "enquiry", most=A_MINUTE):
        return refused
    (answer,) = verbs.enquire([Asked(eui64, number)], by=request.actor, at=request.at)
    if answer is None:
        return render(request, "enquiries/unknown.html", {"eui64": eui64_text(number)}, status=404)
    whole = with_home(with_history(answer)) if answer.is_whole else answer
    return render(request, "enquiries/hub.html", {"answer": whole, "asked": eui64_text(number)})
