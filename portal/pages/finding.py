"""The search page: what an actor may read of everything the apps offer, for the public too."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.pages.contributions import collect
from portal.pages.forms import GovForm
from portal.pages.searching import LONGEST, SHORTEST, Results
from portal.workflow.actor import Actor
from portal.workflow.http import PortalRequest
from portal.workflow.limits import too_often

PAGE_SIZE = 20
A_MINUTE = 30


class SearchForm(GovForm):
    """The words sought, and the one kind to which they are narrowed, if any."""

    q = forms.CharField(
        min_length=SHORTEST,
        max_length=LONGEST,
        label="Words, a reference or a firmware version",
        help_text="Quotation marks keep words together; a minus sign leaves a word out.",
        error_messages={
            "required": "Type what you look for.",
            "min_length": f"Type at least {SHORTEST} characters.",
            "max_length": f"Type at most {LONGEST} characters.",
        },
    )
    kind = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


def results(actor: Actor, words: str, kind: str) -> Results:
    """Return what this actor may read that fits the words."""
    return Results(collect("searchable", actor), words, kind)


@require_safe
def search(request: PortalRequest) -> HttpResponse:
    """Show what was found, best first; without words, how to search."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context: dict[str, object] = {"form": form, "words": words}
    if words:
        refused = too_often(request, "search", most=A_MINUTE)
        if refused is not None:
            return refused
        kind = form.cleaned_data["kind"]
        found = results(request.actor, words, kind)
        page = found.page(request.GET.get("page"), PAGE_SIZE)
        context |= {"page": page, "rows": list(page), "kinds": sorted(found.kinds.items()), "kind": kind}
    return render(request, "pages/search.html", context, status=400 if form.errors else 200)
