"""Importing a product list from a CSV file: what each row would do is shown first, then written as shown."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.products import can, may, queries, verbs
from releases.products.columns import LAYOUTS
from releases.products.forms import CheckImportForm, FateForm, WriteImportForm
from releases.products.models import ListImport
from releases.products.tables import MOST_ROWS

PAGE_SIZE = 100


@require_http_methods(["GET", "POST"])
@login_required
def check_import(request: PortalRequest) -> HttpResponse:
    """Take a file and show what it would do; list the imports before it."""
    may.keep_entry(by=request.actor)
    first = {"kind": request.GET.get("kind", "versions")}
    form = CheckImportForm(request.POST or None, request.FILES or None, initial=first)
    if form.is_valid() and (found := _checked(request, form)):
        return redirect("products:list_import", found.pk)
    page = Paginator(queries.imports(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "rows": page, "layouts": LAYOUTS.values(), "most_rows": MOST_ROWS}
    return render(request, "products/check_import.html", context, status=400 if form.errors else 200)


def _checked(request: PortalRequest, form: CheckImportForm) -> ListImport | None:
    file = form.cleaned_data["file"]
    check = partial(verbs.check_import, kind=form.cleaned_data["kind"], name=file.name, by=request.actor, at=request.at)
    try:
        return check(file.file)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None


@require_safe
@login_required
def list_import(request: PortalRequest, pk: int) -> HttpResponse:
    """Show every row's fate."""
    may.keep_entry(by=request.actor)
    found = get_object_or_404(queries.imports(request.actor), pk=pk)
    form = FateForm(request.GET)
    chosen = form.cleaned_data["fate"] if form.is_valid() else []
    context = {
        "found": found,
        "filters": form,
        "rows": Paginator(queries.import_lines(found, chosen), PAGE_SIZE).get_page(request.GET.get("page")),
        "no_write": can.write_import.why_not(found),
    }
    return render(request, "products/list_import.html", context)


@require_POST
@login_required
def write_import(request: PortalRequest, pk: int) -> HttpResponse:
    """Write what was shown."""
    may.keep_entry(by=request.actor)
    found = get_object_or_404(queries.imports(request.actor), pk=pk)
    form = WriteImportForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else None
    verbs.write_import(found, by=request.actor, at=request.at, seen=seen)
    messages.success(request, f"Written as shown: {found.added:,} added, {found.changed:,} changed.")
    return redirect("products:list_import", found.pk)
