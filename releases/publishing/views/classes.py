"""The table of urgency classes: open to everybody; kept by DCC and administrators."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from portal.workflow.http import PortalRequest
from releases.publishing import may, verbs
from releases.publishing.class_forms import ClassForm
from releases.publishing.classes import current_class, tables
from releases.publishing.models import UrgencyClass
from releases.publishing.views.common import done, page
from releases.publishing.working import day_words


@require_safe
def classes(request: PortalRequest) -> HttpResponse:
    return page(request, "classes", tables=tables(request.at), kept=may.keep_class.why_not(by=request.actor) is None)


@login_required
def add_class(request: PortalRequest, name: str) -> HttpResponse:
    """Add a version of a class from a later day on; the form begins with the version in force."""
    may.keep_class(by=request.actor)
    if name not in UrgencyClass.Name.values:
        raise Http404
    present = current_class(name, request.at)
    form = ClassForm(request.POST or None, initial=ClassForm.answers_of(present))
    act = partial(verbs.add_class, by=request.actor, at=request.at)
    if done(form, lambda: act(form.facts(), why=form.cleaned_data["why"])):
        first_day = day_words(form.cleaned_data["effective_from"])
        messages.success(request, f"The new version of {present} stands from {first_day} on.")
        return redirect("classes:classes")
    return page(request, "add_class", form=form, present=present)
