"""Reading issues: the list, one issue, the live count of a cohort."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.workflow.http import PortalRequest
from releases.issues import can, may, queries
from releases.issues.acts import ACTS
from releases.issues.forms import CommentForm, FilterForm
from releases.issues.models import Issue
from releases.issues.timeline import timeline
from releases.products import cohorts
from releases.products.cohort_forms import CohortForm
from releases.products.cohorts import Cohort
from releases.publishing import queries as publishing
from releases.publishing.models import Release

PAGE_SIZE = 25


def visible(request: PortalRequest, reference: str) -> Issue:
    """Return the issue of an address; 404 where it is none the actor may know of."""
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


def visible_release(request: PortalRequest, reference: str) -> Release:
    """Return the release of an address; 404 where it is none the actor may know of."""
    return get_object_or_404(publishing.visible_to(request.actor), reference=reference)


@require_safe
@login_required
def issues(request: PortalRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = queries.listed(request.actor, chosen, sort=request.GET.get("sort", ""))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "issues/issues.html", {"filters": form, "rows": page})


@require_safe
@login_required
def issue(request: PortalRequest, reference: str) -> HttpResponse:
    row, actor = visible(request, reference), request.actor
    cohort = Cohort.of(row)
    context = {
        "issue": row,
        "cohort": cohorts.words(cohort),
        "counts": queries.reach(cohort, row.release),
        "timeline": timeline(row, actor),
        "holds": queries.holds_from(row),
        "duplicates": queries.visible_to(actor).filter(duplicate_of=row),
        "original": queries.visible_to(actor).filter(duplicates=row).first(),
        "acts": [act for act in ACTS.values() if act.offered(row, by=actor, at=request.at)],
        **_further(request, row),
    }
    return render(request, "issues/issue.html", context)


def _further(request: PortalRequest, row: Issue) -> dict[str, object]:
    """The acts with a page or form of their own that this person may do now."""
    actor = request.actor
    answers = may.mark_duplicate.why_not(row, by=actor) is None
    comments = may.comment.why_not(row, "all", by=actor) is None and can.comment.why_not(row) is None
    reproduces = can.confirm_reproduced.why_not(row) is None and queries.confirming(row, actor)
    return {
        "may_mark_duplicate": answers and can.mark_duplicate.why_not(row) is None,
        "may_hold": answers and can.hold_cohort.why_not(row) is None,
        "may_confirm": bool(reproduces),
        "comment_form": CommentForm(auto_id="comment_%s") if comments else None,
    }


@require_safe
@login_required
def count(request: PortalRequest, release: str) -> HttpResponse:
    row = visible_release(request, release)
    form = CohortForm(request.GET, hub_models=row.hub_models.values_list("pk", flat=True))
    form.is_valid()
    return render(request, "issues/count.html", {"counts": queries.reach(form.cohort(), row)})
