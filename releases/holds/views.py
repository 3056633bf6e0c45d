"""Pages of holds: the list, one hold, placing and lifting with their effect shown first."""

from operator import attrgetter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.journal.queries import timeline
from portal.pages.contributions import Effect
from portal.pages.exports import Column, csv_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from portal.workflow.transitions import subject_of
from releases.holds import can, may, queries, verbs
from releases.holds.forms import FilterForm, LiftForm, PlaceForm, ReasonForm, ReviewForm, grounds
from releases.holds.models import Cause, Ground, Hold, Stage
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.publishing import queries as publishing

PAGE_SIZE = 25
HAPPENED = {"place_hold": "Placed", "announce_lift": "End announced", "lift_hold": "Lifted"}
HAPPENED |= {"name_cause": "Cause named anew", "ask_for_review": "Review asked for", "review_hold": "Still stands"}


COLUMNS = (
    Column("Reference", attrgetter("reference")),
    Column("Release", lambda row: row.release.reference if row.release else "every release"),
    Column("Stops", lambda row: row.get_stage_display()),
    Column("Cause", attrgetter("cause_words")),
    Column("Homes selected", lambda row: cohorts.words(Cohort.of(row))),
    Column("State", lambda row: row.get_state_display()),
    Column("Placed", attrgetter("placed_at")),
    Column("Lifted", attrgetter("lifted_at")),
)


def _listed(request: PortalRequest) -> tuple[FilterForm, QuerySet[Hold]]:
    """Return the filters of the address and the holds they show."""
    form = FilterForm(request.GET)
    return form, queries.listed(request.actor, form.cleaned_data if form.is_valid() else {})


@require_safe
@login_required
def holds_csv(request: PortalRequest) -> HttpResponseBase:
    return csv_of(request, "holds", _listed(request)[1], COLUMNS)


@require_safe
@login_required
def holds(request: PortalRequest) -> HttpResponse:
    form, found = _listed(request)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    homes = queries.homes_held(list(page.object_list))
    context = {
        "filters": form,
        "rows": page,
        "holds": [(hold, homes[hold.pk]) for hold in page.object_list],
        "no_place": may.place.why_not(Cause.DCC, by=request.actor),
    }
    return render(request, "holds/holds.html", context)


def _hold(request: PortalRequest, reference: str) -> Hold:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


@require_safe
@login_required
def hold(request: PortalRequest, reference: str) -> HttpResponse:
    row = _hold(request, reference)
    cells = queries.cells_of(Cohort.of(row), row.release)
    context = {
        "hold": row,
        "cohort": cohorts.words(Cohort.of(row)),
        "counts": cohorts.counts(cells),
        "entries": [(HAPPENED[entry.verb], entry) for entry in timeline(*subject_of(row)[:2])],
        "shows_reasons": queries.sees_reasons(row, request.actor),
        "lift_from": can.lift_notice_over(row),
        "acts": _acts(request, row),
    }
    return render(request, "holds/hold.html", context)


def _acts(request: PortalRequest, row: Hold) -> dict[str, object]:
    """What this person may do, each with the reason why not now; an act of others is not shown."""
    open_to = [one for one in grounds(row) if may.lift.why_not(row, one, by=request.actor) is None]
    return {
        "announce": may.announce_lift.why_not(row, by=request.actor) is None and can.announce_lift.why_not(row) is None,
        "review": may.review.why_not(row, by=request.actor) is None and can.review.why_not(row) is None,
        "lift": bool(open_to) and row.in_force,
        "no_lift": can.lift.why_not(row, open_to[0], at=request.at) if open_to else None,
    }


@require_http_methods(["GET", "POST"])
@login_required
def place(request: PortalRequest) -> HttpResponse:
    may.place(Cause.DCC, by=request.actor)
    chosen = {"release": request.GET.get("release")}
    form = PlaceForm(request.POST or None, releases=publishing.visible_to(request.actor), initial=chosen)
    effects, touched = [], list[Effect]()
    if form.is_valid():
        answers = form.cleaned_data
        effects = queries.effect_of_placing(form.cohort(), answers["stage"], release=answers["release"], at=request.at)
        touched = queries.touched(
            form.cohort(), answers["stage"], release=answers["release"], actor=request.actor, at=request.at
        )
        if "preview" not in request.POST and (placed := _placed(request, form)):
            messages.success(request, f"{placed} is in force.")
            return redirect("holds:hold", placed.reference)
    status = 400 if form.is_bound and form.errors else 200
    reach = queries.reach(form.cohort(), form.cleaned_data.get("release")) if form.is_bound else None
    context = {"form": form, "effects": effects, "waves": touched, "reach": reach}
    return render(request, "holds/place.html", context, status=status)


@require_safe
@login_required
def count(request: PortalRequest) -> HttpResponse:
    """Show how many homes the selection made so far concerns, while it is made."""
    may.place(Cause.DCC, by=request.actor)
    form = PlaceForm(request.GET, releases=publishing.visible_to(request.actor))
    form.is_valid()
    reach = queries.reach(form.cohort(), form.cleaned_data.get("release"))
    return render(request, "products/reach.html", {"reach": reach, "form": form, "swapped": True})


def _placed(request: PortalRequest, form: PlaceForm) -> Hold | None:
    answers = form.cleaned_data
    try:
        return verbs.place(
            answers["release"],
            form.cohort(),
            stage=Stage(answers["stage"]),
            cause=Cause.DCC,
            cause_text=answers["cause_text"],
            review_at=answers["review_at"],
            by=request.actor,
            at=request.at,
        )
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None


@require_POST
@login_required
def announce_lift(request: PortalRequest, reference: str) -> HttpResponse:
    row = _hold(request, reference)
    form = ReasonForm(request.POST)
    form.is_valid()
    if form.has_error("seen"):
        raise Invalid("This page was changed on its way here: open it again and repeat what you wanted.")
    why, seen = form.cleaned_data.get("why", ""), form.cleaned_data["seen"]
    verbs.announce_lift(row, why=why, by=request.actor, at=request.at, seen=seen)
    messages.success(request, "Those behind the hold have been told. It may be lifted after 2 Working Days.")
    return redirect("holds:hold", row.reference)


@require_http_methods(["GET", "POST"])
@login_required
def review(request: PortalRequest, reference: str) -> HttpResponse:
    row = _hold(request, reference)
    may.review(row, by=request.actor)
    can.review(row)
    form = ReviewForm(request.POST or None, initial={"seen": row.version})
    if form.is_valid():
        try:
            verbs.review(row, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"{row} stands until its next review.")
            return redirect("holds:hold", row.reference)
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "holds/review.html", {"form": form, "hold": row}, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def lift(request: PortalRequest, reference: str) -> HttpResponse:
    row = _hold(request, reference)
    ground = next(iter(grounds(row)), Ground.DCC)
    may.lift(row, ground, by=request.actor)
    can.lift(row, ground, at=request.at)
    form = LiftForm(request.POST or None, hold=row)
    if form.is_valid():
        try:
            verbs.lift(row, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"{row} is lifted.")
            return redirect("holds:hold", row.reference)
    context = {"form": form, "hold": row, "effects": queries.effect_of_lifting(row, at=request.at)}
    context["waves"] = queries.touched(
        Cohort.of(row), row.stage, release=row.release, actor=request.actor, at=request.at, lifted=row
    )
    return render(request, "holds/lift.html", context, status=400 if form.is_bound and form.errors else 200)
