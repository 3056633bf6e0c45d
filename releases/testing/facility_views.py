"""Pages of the facilities: where users test, when it is open, and with which rigs; DCC manages them."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.journal.queries import timeline
from portal.pages.forms import GovForm, VersionedForm
from portal.people.permissions import Permission
from portal.workflow.errors import NotAllowed
from portal.workflow.http import PortalRequest
from portal.workflow.transitions import subject_of
from releases.testing import can, facilities, may, verbs
from releases.testing.facility_forms import ClosureForm, EnvironmentForm, RigForm
from releases.testing.models import Closure, Environment, Rig
from releases.testing.posting import done, status_of

HAPPENED = {
    "add_environment": "Added",
    "edit_environment": "Changed",
    "close_environment": "Closure entered",
    "lift_closure": "Closure lifted",
    "add_rig": "Rig added",
    "edit_rig": "Rig changed",
}


def _reader(request: PortalRequest) -> None:
    if not request.actor.has(Permission.READ_PORTAL):
        raise NotAllowed("Only people who read the portal see where users test.")


def _manages(request: PortalRequest) -> bool:
    return may.manage_facilities.why_not(by=request.actor) is None


def _form_page(request: PortalRequest, form: GovForm, title: str, label: str, **context: object) -> HttpResponse:
    context = {"form": form, "title": title, "label": label, **context}
    return render(request, "testing/facility_form.html", context, status=status_of(form))


@require_safe
@login_required
def environments(request: PortalRequest) -> HttpResponse:
    _reader(request)
    rows = [(row, facilities.week_of(row)) for row in facilities.environments()]
    return render(request, "testing/environments.html", {"rows": rows, "manages": _manages(request)})


@require_safe
@login_required
def environment(request: PortalRequest, slug: str) -> HttpResponse:
    _reader(request)
    row, at = get_object_or_404(Environment, slug=slug), request.at
    manages = _manages(request)
    planned = facilities.closures(row, at).select_related("environment")
    met = facilities.met_by_each(planned) if manages else [(one, []) for one in planned]
    closures = [(one, can.lift_closure.why_not(one, at=at) is None, windows) for one, windows in met]
    context = {
        "environment": row,
        "week": facilities.week_of(row),
        "closures": closures,
        "rigs": facilities.rigs([row]),
        "manages": manages,
        "entries": [(HAPPENED[one.verb], one) for one in timeline(*subject_of(row)[:2])] if manages else [],
    }
    return render(request, "testing/environment.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def add_environment(request: PortalRequest) -> HttpResponse:
    may.manage_facilities(by=request.actor)
    form = EnvironmentForm(request.POST or None, initial={"is_shared": True, "places": 1})
    if done(form, lambda: verbs.add_environment(form.facts(), by=request.actor, at=request.at)):
        messages.success(request, f"{form.cleaned_data['name']} is added.")
        return redirect("testing:environments")
    return _form_page(request, form, "Add an environment", "Add the environment")


@require_http_methods(["GET", "POST"])
@login_required
def edit_environment(request: PortalRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Environment, slug=slug)
    may.manage_facilities(by=request.actor)
    form = EnvironmentForm(request.POST or None, initial=EnvironmentForm.answers_of(row))
    act = partial(verbs.edit_environment, row, by=request.actor, at=request.at)
    if done(form, lambda: act(form.facts(), seen=form.cleaned_data["seen"])):
        messages.success(request, f"{form.cleaned_data['name']} is changed. Windows booked before stay as they are.")
        return redirect("testing:environment", slug)
    return _form_page(request, form, f"Change {row}", "Save", environment=row)


@require_http_methods(["GET", "POST"])
@login_required
def close_environment(request: PortalRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Environment, slug=slug)
    may.manage_facilities(by=request.actor)
    form = ClosureForm(request.POST or None)
    act = partial(verbs.close_environment, row, by=request.actor, at=request.at)
    if done(form, lambda: act(**form.cleaned_data)):
        met = facilities.met_by(row, form.cleaned_data["start"], form.cleaned_data["end"])
        told = (
            f"Told: {', '.join(str(one) for one in met)}. Move or cancel them." if met else "No window is booked then."
        )
        messages.success(request, f"The closure of {row} is entered. {told}")
        return redirect("testing:environment", slug)
    return _form_page(request, form, f"Close {row} for a time", "Enter the closure", environment=row)


@require_POST
@login_required
def lift_closure(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Closure, pk=pk)
    form = VersionedForm(request.POST)
    form.is_valid()
    verbs.lift_closure(row, by=request.actor, at=request.at, seen=form.cleaned_data.get("seen"))
    messages.success(request, f"The {row} is lifted.")
    return redirect("testing:environment", row.environment.slug)


@require_http_methods(["GET", "POST"])
@login_required
def add_rig(request: PortalRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Environment, slug=slug)
    may.manage_facilities(by=request.actor)
    form = RigForm(request.POST or None)
    if done(form, lambda: verbs.add_rig(row, form.facts(), by=request.actor, at=request.at)):
        messages.success(request, f"{form.cleaned_data['name']} is added.")
        return redirect("testing:environment", slug)
    return _form_page(request, form, f"Add a rig to {row}", "Add the rig", environment=row)


@require_http_methods(["GET", "POST"])
@login_required
def edit_rig(request: PortalRequest, pk: int) -> HttpResponse:
    rig = get_object_or_404(Rig.objects.select_related("environment"), pk=pk)
    may.manage_facilities(by=request.actor)
    form = RigForm(request.POST or None, initial=RigForm.answers_of(rig))
    act = partial(verbs.edit_rig, rig, by=request.actor, at=request.at)
    if done(form, lambda: act(form.facts(), seen=form.cleaned_data["seen"])):
        messages.success(request, f"{form.cleaned_data['name']} is changed. Windows booked before stay as they are.")
        return redirect("testing:environment", rig.environment.slug)
    return _form_page(request, form, f"Change {rig}", "Save", environment=rig.environment)
