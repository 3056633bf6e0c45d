"""Pages of coverage: who has tested what, for how many homes, what to test next, and how it went over time."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.workflow.http import PortalRequest
from releases.publishing import queries as publishing
from releases.publishing.models import Release
from releases.testing import can, matrix, queries
from releases.testing.coverage import heaviest_gaps
from releases.testing.coverage_forms import WeightForm

MATRIX_ROWS = 25


@require_safe
@login_required
def coverage(request: PortalRequest, release: str) -> HttpResponse:
    """Show the figures, what to test next, and the matrix with the heaviest gaps first."""
    row, actor = get_object_or_404(publishing.visible_to(request.actor), reference=release), request.actor
    found = matrix.weigh(row, actor.suppliers)
    form = WeightForm(request.GET, has_own=bool(found.own))
    rows, cases = found.own if form.by_own_homes else found.everybody, len(found.cases)
    page = Paginator(heaviest_gaps(rows, cases), MATRIX_ROWS).get_page(request.GET.get("page"))
    booked = queries.booked_for(row, actor, request.at)
    advice = matrix.next_to_test(rows, cases, form.chosen_slots, besides=booked)
    everybody = found.all_homes
    context = {
        "release": row,
        "all": everybody,
        "own": found.own_homes if found.own else None,
        "shares": [(case, everybody.by_case[case.pk]) for case in found.cases],
        "cases": found.cases,
        "form": form,
        "advice": advice,
        "book": _booking(row, advice),
        "page": page,
        "lines": matrix.drawn(list(page), cases),
        "windows": queries.listed(actor, {"release": row.reference}),
        "period": can.period(row),
        "no_book": queries.no_book(row, actor, request.at),
    }
    return render(request, "testing/coverage.html", context)


def _booking(release: Release, advice: matrix.Advice) -> str:
    """Return the address of the booking form with the advised combinations chosen."""
    chosen = urlencode([("combinations", one.combination.pk) for one in advice.rows])
    return f"{reverse('testing:book', args=[release.reference])}?{chosen}"


@require_safe
@login_required
def coverage_over_time(request: PortalRequest, release: str) -> HttpResponse:
    """Draw the share covered at the end of each day."""
    row = get_object_or_404(publishing.visible_to(request.actor), reference=release)
    days = matrix.over_time(row, request.at)
    context = {
        "release": row,
        "labels": [f"{day.day} {day:%b}" for day, _ in days],
        "series": [("Covered", [round(100 * float(share), 1) for _, share in days])],
        "least": row.terms.least_coverage or None,
    }
    return render(request, "testing/coverage_over_time.html", context)
