"""The casting vote: paper, check, receipt, as an ordinary vote has them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from portal.pages.forms import status_of
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import can, hashes, may, queries, verbs
from releases.ballots.models import Ballot, CastingVote
from releases.ballots.options import option_effects
from releases.ballots.roll import roll_of
from releases.ballots.views.secret import secret
from releases.ballots.views.steps import posted
from releases.ballots.voting_forms import CastingVoteForm


@secret
def casting_vote(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the paper of the casting vote: one of two options, with reasons; with answers, the check page."""
    row = _ballot(request, reference)
    _tied(row, request)
    form = CastingVoteForm(posted(request), ballot=row)
    page = "check_casting_vote" if form.is_valid() and "change" not in request.POST else "casting_vote"
    return _casting_paper(request, row, form, page)


@secret
def give_casting_vote(request: PortalRequest, reference: str) -> HttpResponse:
    """Settle the tie with the checked casting vote and go to its receipt."""
    row = _ballot(request, reference)
    if request.method == "GET":
        return redirect("ballots:casting_vote", reference)
    _tied(row, request)
    form = CastingVoteForm(request.POST, ballot=row)
    if form.is_valid():
        try:
            verbs.casting_vote(row, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("ballots:casting_receipt", reference)
    return _casting_paper(request, row, form, "casting_vote")


@sensitive_variables("form", "context", "effects")
def _casting_paper(request: PortalRequest, row: Ballot, form: CastingVoteForm, page: str) -> HttpResponse:
    shown = [form.cleaned_data["choice"]] if page == "check_casting_vote" else form.between
    effects = [one for one in option_effects(row, queries.heard(row), request.at) if one.option in shown]
    context = {"ballot": row, "form": form, "options": effects}
    return render(request, f"ballots/{page}.html", context, status=status_of(form))


@never_cache
@require_safe
@login_required
def casting_receipt(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the receipt of the casting vote to whoever gave it."""
    row = _ballot(request, reference)
    may.casting_vote(roll_of(row), by=request.actor)
    given = CastingVote.objects.filter(ballot=row).first()
    if given is None:
        return redirect("ballots:ballot", reference)
    determination = queries.determinations(request.actor).filter(ballot=row).first()
    context = {"ballot": row, "vote": given, "receipt": hashes.casting_receipt(given), "determination": determination}
    return render(request, "ballots/casting_receipt.html", context)


def _tied(row: Ballot, request: PortalRequest) -> None:
    may.casting_vote(roll_of(row), by=request.actor)
    can.casting_vote(row, at=request.at)


def _ballot(request: PortalRequest, reference: str) -> Ballot:
    rows = queries.ballots(request.actor).select_related("release", "committee")
    return get_object_or_404(rows, reference=reference)
