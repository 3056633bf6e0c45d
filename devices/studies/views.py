"""Pages of studies: the list, a new one, one with its progress and results, its files."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from devices.studies import can, may, queries, shown, verbs
from devices.studies.document import paper
from devices.studies.forms import StudyForm
from devices.studies.models import Study
from devices.studies.results import Reading
from portal.journal.writing import record
from portal.pages.documents import pdf
from portal.pages.exports import Column, lines
from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.publishing.queries import visible_to

PAGE_SIZE = 25
_SPREAD = ("95 % from", "95 % to", "5th of 100", "95th of 100")
COLUMNS = [
    Column("Approach", lambda row: row.approach),
    Column("About", lambda row: row.about),
    Column("What", lambda row: row.what),
    Column("Unit", lambda row: row.unit),
    Column("Mean", lambda row: row.mean),
    Column(_SPREAD[0], lambda row: row.least),
    Column(_SPREAD[1], lambda row: row.most),
    Column(_SPREAD[2], lambda row: row.low),
    Column(_SPREAD[3], lambda row: row.high),
]


@require_safe
@login_required
def studies(request: PortalRequest) -> HttpResponse:
    """Show the studies this person may read."""
    may.read_studies(by=request.actor)
    page = Paginator(queries.listed(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    makes = may.make_study.why_not(by=request.actor) is None
    return render(request, "studies/studies.html", {"page": page, "makes": makes})


@require_http_methods(["GET", "POST"])
@login_required
def make(request: PortalRequest) -> HttpResponse:
    """Ask for a study; with `like` the form begins as that one was."""
    may.make_study(by=request.actor)
    like = queries.studies(request.actor).filter(reference=request.GET.get("like", "")).first()
    releases = visible_to(request.actor).order_by("-pk")
    named = releases.filter(reference=request.GET.get("release", "")).first()
    form = StudyForm(request.POST or None, releases=releases, like=like, initial={"release": named} if named else {})
    if form.is_valid() and (made := _made(request, form)):
        messages.success(request, f"Study {made.reference} is being played. You are told when it has ended.")
        return redirect("studies:study", made.reference)
    context = {"form": form, "refused": can.make_study.why_not(by=request.actor)}
    return render(request, "studies/make.html", context, status=status_of(form))


def _made(request: PortalRequest, form: StudyForm) -> Study | None:
    try:
        release = form.cleaned_data["release"]
        return verbs.make_study(release, question=form.question(), by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None


@require_safe
@login_required
def study(request: PortalRequest, reference: str) -> HttpResponse:
    """Show a study: how far it is, or what it came to."""
    row = _study(request, reference)
    readings = queries.readings(row)
    context = {**_progress(row, request), "assumed": shown.assumed(row), "approaches": shown.compared(row)}
    context |= {"problem_head": shown.PROBLEM_HEAD, "problems": shown.problems(row)}
    if readings:
        context |= {
            "sentences": shown.in_words(readings),
            "names": [shown.name_of(one.approach) for one in readings],
            "lines": shown.lines(readings),
            "kinds": shown.by_kind(readings),
            "suppliers": shown.by_supplier(readings),
            **_charts(readings),
        }
    return render(request, "studies/study.html", context)


def _charts(readings: list[Reading]) -> dict[str, object]:
    def means(name: str) -> list[tuple[str, float]]:
        return [(shown.name_of(one.approach), round(one.spreads[name].mean)) for one in readings]

    return {"harmed": means("harmed"), "days": means("days_to_most"), "waited": means("needless_days")}


@require_safe
@login_required
def progress(request: PortalRequest, reference: str) -> HttpResponse:
    """Show how far a study is, as a fragment; when it has ended, the whole page is due."""
    row = _study(request, reference)
    response = render(request, "studies/progress.html", _progress(row, request))
    if request.headers.get("HX-Request") and not row.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
def cancel(request: PortalRequest, reference: str) -> HttpResponse:
    """End a study before its runs are played."""
    row = _study(request, reference)
    verbs.cancel(row, by=request.actor, at=request.at)
    messages.success(request, f"Study {row.reference} is cancelled.")
    return redirect("studies:study", row.reference)


@require_safe
@login_required
def results_csv(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Download the results as CSV, a figure a line."""
    row, readings = _done(request, reference, "csv")
    answer = HttpResponse("".join(lines(shown.rows(readings), COLUMNS)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.reference}.csv"'
    return answer


@require_safe
@login_required
def results_json(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Download the study, its homes and every run: with this file it can be run again."""
    row, readings = _done(request, reference, "json")
    answer = JsonResponse(shown.everything(row, readings), json_dumps_params={"indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{row.reference}.json"'
    return answer


@require_safe
@login_required
def results_pdf(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Download the study as a paper."""
    row, readings = _done(request, reference, "pdf")
    answer = HttpResponse(pdf(paper(row, readings)), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.reference}.pdf"'
    return answer


def _study(request: PortalRequest, reference: str) -> Study:
    may.read_studies(by=request.actor)
    return get_object_or_404(queries.studies(request.actor), reference=reference)


def _done(request: PortalRequest, reference: str, kind: str) -> tuple[Study, list[Reading]]:
    row = _study(request, reference)
    readings = queries.readings(row)
    if not readings:
        raise Http404
    subject = ("studies.study", row.pk, row.reference)
    record(by=request.actor, verb="export", subject=subject, at=request.at, data={"as": kind})
    return row, readings


def _progress(row: Study, request: PortalRequest) -> dict[str, object]:
    refused = may.cancel.why_not(row, by=request.actor) or can.cancel.why_not(row)
    makes = may.make_study.why_not(by=request.actor) is None
    return {"row": row, "played": queries.played(row), "cancels": refused is None, "makes": makes}
