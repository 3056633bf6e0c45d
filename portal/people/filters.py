"""Pages of saved filters: naming one, using it, forgetting it. A filter is an address, so it can also be sent on."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.pages.contributions import ListPage, collect
from portal.pages.forms import GovForm
from portal.people import queries, verbs
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest


class KeepForm(GovForm):
    """The name of a filter, and what it keeps."""

    page = forms.ChoiceField(widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
    name = forms.CharField(max_length=60, label="Name of the filter", help_text="Only you see it.")

    def __init__(self, *args: Any, pages: list[ListPage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("page", [(one.name, one.title) for one in pages])


def pages(actor: Actor) -> list[ListPage]:
    """Return the lists whose filters this actor may keep."""
    return collect("lists", actor)


@require_http_methods(["GET", "POST"])
@login_required
def keep_filter(request: PortalRequest) -> HttpResponse:
    """Name the filter of the list a person comes from, which is the address's ``list`` beside the filter's own."""
    offered = pages(request.actor)
    rest = request.GET.copy()
    asked = {"page": "".join(rest.pop("list", [])[:1]), "query": rest.urlencode()[:4000]}
    form = KeepForm(request.POST or None, pages=offered, initial=asked)
    if form.is_valid():
        try:
            row = verbs.keep_filter(**form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"The filter “{row.name}” is saved.")
            return redirect(row.url)
    return render(request, "people/keep_filter.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
@login_required
def forget_filter(request: PortalRequest, pk: int) -> HttpResponse:
    """Forget one of the person's own filters and go back to its list."""
    row = get_object_or_404(queries.saved_filters(request.actor), pk=pk)
    verbs.forget_filter(row, by=request.actor)
    messages.success(request, f"The filter “{row.name}” is forgotten.")
    return redirect(row.page)
