"""The ballot paper: vote, check, receipt. Between its pages a choice lives only in the voter's own browser."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import can, may, queries, verbs
from releases.ballots.models import Ballot, Vote
from releases.ballots.options import option_effects
from releases.ballots.roll import roll_of
from releases.ballots.views.secret import secret
from releases.ballots.views.steps import posted
from releases.ballots.voting_forms import VoteForm, in_words


@secret
def vote(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the paper; with answers, the check page. Nothing is cast here and nothing is kept."""
    row = _ballot(request, reference)
    roll = roll_of(row)
    may.cast(roll, by=request.actor)
    can.cast(row, roll, roll.own(request.actor), at=request.at)
    last = _last(row, request)
    initial = {"seen": last.sequence if last else 0}
    form = VoteForm(posted(request), ballot=row, initial=initial)
    if form.is_valid() and "change" not in request.POST:
        alone = roll.is_alone(roll.own(request.actor))
        return render(request, "ballots/check.html", {"ballot": row, "form": form, "last": last, "alone": alone})
    return _paper(request, row, form, last)


@secret
def cast(request: PortalRequest, reference: str) -> HttpResponse:
    """Cast the checked vote and go to its receipt; who comes back from the password page begins with the paper."""
    row = _ballot(request, reference)
    if request.method == "GET":
        return redirect("ballots:vote", reference)
    form = VoteForm(request.POST, ballot=row)
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            verbs.cast(row, paper=form.paper(), by=request.actor, at=request.at, seen=seen)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("ballots:receipt", reference)
    return _paper(request, row, form, _last(row, request))


@sensitive_variables("form", "context")
def _paper(request: PortalRequest, row: Ballot, form: VoteForm, last: Vote | None) -> HttpResponse:
    effects = option_effects(row, queries.heard(row), request.at)
    context = {"ballot": row, "form": form, "last": last, "options": effects}
    return render(request, "ballots/vote.html", context, status=status_of(form))


@never_cache
@require_safe
@login_required
def receipt(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the receipt of the voter's last cast: that it was received, never what it says."""
    row = _ballot(request, reference)
    may.declare(roll_of(row), by=request.actor)
    last = _last(row, request)
    if last is None:
        return redirect("ballots:ballot", reference)
    return render(request, "ballots/receipt.html", {"ballot": row, "vote": last})


@secret
def read_own_vote(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the voter's own last cast to the voter alone, each time it is asked for by the button."""
    row = _ballot(request, reference)
    if request.method == "GET":
        return redirect("ballots:receipt", reference)
    last, answers = verbs.read_own_vote(row, by=request.actor, at=request.at)
    context = {"ballot": row, "vote": last, "answers": in_words(answers)}
    return render(request, "ballots/own_vote.html", context)


def _ballot(request: PortalRequest, reference: str) -> Ballot:
    rows = queries.ballots(request.actor).select_related("release", "committee")
    return get_object_or_404(rows, reference=reference)


def _last(ballot: Ballot, request: PortalRequest) -> Vote | None:
    """The person's last cast, without what it says."""
    casts = Vote.objects.filter(entitlement__ballot=ballot, entitlement__user=request.actor.user_id)
    return casts.defer("sealed").order_by("-sequence").first()
