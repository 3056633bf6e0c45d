"""Pages of determinations: the list, the notice, its PDF, and the decision as a file that is checked elsewhere."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from portal.pages.documents import pdf
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often
from releases.ballots import bundle, may, queries, verbs
from releases.ballots.document import notice
from releases.ballots.models import Determination
from releases.publishing import verbs as publishing

A_MINUTE = 10


@require_safe
def determinations(request: PortalRequest) -> HttpResponse:
    rows = queries.determinations(request.actor).select_related("ballot__release", "ballot__committee")
    page = Paginator(rows.order_by("-decided_at", "-pk"), 50).get_page(request.GET.get("page"))
    return render(request, "ballots/determinations.html", {"page": page})


@require_safe
def determination(request: PortalRequest, reference: str) -> HttpResponse:
    row = _determination(request, reference)
    no_dossier = may.dossier.why_not(row, by=request.actor)
    context = {"determination": row, "no_dossier": no_dossier, **bundle.document(row)}
    return render(request, "ballots/determination.html", context)


@require_safe
def determination_pdf(request: PortalRequest, reference: str) -> HttpResponse:
    """Return the notice as a PDF to whoever may read its page."""
    row = _determination(request, reference)
    answer = HttpResponse(pdf(notice(row)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{row.reference}.pdf"'
    return answer


@require_POST
@login_required
def dossier(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Hand out the decision as a file; a form asks for it, because taking it is written down."""
    row = _determination(request, reference)
    refused = too_often(request, "export", most=A_MINUTE)
    if refused is not None:
        return refused
    packed = verbs.dossier(row, by=request.actor, at=request.at)
    return FileResponse(packed, as_attachment=True, filename=f"{row.reference}.zip", content_type="application/zip")


def _determination(request: PortalRequest, reference: str) -> Determination:
    """Return what is asked for; who opens it of a Red release is written down."""
    rows = queries.determinations(request.actor).select_related("ballot__release", "ballot__committee")
    row = get_object_or_404(rows, reference=reference)
    publishing.note_reading(row.ballot.release, request.path, by=request.actor, at=request.at)
    return row
