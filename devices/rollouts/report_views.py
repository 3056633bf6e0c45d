"""Pages of hypercare and of the exit report: what is watched, and the account as page, PDF and CSV."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from devices.rollouts import account, can, may, queries, reports, verbs, watch
from devices.rollouts.forms import ReportForm
from devices.rollouts.models import ExitReport, Rollout
from devices.rollouts.states import RolloutState
from portal.pages.documents import pdf
from portal.pages.exports import lines
from portal.pages.forms import status_of
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often
from releases.issues.queries import visible_to as visible_issues

EXPORTS_A_MINUTE = 10


def _rollout(request: PortalRequest, reference: str) -> Rollout:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


def _report(request: PortalRequest, reference: str) -> ExitReport:
    seen = queries.visible_to(request.actor)
    found = ExitReport.objects.select_related("rollout__release")
    return get_object_or_404(found, rollout__in=seen, rollout__reference=reference)


@require_safe
@login_required
def watched(request: PortalRequest, reference: str) -> HttpResponse:
    row = _rollout(request, reference)
    period = watch.period(row, request.at)
    raised = [issue.pk for issue in watch.issues_in(row, period)]
    context = {
        "rollout": row,
        "period": period,
        "rows": watch.by_combination(row, request.at) if period else [],
        "issues": visible_issues(request.actor).filter(pk__in=raised).order_by("raised_at", "pk"),
    }
    return render(request, "rollouts/watched.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def report(request: PortalRequest, reference: str) -> HttpResponse:
    row = _rollout(request, reference)
    published = getattr(row, "exit_report", None)
    if published is None and (may.report.why_not(row, by=request.actor) or row.state != RolloutState.FINISHED):
        if request.method == "POST":
            may.report(row, by=request.actor)
            can.report(row, at=request.at)
        raise Http404
    form = ReportForm(request.POST or None, initial={"seen": row.version})
    if request.method == "POST" and form.is_valid():
        verbs.report(row, by=request.actor, at=request.at, **form.cleaned_data)
        messages.success(request, "The exit report is published and the release is closed.")
        return redirect("rollouts:report", row.reference)
    figures = published.figures if published else reports.report_figures(row, request.at)
    context = {
        "rollout": row,
        "report": published,
        "figures": figures,
        "sections": account.sections(figures),
        "refused": can.report.why_not(row, at=request.at),
        "form": None if published else form,
    }
    return render(request, "rollouts/report.html", context, status=status_of(form))


@require_safe
@login_required
def report_pdf(request: PortalRequest, reference: str) -> HttpResponse:
    row = _report(request, reference)
    answer = HttpResponse(pdf(account.document(row)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="exit-report-{row.rollout.reference}.pdf"'
    return answer


@require_safe
@login_required
def report_csv(request: PortalRequest, reference: str) -> HttpResponseBase:
    row = _report(request, reference)
    if refused := too_often(request, "export", most=EXPORTS_A_MINUTE):
        return refused
    found = verbs.export_report(row, by=request.actor, at=request.at)
    sent = StreamingHttpResponse(lines(found, account.COLUMNS), content_type="text/csv; charset=utf-8")
    sent["Content-Disposition"] = f'attachment; filename="exit-report-{row.rollout.reference}.csv"'
    return sent
