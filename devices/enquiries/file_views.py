"""Pages on which hubs are asked about by file, followed, and fetched."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from devices.enquiries import can, may, queries, verbs
from devices.enquiries.forms import FileForm
from devices.enquiries.models import FileEnquiry
from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often

A_MINUTE = 10
PAGE_SIZE = 25


@require_http_methods(["GET", "POST"])
@login_required
def files(request: PortalRequest) -> HttpResponseBase:
    """Show the files this person sent, and take one more."""
    may.enquire(by=request.actor)
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        if refused := too_often(request, "hub-file", most=A_MINUTE):
            return refused
        sent = form.cleaned_data["file"]
        try:
            row = verbs.ask_by_file(sent.read(), name=sent.name, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("enquiries:file", row.reference)
    page = Paginator(queries.files(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "refused": can.ask_by_file.why_not(by=request.actor)}
    return render(request, "enquiries/files.html", context, status=status_of(form))


def _file(request: PortalRequest, reference: str) -> FileEnquiry:
    may.enquire(by=request.actor)
    return get_object_or_404(queries.files(request.actor), reference=reference)


def _shown(request: PortalRequest, row: FileEnquiry) -> dict[str, object]:
    refused = may.fetch.why_not(row, by=request.actor) or can.fetch.why_not(row)
    return {"row": row, "refused": refused, "left": row.repeated + row.malformed - len(row.examples)}


@require_safe
@login_required
def file(request: PortalRequest, reference: str) -> HttpResponse:
    """Show how far a file is, and what is odd in it."""
    return render(request, "enquiries/file.html", _shown(request, _file(request, reference)))


@require_safe
@login_required
def progress(request: PortalRequest, reference: str) -> HttpResponse:
    """Show how far a file is, as a fragment; when it has ended, the whole page is due."""
    row = _file(request, reference)
    response = render(request, "enquiries/file_progress.html", _shown(request, row))
    if request.headers.get("HX-Request") and not row.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@login_required
def result(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Download the result; the rights of today are asked again."""
    row = _file(request, reference)
    found = verbs.fetch(row, by=request.actor, at=request.at)
    return FileResponse(found, as_attachment=True, filename=f"{row.reference}.csv", content_type="text/csv")
