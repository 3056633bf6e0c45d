"""Pages of ballots, rules and determinations."""

from operator import attrgetter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.pages.exports import Column, csv_of
from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import bundle, may, queries, verbs
from releases.ballots.forms import DraftForm, RulingForm
from releases.ballots.models import Ballot
from releases.ballots.roll import roll_of
from releases.ballots.steps import BALLOT_STEP, BALLOT_STEPS
from releases.ballots.views.steps import offers, posted, take
from releases.publishing.queries import visible_to

COLUMNS = (
    Column("Reference", attrgetter("reference")),
    Column("Release", attrgetter("release.reference")),
    Column("Committee", attrgetter("committee")),
    Column("Question", attrgetter("question")),
    Column("State", lambda row: row.called),
    Column("Opens", attrgetter("opens_at")),
    Column("Closes", attrgetter("closes_at")),
)


JOINED = ("release__urgency_class", "committee", "rule_set", "replaces", "follows__committee", "meeting")


def _listed(request: PortalRequest) -> QuerySet[Ballot]:
    return queries.ballots(request.actor).select_related("release", "committee", "determination").order_by("-pk")


@require_safe
@login_required
def ballots_csv(request: PortalRequest) -> HttpResponseBase:
    return csv_of(request, "ballots", _listed(request), COLUMNS)


@require_safe
@login_required
def ballots(request: PortalRequest) -> HttpResponse:
    page = Paginator(_listed(request), 50).get_page(request.GET.get("page"))
    return render(request, "ballots/ballots.html", {"page": page})


@require_safe
@login_required
def ballot(request: PortalRequest, reference: str) -> HttpResponse:
    row = _ballot(request, reference)
    shown = bundle.evidence(row, request.actor, request.at)
    asks_first = shown["own"] and not shown["declared"] and not shown["recused"]
    steps = [step for step in BALLOT_STEPS if step.name != "declare" or not asks_first]  # then it is said above
    context = {"ballot": row, "offers": offers(steps, row, request), **shown}
    return render(request, "ballots/ballot.html", context)


@require_safe
@login_required
def turnout(request: PortalRequest, reference: str) -> HttpResponse:
    row = _ballot(request, reference)
    return render(request, "ballots/turnout.html", {"ballot": row, "roll": bundle.roll(row, request.actor)})


@require_http_methods(["GET", "POST"])
@login_required
def ballot_step(request: PortalRequest, reference: str, name: str) -> HttpResponse:
    return take(request, _ballot(request, reference), BALLOT_STEP[name], "ballots:ballot")


@require_http_methods(["GET", "POST"])
@login_required
def rule_on_interest(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    row = _ballot(request, reference)
    member = get_object_or_404(row.roll, pk=pk)
    may.rule_on_interest(roll_of(row), member, by=request.actor)
    form = RulingForm(posted(request), row=row, actor=request.actor, at=request.at)
    if form.is_valid():
        try:
            verbs.rule_on_interest(member, **form.facts(), by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"The ruling on {member.name} is on the page.")
            return redirect("ballots:ballot", reference)
    return render(
        request,
        "ballots/ruling.html",
        {"ballot": row, "member": member, "form": form},
        status=status_of(form),
    )


@require_http_methods(["GET", "POST"])
@login_required
def draft(request: PortalRequest, reference: str) -> HttpResponse:
    release = get_object_or_404(visible_to(request.actor), reference=reference)
    may.draft(by=request.actor)
    form = DraftForm(posted(request), release=release)
    if form.is_valid():
        answers = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        try:
            made = verbs.draft(release, **answers, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"Ballot {made.reference} is drafted. Give notice of it next.")
            return redirect("ballots:ballot", made.reference)
    return render(request, "ballots/draft.html", {"release": release, "form": form}, status=status_of(form))


def _ballot(request: PortalRequest, reference: str) -> Ballot:
    rows = queries.ballots(request.actor).select_related(
        "release__urgency_class", "committee", "rule_set", "replaces", "meeting", "determination"
    )
    return get_object_or_404(rows, reference=reference)
