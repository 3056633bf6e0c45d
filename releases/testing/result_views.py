"""Pages on which results of a window are reported: the grid, the CSV file, the evidence."""

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.journal.writing import record
from portal.pages.downloads import attached
from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.publishing import documents
from releases.testing import can, may, queries, verbs
from releases.testing.findings import Found
from releases.testing.models import TestWindow
from releases.testing.result_forms import CheckSheetForm, GridForm, ReportSheetForm
from releases.testing.sheet_lines import Sheet, read_sheet, template
from releases.testing.sheets import LAYOUT, Fate

GRID_ROWS = 12
SHOWN_LINES = 1000


def _reportable(request: PortalRequest, reference: str) -> TestWindow:
    """Return a window on which this person may report now; 404 where it is another organisation's."""
    row = get_object_or_404(queries.visible_to(request.actor), reference=reference)
    may.report_results(row, by=request.actor)
    can.report_results(row, at=request.at)
    return row


@require_http_methods(["GET", "POST"])
@login_required
def report_grid(request: PortalRequest, reference: str) -> HttpResponse:
    """Show what was reported, combination by case, and take what is new or corrected."""
    row = _reportable(request, reference)
    page = Paginator(queries.combinations_of(row), GRID_ROWS).get_page(request.GET.get("page"))
    until, catalogue = queries.last_result(row), queries.cases()
    rows = queries.rows_of(row, list(page), catalogue)
    form = GridForm(request.POST or None, request.FILES or None, rows=rows, until=until)
    if form.is_valid() and _reported(request, row, form):
        return redirect(request.get_full_path()) if page.has_other_pages() else redirect("testing:window", reference)
    context = {"window": row, "form": form, "page": page, "cases": catalogue}
    return render(request, "testing/report_grid.html", context, status=status_of(form))


def _reported(request: PortalRequest, window: TestWindow, form: GridForm) -> bool:
    sent = {name: form.cleaned_data[name] for name in ("seen_until", "file")}
    found = form.found()
    try:
        verbs.report_results(window, found, **sent, by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return False
    _say(request, found)
    return True


def _say(request: PortalRequest, found: list[Found]) -> None:
    count = len(found)
    messages.success(request, f"{count:,} result{'' if count == 1 else 's'} recorded.")


@require_safe
@login_required
def sheet_template(request: PortalRequest, reference: str) -> HttpResponse:
    """Download the file to fill; the journal keeps that it was taken, as with every export."""
    row = _reportable(request, reference)
    name = f"{row.reference}-results"
    record(by=request.actor, verb="export", subject=("list", 0, name), at=request.at)
    answer = HttpResponse(template(row), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@require_http_methods(["GET", "POST"])
@login_required
def check_sheet(request: PortalRequest, reference: str) -> HttpResponse:
    """Take a file and show what would become of each row; nothing is written."""
    row = _reportable(request, reference)
    form = CheckSheetForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data, until = form.cleaned_data["file"].read(), queries.last_result(row)
        try:
            sheet = read_sheet(row, io.BytesIO(data))
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            text = data.decode("utf-8-sig")
            return _fates(request, row, sheet, ReportSheetForm(initial={"text": text}, until=until))
    context = {"window": row, "form": form, "columns": LAYOUT.names}
    return render(request, "testing/check_sheet.html", context, status=status_of(form))


def _fates(request: PortalRequest, window: TestWindow, sheet: Sheet, form: ReportSheetForm) -> HttpResponse:
    """Show each row's fate, the refused first, then what is recorded; offer that where none is refused."""
    lines = sorted(sheet.lines, key=lambda line: list(Fate).index(line.fate))
    context = {
        "window": window,
        "sheet": sheet,
        "form": form,
        "lines": lines[:SHOWN_LINES],
        "more": len(lines[SHOWN_LINES:]),
    }
    status = 400 if sheet.refused or form.errors else 200
    return render(request, "testing/sheet.html", context, status=status)


@require_POST
@login_required
def report_sheet(request: PortalRequest, reference: str) -> HttpResponse:
    """Record a file that was checked: all its new and corrected results, or none."""
    row = _reportable(request, reference)
    form = ReportSheetForm(request.POST, request.FILES, until=queries.last_result(row))
    if not form.is_valid():
        raise Invalid("The checked file did not come back with the page: check it once more.")
    sheet = read_sheet(row, io.BytesIO(form.cleaned_data["text"].encode()))
    if not sheet.refused:
        sent = {name: form.cleaned_data[name] for name in ("seen_until", "file")}
        try:
            verbs.report_results(row, sheet.found, **sent, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            _say(request, sheet.found)
            return redirect("testing:window", row.reference)
    return _fates(request, row, sheet, form)


@require_safe
@login_required
def result_evidence(request: PortalRequest, reference: str, pk: int) -> FileResponse:
    """Download a file kept with results, under a name and an ending that its content gives."""
    window = get_object_or_404(queries.visible_to(request.actor), reference=reference)
    found = get_object_or_404(window.evidence, pk=pk)
    ending = documents.KINDS[found.file_kind].ending
    return attached(found.file.open("rb"), f"{window.reference}-evidence-{found.pk}.{ending}")
