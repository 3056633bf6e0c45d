"""Pages about scheduling exercises."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.pages.contributions import collect
from portal.pages.exports import Column, csv_of
from portal.pages.forms import GovForm
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.http import PortalRequest
from releases.publishing import queries as publishing
from releases.scheduling import can, forms, lines, may, queries, verbs
from releases.scheduling.models import Exercise, Statement
from releases.scheduling.shown import Shown

PAGE_SIZE = 25
COLUMNS = [
    Column("Supplier", lambda row: row.organisation.name),
    Column("Stated by", lambda row: row.made_by_name),
    Column("At", lambda row: row.made_at),
    Column("Ruled out", lambda row: lines.write(one for one in row.wishes.blackouts if one.firm)),
    Column("Rather avoided", lambda row: lines.write(one for one in row.wishes.blackouts if not one.firm)),
    Column("Preferred weeks of", lambda row: ", ".join(week.isoformat() for week in row.preferred)),
    Column("Most homes a night", lambda row: ", ".join(f"{region}: {homes}" for region, homes in row.limits.items())),
    Column("Shares reasons", lambda row: "yes" if row.shares_reasons else "no"),
    Column("Remark", lambda row: row.remark),
]


def done(form: GovForm, act: Callable[[], Any]) -> bool:
    """Act when the form is valid; what the verb finds wrong is shown in the form. Returns whether it was done."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        act()
    except Invalid as refusal:
        form.add_refusal(refusal)
    return not form.errors


