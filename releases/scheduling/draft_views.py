"""Draft schedules: asked for, followed, compared, changed by hand, discarded. DCC's alone until one is confirmed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.scheduling import can, draft_forms, forms, may, queries, verbs
from releases.scheduling.drafted import Drafted, compared
from releases.scheduling.frozen import changes_since, out_of_date
from releases.scheduling.models import Draft, Exercise
from releases.scheduling.states import DraftState
from releases.scheduling.views import done, page

PAGE_SIZE = 25


def _draft(request: PortalRequest, reference: str) -> Draft:
    return get_object_or_404(queries.drafts_visible_to(request.actor), reference=reference)


def _exercise(request: PortalRequest, reference: str) -> Exercise:
    return get_object_or_404(queries.visible_to(request.actor), reference=reference)


@require_safe
@login_required
def drafts(request: PortalRequest, reference: str) -> HttpResponse:
    """Compare the drafts of an exercise with each other and with first come, first served."""
    found = _exercise(request, reference)
    may.read_drafts(by=request.actor)
    rows = queries.drafts_of(found, request.actor)
    ready = [one for one in rows if one.state == DraftState.READY]
    lines = compared(ready) if ready else []
    about: dict[str, Any] = {"rows": rows, "ready": ready, "lines": lines, "out_of_date": out_of_date(found, ready)}
    return page(request, "drafts", exercise=found, refused=can.solve.why_not(found), **about)


@login_required
def solve(request: PortalRequest, reference: str) -> HttpResponse:
    found = _exercise(request, reference)
    may.solve(by=request.actor)
    can.solve(found)
    form = draft_forms.SolveForm(request.POST or None, initial={"seen": found.version})
    made: list[Draft] = []

    def act() -> None:
        seen = form.cleaned_data["seen"]
        made.append(verbs.solve(found, form.choices, by=request.actor, at=request.at, seen=seen))

    if done(form, act):
        messages.success(request, f"{made[0]} is being made. You are told when it is ready.")
        return redirect("scheduling:draft", made[0].reference)
    return page(request, "solve", form=form, exercise=found)


@require_safe
@login_required
def draft(request: PortalRequest, reference: str) -> HttpResponse:
    found = _draft(request, reference)
    shown = Drafted(found)
    groups = Paginator(shown.groups, PAGE_SIZE).get_page(request.GET.get("page")) if found.rows else None
    edits, discards = can.edit.why_not(found) is None, can.discard.why_not(found) is None
    changes = changes_since(found) if found.state == DraftState.READY else []
    about = {"draft": found, "exercise": found.exercise, "shown": shown, "rows": groups, "changes": changes}
    about |= {"edits": edits, "discards": discards, "turns": "page" in request.GET}
    return render(request, "scheduling/draft.html", about | {"no_confirm": can.confirm_draft.why_not(found, changes)})


@require_safe
@login_required
def draft_progress(request: PortalRequest, reference: str) -> HttpResponse:
    """Show how far a draft is, as a fragment; when it has ended, the whole page is due."""
    found = _draft(request, reference)
    response = page(request, "draft_progress", draft=found, shown=Drafted(found))
    if request.headers.get("HX-Request") and not found.is_being_made:
        response["HX-Refresh"] = "true"
    return response


@login_required
def edit(request: PortalRequest, reference: str, number: int) -> HttpResponse:
    """Move homes of one group; what would break a limit is said at once, and nothing is moved."""
    found = _draft(request, reference)
    can.edit(found)
    group = next((one for one in Drafted(found).groups if one.number == number), None)
    if group is None:
        raise Http404
    form = draft_forms.EditForm(request.POST or None, group=group, initial={"seen": found.version})

    def act() -> None:
        answers = {name: form.cleaned_data[name] for name in ("why", "seen")}
        verbs.edit(found, form.edit, **answers, by=request.actor, at=request.at)

    if done(form, act):
        messages.success(request, "Moved. Every firm limit is kept.")
        return redirect("scheduling:draft", reference)
    return page(request, "edit", form=form, draft=found, group=group)


@login_required
def confirm(request: PortalRequest, reference: str) -> HttpResponse:
    """Make the dates of a draft firm, with the reasons, as long as what it was made from stands."""
    found = _draft(request, reference)
    can.confirm_draft(found, changes_since(found))
    form = forms.ReasonForm(request.POST or None, initial={"seen": found.version})

    def act() -> None:
        answers = {name: form.cleaned_data[name] for name in ("why", "seen")}
        try:
            verbs.confirm_draft(found, **answers, by=request.actor, at=request.at)
        except Invalid as refusal:  # the form has no schedule: what is wrong with it is said above
            raise Invalid(" ".join(refusal.fields.get("schedule", [refusal.reason]))) from refusal

    if done(form, act):
        messages.success(request, "The dates are firm. Each party is told what it asked, what it got and why.")
        return redirect("scheduling:exercise", found.exercise.reference)
    return page(request, "reason", form=form, exercise=found.exercise, label=f"Confirm {found}")


@require_POST
@login_required
def discard(request: PortalRequest, reference: str) -> HttpResponse:
    found = verbs.discard(_draft(request, reference), by=request.actor, at=request.at)
    messages.success(request, f"{found} is discarded.")
    return redirect("scheduling:drafts", found.exercise.reference)
