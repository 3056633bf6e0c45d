"""Pages of the voting rules: how votes are counted, by which version, and a new version."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from releases.ballots import may, rulesets, verbs
from releases.ballots.defaults import stored_rules_at
from releases.ballots.models import RuleSet
from releases.ballots.rule_forms import RulesForm
from releases.ballots.versions import told, versions
from releases.publishing.working import day_words


@require_safe
def rules(request: PortalRequest) -> HttpResponse:
    """Show the rules in force, and every version."""
    return _rules(request, stored_rules_at(request.at))


@require_safe
def rule_set(request: PortalRequest, number: int) -> HttpResponse:
    """Show one version of the rules."""
    return _rules(request, get_object_or_404(RuleSet, number=number))


def _rules(request: PortalRequest, stored: RuleSet) -> HttpResponse:
    context = {
        "stored": stored,
        "told": told(rulesets.parse(stored.rules)),
        "versions": versions(request.at),
        "keeps": may.keep_rules.why_not(by=request.actor) is None,
    }
    return render(request, "ballots/rules.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def add_rules(request: PortalRequest) -> HttpResponse:
    """Add a version of the rules; what is typed can be read in words and examples before."""
    may.keep_rules(by=request.actor)
    present = stored_rules_at(request.at)
    form = RulesForm(request.POST or None, present=present)
    if form.is_valid() and "check" not in request.POST and (made := _added(request, form)):
        first_day = day_words(made.effective_from)
        messages.success(request, f"Version {made.number} stands from {first_day} on. The committees have been told.")
        return redirect("ballots:rule_set", made.number)
    shown = told(rulesets.parse(form.rules())) if form.is_bound and not form.errors else None
    status = 400 if form.errors else 200
    return render(request, "ballots/add_rules.html", {"form": form, "present": present, "told": shown}, status=status)


def _added(request: PortalRequest, form: RulesForm) -> RuleSet | None:
    try:
        return verbs.add_rule_set(form.facts(), by=request.actor, at=request.at, why=form.cleaned_data["why"])
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None
