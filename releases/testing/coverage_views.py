"""Pages of coverage: who has tested what, for how many homes, what to test next, and how it went over time."""

from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.workflow.http import PortalRequest
from releases.publishing import queries as publishing
from releases.publishing.models import Release
from releases.testing import can, matrix, queries
from releases.testing.coverage import Tested, heaviest_gaps
from releases.testing.coverage_forms import WeightForm
from releases.testing.matrix import Advice, Line, Weighed

MATRIX_ROWS = 25
KEPT_SECONDS = 60  # of the counted page: results show at once, a change of the fleet within this


class Counted:
    """What the page of a release counts, made only when it is asked for: the page is kept under its key.

    The key has everything that the figures and the advice come from, but for the fleet, whose homes may be as old as
    the page is kept.
    """

    seconds = KEPT_SECONDS

    def __init__(self, request: PortalRequest, release: Release) -> None:
        self.release, self.asked, self.at = release, request.GET, request.at
        self.suppliers = sorted(request.actor.suppliers)
        self.booked = queries.booked_for(release, request.actor, request.at)
        self.cases = queries.cases()
        self.no_book = queries.no_book(release, request.actor, request.at)
        self.stamp = queries.results_stamp(release)

    @property
    def key(self) -> str:
        """What the counted part of the page depends on."""
        cases = ".".join(str(case.pk) for case in self.cases)
        parts = (self.release.pk, self.release.version, self.stamp, cases, self.suppliers, sorted(self.booked))
        return " ".join(map(str, (*parts, self.no_book, self.asked.urlencode())))

    @cached_property
    def found(self) -> Weighed:
        """Every combination, weighed."""
        return matrix.weigh(self.release, self.suppliers)

    @cached_property
    def form(self) -> WeightForm:
        """For how many slots advice is wanted, and by whose homes."""
        return WeightForm(self.asked, has_own=bool(self.found.own))

    @property
    def rows(self) -> list[Tested]:
        """The combinations by the homes that weigh."""
        return self.found.own if self.form.by_own_homes else self.found.everybody

    @cached_property
    def page(self) -> Page[Tested]:
        """The heaviest gaps first."""
        return Paginator(heaviest_gaps(self.rows, len(self.cases)), MATRIX_ROWS).get_page(self.asked.get("page"))

    @property
    def lines(self) -> list[Line]:
        """The matrix, as far as the page shows it."""
        return matrix.drawn(list(self.page), len(self.cases))

    @cached_property
    def advice(self) -> Advice:
        """What to test next."""
        return matrix.next_to_test(self.rows, len(self.cases), self.form.chosen_slots, besides=self.booked)

    @property
    def book(self) -> str:
        """The address of the booking form with the advised combinations chosen."""
        chosen = urlencode([("combinations", one.combination.pk) for one in self.advice.rows])
        return f"{reverse('testing:book', args=[self.release.reference])}?{chosen}"

    def parts(self) -> Mapping[str, object]:
        """Return what the template shows."""
        everybody = self.found.all_homes
        return {
            "all": everybody,
            "own": self.found.own_homes if self.found.own else None,
            "shares": [(case, everybody.by_case[case.pk]) for case in self.cases],
            "cases": self.cases,
            "form": self.form,
            "advice": self.advice,
            "book": self.book,
            "page": self.page,
            "lines": self.lines,
        }


@require_safe
@login_required
def coverage(request: PortalRequest, release: str) -> HttpResponse:
    """Show the figures, what to test next, and the matrix with the heaviest gaps first."""
    row = get_object_or_404(publishing.visible_to(request.actor), reference=release)
    counted = Counted(request, row)
    context = {
        "release": row,
        "counted": counted,
        "windows": queries.listed(request.actor, {"release": row.reference}),
        "period": can.period(row),
        "no_book": counted.no_book,
    }
    return render(request, "testing/coverage.html", context)


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
