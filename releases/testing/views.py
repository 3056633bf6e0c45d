"""Pages of user testing: windows, booking, results, coverage."""

from datetime import datetime
from functools import partial
from operator import attrgetter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.journal.models import Entry
from portal.journal.queries import timeline
from portal.pages.contributions import counted
from portal.pages.exports import Column, csv_of
from portal.pages.forms import GovForm
from portal.workflow.errors import Invalid, NotAllowed
from portal.workflow.http import PortalRequest
from portal.workflow.transitions import subject_of
from releases.publishing import queries as publishing
from releases.publishing.models import Release
from releases.testing import can, facilities, may, queries, verbs
from releases.testing.forms import BookForm, CancelForm, FilterForm, ResultForm
from releases.testing.models import TestWindow, WaitingPlace
from releases.testing.period import results_until
from releases.testing.posting import done, is_not_now, status_of
from releases.testing.standing import standing
from releases.testing.window_views import acts_on

PAGE_SIZE = 25
SHOWN_EARLIER = 200
HAPPENED = {
    "book": "Booked",
    "cancel": "Cancelled",
    "attach_result_evidence": "Evidence attached",
    "reschedule": "Moved",
    "record_no_show": "Recorded as a no-show",
    "ask_extension": "Extension asked for",
    "grant_extension": "Extension granted",
    "refuse_extension": "Extension refused",
}


def _window(request: PortalRequest, reference: str) -> TestWindow:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


def _release(request: PortalRequest, reference: str) -> Release:
    return get_object_or_404(publishing.visible_to(request.actor), reference=reference)


def _page(request: PortalRequest, name: str, form: GovForm, **context: object) -> HttpResponse:
    status = 400 if form.is_bound and form.errors else 200
    return render(request, f"testing/{name}.html", {"form": form, **context}, status=status)


def columns(at: datetime) -> tuple[Column, ...]:
    """Return the columns of the list as a file."""
    return (
        Column("Reference", attrgetter("reference")),
        Column("Release", attrgetter("release.reference")),
        Column("Environment", attrgetter("environment")),
        Column("For", attrgetter("organisation")),
        Column("Begins", attrgetter("starts_at")),
        Column("Ends", attrgetter("ends_at")),
        Column("State", lambda row: ", ".join(filter(None, standing(row.state, row.ends_at, at)))),
        Column("Results", attrgetter("result_count")),
        Column("Fails", attrgetter("fail_count")),
    )


def _listed(request: PortalRequest) -> tuple[FilterForm, QuerySet[TestWindow]]:
    """Return the filters of the address and the windows they show."""
    form = FilterForm(request.GET)
    return form, queries.listed(request.actor, form.cleaned_data if form.is_valid() else {})


@require_safe
@login_required
def windows_csv(request: PortalRequest) -> HttpResponseBase:
    return csv_of(request, "test-windows", _listed(request)[1], columns(request.at))


@require_safe
@login_required
def windows(request: PortalRequest) -> HttpResponse:
    form, found = _listed(request)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    sees_load = may.see_load.why_not(by=request.actor) is None
    return render(request, "testing/windows.html", {"filters": form, "rows": page, "sees_load": sees_load})


@require_http_methods(["GET", "POST"])
@login_required
def book(request: PortalRequest, release: str) -> HttpResponse:
    row = _release(request, release)
    suppliers = queries.suppliers_of(request.actor)
    if not suppliers:
        raise NotAllowed("Only suppliers and agents that a supplier has appointed book test windows.")
    may.book(suppliers[0], by=request.actor)
    can.book(row, at=request.at)
    asked = {int(number) for number in request.GET.getlist("combinations") if number.isdecimal()}
    form = BookForm(request.POST or None, release=row, actor=request.actor, asked=asked)
    waits = "wait" in request.POST
    act = partial(verbs.join_waiting_list if waits else verbs.book, row, by=request.actor, at=request.at)
    made: list[TestWindow | WaitingPlace] = []
    if done(form, lambda: made.append(act(**form.answers(waits=waits)))):
        return _booked(request, made[0])
    context = {"form": form, "release": row, "period": can.period(row), "environments": queries.environments()}
    context["full"] = is_not_now(form) and not waits
    return render(request, "testing/book.html", context, status=status_of(form))


def _booked(request: PortalRequest, row: TestWindow | WaitingPlace) -> HttpResponse:
    if isinstance(row, WaitingPlace):
        messages.success(request, f"{row} waits for a place in {row.environment}. You are told when one is offered.")
        return redirect("testing:waiting_list")
    messages.success(request, f"{row} is booked: {row.environment}.")
    return redirect("testing:window", row.reference)


def _happened(entry: Entry) -> str:
    """Return what an entry of the journal says of a window: of results, how many, and how many fails."""
    if entry.verb != "report_results":
        return HAPPENED[entry.verb]
    results, fails = entry.data["results"], entry.data["fails"]
    return f"{counted(results, 'result')} reported" + (f", {counted(fails, 'fail')} among them" if fails else "")


@require_safe
@login_required
def window(request: PortalRequest, reference: str) -> HttpResponse:
    row, actor, at = _window(request, reference), request.actor, request.at
    catalogue = queries.cases_of(row)
    context = {
        "window": row,
        "rigs": row.rigs.all(),
        "cases": catalogue,
        "grid": queries.grid(row, catalogue),
        "closures": facilities.closures_over(row),
        "until": results_until(row.ends_at),
        "superseded": queries.superseded(row)[:SHOWN_EARLIER],
        "entries": [(_happened(entry), entry) for entry in timeline(*subject_of(row)[:2])],
        "may_cancel": may.cancel.why_not(row, by=actor) is None and can.cancel.why_not(row, at=at) is None,
        "may_report": may.report_results.why_not(row, by=actor) is None,
        "no_report": can.report_results.why_not(row, at=at),
        **acts_on(row, actor, request),
    }
    return render(request, "testing/window.html", context)


@require_POST
@login_required
def cancel(request: PortalRequest, reference: str) -> HttpResponse:
    row = _window(request, reference)
    form = CancelForm(request.POST)
    if not form.is_valid():
        raise Invalid("The form could not be read: go back, open the page again and repeat.")
    verbs.cancel(row, **form.cleaned_data, by=request.actor, at=request.at)
    messages.success(request, f"{row} is cancelled.")
    return redirect("testing:window", row.reference)


@require_http_methods(["GET", "POST"])
@login_required
def report_results(request: PortalRequest, reference: str) -> HttpResponse:
    row = _window(request, reference)
    may.report_results(row, by=request.actor)
    can.report_results(row, at=request.at)
    until, catalogue = queries.last_result(row), queries.cases()
    form = ResultForm(request.POST or None, request.FILES or None, window=row, catalogue=catalogue, until=until)
    if form.is_valid() and _reported(request, row, form):
        messages.success(request, "The results are recorded.")
        return redirect("testing:window", row.reference)
    return _page(request, "report_results", form, window=row)


def _reported(request: PortalRequest, window: TestWindow, form: ResultForm) -> bool:
    sent = {name: form.cleaned_data[name] for name in ("seen", "seen_until", "file")}
    try:
        verbs.report_results(window, form.found(), **sent, by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
    return not form.errors