def page(request: PortalRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return the page `scheduling/<name>.html`, as 400 where its form has errors."""
    form = context.get("form")
    wrong = form is not None and form.is_bound and form.errors and status == 200
    return render(request, f"scheduling/{name}.html", context, status=400 if wrong else status)


def _exercise(request: PortalRequest, reference: str) -> Exercise:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


@require_safe
@login_required
def exercises(request: PortalRequest) -> HttpResponse:
    form = forms.ExerciseFilter(request.GET)
    found = queries.listed(request.actor, form.cleaned_data if form.is_valid() else {})
    rows = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return page(request, "exercises", filters=form, rows=rows)


@require_safe
@login_required
def exercise(request: PortalRequest, reference: str) -> HttpResponse:
    found, actor = _exercise(request, reference), request.actor
    holds = may.open_exercise.why_not(by=actor) is None
    context: dict[str, Any] = {
        "exercise": found,
        "shown": Shown(found, actor, request.at),
        "models": found.release.hub_models.order_by("name"),
        "changes": holds and can.change_exercise.why_not(found) is None,
        "closes": holds and can.close_exercise.why_not(found, by=actor, at=request.at) is None,
        "reopens": holds and can.reopen_exercise.why_not(found) is None,
    }
    return page(request, "exercise", **context)


@login_required
def open_exercise(request: PortalRequest, reference: str) -> HttpResponse:
    release = get_object_or_404(publishing.by_reference(request.actor), reference=reference)
    may.open_exercise(by=request.actor)
    can.open_exercise(release)
    stated = {one.region: one for one in collect("nightly_capacity", request.actor)}
    first = forms.first_capacity(stated, queries.homes_by_region(release, list(stated)))
    form = forms.ExerciseForm(request.POST or None, stated=stated, initial={"seen": release.version} | first)
    made: list[Exercise] = []

    def act() -> None:
        seen = form.cleaned_data["seen"]
        made.append(verbs.open_exercise(release, form.terms, by=request.actor, at=request.at, seen=seen))

    if done(form, act):
        messages.success(request, f"{made[0]} is open. Every supplier with homes in it, and its agents, are told.")
        return redirect("scheduling:exercise", made[0].reference)
    return page(request, "open", form=form, release=release)


@login_required
def state(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take what a party states; a page that somebody was faster than keeps what was written on it."""
    found = _exercise(request, reference)
    may.states(by=request.actor)
    party = get_object_or_404(queries.own_parties(found, request.actor), organisation__slug=slug)
    can.state(found, party.organisation, at=request.at)
    statement = queries.statement_of(found, party.organisation)
    first = forms.stated(statement.wishes) if statement else {}
    first |= {"seen": statement.version if statement else 0}
    form = forms.StatementForm(request.POST or None, exercise=found, homes=party.homes, initial=first)
    context: dict[str, Any] = {"exercise": found, "party": party, "form": form, "statement": statement}

    def act() -> None:
        seen = form.cleaned_data["seen"]
        acting: dict[str, Any] = {"organisation": party.organisation, "by": request.actor, "at": request.at}
        verbs.state(found, form.wishes, **acting, seen=seen)

    try:
        if done(form, act):
            messages.success(request, f"Stated for {party.organisation}. You may change it until the exercise closes.")
            return redirect("scheduling:exercise", reference)
    except NotNow as refusal:
        form.add_error(None, refusal.reason)
        form.has_seen(first["seen"])
        return page(request, "state", status=409, **context)
    return page(request, "state", **context)


@require_POST
@login_required
def leave(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    found = _exercise(request, reference)
    may.states(by=request.actor)
    party = get_object_or_404(queries.own_parties(found, request.actor), organisation__slug=slug)
    verbs.leave(found, organisation=party.organisation, by=request.actor, at=request.at)
    messages.success(request, f"What {party.organisation} stated is taken back.")
    return redirect("scheduling:exercise", reference)


@login_required
def change_exercise(request: PortalRequest, reference: str) -> HttpResponse:
    found = _exercise(request, reference)
    may.change_exercise(by=request.actor)
    can.change_exercise(found)
    form = forms.ChangeForm(request.POST or None, exercise=found)

    def act() -> None:
        answers = {name: form.cleaned_data[name] for name in ("why", "seen")}
        verbs.change_exercise(found, form.terms, **answers, by=request.actor, at=request.at)

    if done(form, act):
        messages.success(request, "Changed. Every party is told, with the reason.")
        return redirect("scheduling:exercise", reference)
    return page(request, "change", form=form, exercise=found)


@require_POST
@login_required
def close_exercise(request: PortalRequest, reference: str) -> HttpResponse:
    verbs.close_exercise(_exercise(request, reference), by=request.actor, at=request.at)
    messages.success(request, "Statements are closed and homes counted. Make the schedule now.")
    return redirect("scheduling:exercise", reference)


@login_required
def reopen_exercise(request: PortalRequest, reference: str) -> HttpResponse:
    found = _exercise(request, reference)
    may.reopen_exercise(by=request.actor)
    can.reopen_exercise(found)
    form = forms.ReopenForm(request.POST or None, initial={"seen": found.version})
    if done(form, lambda: verbs.reopen_exercise(found, **form.cleaned_data, by=request.actor, at=request.at)):
        messages.success(request, "Open again. Every party is told, with the reason.")
        return redirect("scheduling:exercise", reference)
    return page(request, "reason", form=form, exercise=found, label="Take statements again")


@login_required
def withdraw_exercise(request: PortalRequest, reference: str) -> HttpResponse:
    found = _exercise(request, reference)
    may.withdraw_exercise(by=request.actor)
    can.withdraw_exercise(found, by=request.actor)
    form = forms.ReasonForm(request.POST or None, initial={"seen": found.version})
    if done(form, lambda: verbs.withdraw_exercise(found, **form.cleaned_data, by=request.actor, at=request.at)):
        messages.success(request, f"{found} is withdrawn. Every party is told, with the reason.")
        return redirect("scheduling:exercise", reference)
    return page(request, "reason", form=form, exercise=found, label="Withdraw the exercise")


@require_safe
@login_required
def statements_csv(request: PortalRequest, reference: str) -> HttpResponseBase:
    found = _exercise(request, reference)
    may.read_statements(by=request.actor)
    rows = Statement.objects.filter(exercise=found, left_at=None).select_related("organisation")
    return csv_of(request, f"{found}-statements", rows, COLUMNS)
