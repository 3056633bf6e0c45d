"""Pages of the catalogue of test cases: read by all who sign in, kept by DCC."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.pages.forms import GovForm, status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.testing import can, editions, may, queries, verbs
from releases.testing.case_forms import AddCaseForm, RetireCaseForm, ReviseCaseForm
from releases.testing.models import TestCase


@require_safe
@login_required
def cases(request: PortalRequest) -> HttpResponse:
    kept = may.keep_case.why_not(by=request.actor) is None
    context = {"cases": queries.cases(), "retired": editions.retired(), "kept": kept}
    return render(request, "testing/cases.html", context)


@require_safe
@login_required
def case(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(TestCase, pk=pk)
    kept = may.keep_case.why_not(by=request.actor) is None
    return render(request, "testing/case.html", {"case": row, "editions": editions.history(row), "kept": kept})


@require_http_methods(["GET", "POST"])
@login_required
def add_case(request: PortalRequest) -> HttpResponse:
    may.keep_case(by=request.actor)
    form = AddCaseForm(request.POST or None)
    made = _made(form, lambda why: verbs.add_case(form.facts(), by=request.actor, at=request.at, why=why))
    if made:
        messages.success(request, f"{made.code} is in the catalogue.")
        return redirect("testing:case", made.pk)
    return render(request, "testing/add_case.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@login_required
def revise_case(request: PortalRequest, pk: int) -> HttpResponse:
    row = _kept(request, pk)
    form = ReviseCaseForm(request.POST or None, initial=ReviseCaseForm.answers_of(row))
    made = _made(
        form, lambda why: verbs.revise_case(row, form.facts(row.code), by=request.actor, at=request.at, why=why)
    )
    if made:
        messages.success(request, f"{made.code} edition {made.edition} is in force.")
        return redirect("testing:case", made.pk)
    context = {"form": form, "case": row, "in_use": editions.in_use(row)}
    return render(request, "testing/revise_case.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@login_required
def retire_case(request: PortalRequest, pk: int) -> HttpResponse:
    row = _kept(request, pk)
    form = RetireCaseForm(request.POST or None)
    if _made(form, lambda why: verbs.retire_case(row, by=request.actor, at=request.at, why=why)):
        messages.success(request, f"{row.code} is retired.")
        return redirect("testing:case", row.pk)
    context = {"form": form, "case": row, "in_use": editions.in_use(row)}
    return render(request, "testing/retire_case.html", context, status=status_of(form))


def _kept(request: PortalRequest, pk: int) -> TestCase:
    """Return the edition an act is about, once it is clear that it can be done."""
    may.keep_case(by=request.actor)
    row = get_object_or_404(TestCase, pk=pk)
    can.keep_case(row)
    return row


def _made(form: GovForm, act: Callable[[str], TestCase]) -> TestCase | None:
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data["why"])
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None
