"""Reading issues: the list, one issue, the live count of a cohort."""

from dataclasses import dataclass
from operator import attrgetter

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from portal.pages.contributions import collect
from portal.pages.downloads import attached
from portal.pages.exports import Column, csv_of
from portal.workflow.errors import Refusal
from portal.workflow.http import PortalRequest
from releases.holds.queries import cells_of, reach
from releases.issues import can, likeness, may, queries
from releases.issues.acts import ACTS
from releases.issues.forms import CommentForm, FilterForm, RaiseForm
from releases.issues.models import Issue
from releases.issues.timeline import timeline
from releases.products import cohorts
from releases.products.cohort_forms import CohortForm
from releases.products.cohorts import Cohort
from releases.publishing import documents
from releases.publishing import queries as publishing
from releases.publishing.models import Release

PAGE_SIZE = 25


def visible(request: PortalRequest, reference: str) -> Issue:
    """Return the issue of an address; 404 where it is none the actor may know of."""
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


def visible_release(request: PortalRequest, reference: str) -> Release:
    """Return the release of an address; 404 where it is none the actor may know of."""
    return get_object_or_404(publishing.visible_to(request.actor), reference=reference)


COLUMNS = (
    Column("Reference", attrgetter("reference")),
    Column("Title", attrgetter("title")),
    Column("Release", attrgetter("release.reference")),
    Column("Category", lambda row: row.get_category_display()),
    Column("Severity", attrgetter("severity")),
    Column("State", lambda row: row.get_state_display()),
    Column("Raised for", attrgetter("organisation")),
    Column("Raised", attrgetter("raised_at")),
    Column("Acknowledgement due", attrgetter("acknowledge_by")),
    Column("Acknowledged", attrgetter("acknowledged_at")),
    Column("Answer", attrgetter("answer")),
)


def _listed(request: PortalRequest) -> tuple[FilterForm, QuerySet[Issue]]:
    """Return the filters of the address and the issues they show."""
    form = FilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    return form, queries.listed(request.actor, chosen, sort=request.GET.get("sort", ""))


@require_safe
@login_required
def issues_csv(request: PortalRequest) -> HttpResponseBase:
    return csv_of(request, "issues", _listed(request)[1], COLUMNS)


@require_safe
@login_required
def board(request: PortalRequest) -> HttpResponse:
    """The issues of the same filters as columns, one for each state."""
    form, found = _listed(request)
    total = found.count()
    return render(request, "issues/board.html", {"filters": form, "total": total, "columns": queries.board(found)})


@require_safe
@login_required
def issues(request: PortalRequest) -> HttpResponse:
    form, found = _listed(request)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "issues/issues.html", {"filters": form, "rows": page})


@require_safe
@login_required
def issue(request: PortalRequest, reference: str) -> HttpResponse:
    return issue_page(request, visible(request, reference))


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that was refused on the page of its issue: its name, why, and what was typed for it."""

    tried: str
    refusal: Refusal
    typed: str


def issue_page(request: PortalRequest, row: Issue, refused: Refused | None = None) -> HttpResponse:
    """Return the page of an issue, with what was typed beside an act that was refused."""
    actor, cohort = request.actor, Cohort.of(row)
    acts = [act for act in ACTS.values() if act.offered(row, by=actor, at=request.at)]
    further = _further(request, row, refused)
    context = {
        "issue": row,
        "cohort": cohorts.words(cohort),
        "counts": cohorts.counts(cells_of(cohort, row.release)),
        "timeline": timeline(row, actor),
        "holds": queries.holds_from(row),
        "duplicates": queries.merged(row, actor),
        "original": queries.visible_to(actor).filter(duplicates=row).first(),
        "acts": acts,
        "notes": collect("issue_notes", row, actor, request.at),
        **further,
        "refused": refused,
    }
    offered = {act.name for act in acts} | ({"comment"} if further["comment_form"] else set())
    context["homeless"] = refused.typed if refused and refused.tried not in offered else ""
    return render(request, "issues/issue.html", context, status=refused.refusal.status if refused else 200)


def _further(request: PortalRequest, row: Issue, refused: Refused | None) -> dict[str, object]:
    """The acts with a page or form of their own that this person may do now."""
    actor = request.actor
    answers = may.mark_duplicate.why_not(row, by=actor) is None
    comments = may.comment.why_not(row, "all", by=actor) is None and can.comment.why_not(row) is None
    commented = (request.POST, request.FILES) if refused and refused.tried == "comment" else ()
    reproduces = can.confirm_reproduced.why_not(row) is None and queries.confirming(row, actor)
    return {
        "may_mark_duplicate": answers and can.mark_duplicate.why_not(row) is None,
        "may_correct": answers,
        "may_hold": answers and can.hold_cohort.why_not(row) is None,
        "may_confirm": bool(reproduces),
        "may_link": may.link_incident.why_not(row, by=actor) is None and can.link_incident.why_not(row) is None,
        "follows": queries.follows(row, actor),
        "may_follow": may.follow.why_not(row, by=actor) is None,
        "comment_form": CommentForm(*commented, auto_id="comment_%s") if comments else None,
    }


@require_safe
@login_required
def count(request: PortalRequest, release: str) -> HttpResponse:
    row = visible_release(request, release)
    form = CohortForm(request.GET, hub_models=row.hub_models.values_list("pk", flat=True))
    form.is_valid()
    return render(request, "products/reach.html", {"reach": reach(form.cohort(), row), "form": form, "swapped": True})


@require_POST
@login_required
def alike(request: PortalRequest, release: str) -> HttpResponse:
    """Offer the issues that may be the same as what is being typed; changes nothing."""
    row = visible_release(request, release)
    form = RaiseForm(request.POST, release=row, actor=request.actor)
    form.is_valid()
    found = likeness.alike(form.words(), form.cohort(), request.actor)
    return render(request, "issues/alike.html", {"alike": found})


@require_safe
@login_required
def evidence(request: PortalRequest, reference: str, pk: int) -> FileResponse:
    """Hand out a file of evidence under a name of the portal's own, to whoever may read the comment it came with."""
    row = visible(request, reference)
    found = get_object_or_404(queries.comments(row, request.actor).exclude(file=""), pk=pk)
    ending = documents.KINDS[found.file_kind].ending
    return attached(found.file.open("rb"), f"{row.reference}-evidence-{found.pk}.{ending}")
