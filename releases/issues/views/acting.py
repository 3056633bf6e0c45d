"""Acting on issues: raising, answering, commenting, confirming, holding."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.pages.forms import GovForm
from portal.workflow.errors import Invalid, NotAllowed, Refusal
from portal.workflow.http import PortalRequest
from portal.workflow.middleware import journal_refusal
from releases.holds.models import Hold
from releases.holds.queries import effect_of_placing, reach, touched
from releases.issues import can, may, queries, verbs
from releases.issues.acts import ACTS
from releases.issues.forms import (
    CommentForm,
    CorrectForm,
    DuplicateForm,
    HoldForm,
    IncidentForm,
    RaiseForm,
    ReproducedForm,
    WhyForm,
)
from releases.issues.likeness import alike
from releases.issues.models import Issue
from releases.issues.views.reading import Refused, issue_page, visible, visible_release
from releases.products.cohorts import Cohort
from releases.publishing.models import Release


def _page(request: PortalRequest, name: str, form: GovForm, **context: object) -> HttpResponse:
    status = 400 if form.is_bound and form.errors else 200
    return render(request, f"issues/{name}.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def raise_issue(request: PortalRequest, release: str) -> HttpResponse:
    row = visible_release(request, release)
    _raisers_only(request)
    can.raise_issue(row)
    form = RaiseForm(request.POST or None, request.FILES or None, release=row, actor=request.actor)
    valid, counting = form.is_valid(), "count" in request.POST
    if valid and not counting and (raised := _raised(request, row, form)):
        messages.success(request, f"{raised.reference} is raised. DCC has been told.")
        return redirect("issues:issue", raised.reference)
    counted = reach(form.cohort(), row) if form.is_bound else None
    known = alike(form.words(), form.cohort(), request.actor) if form.is_bound else []
    return _page(request, "raise_issue", form, release=row, reach=counted, alike=known)


def _raisers_only(request: PortalRequest) -> None:
    """Refuse whoever can raise an issue for nobody, before the form is shown."""
    organisations = list(queries.raising_for(request.actor))
    if not organisations:
        raise NotAllowed("Only DCC Users, their agents, CSPs and DCC raise issues.")
    may.raise_issue(organisations[0], by=request.actor)


def _raised(request: PortalRequest, release: Release, form: RaiseForm) -> Issue | None:
    chosen = {name: form.cleaned_data[name] for name in ("organisation", "file")}
    try:
        return verbs.raise_issue(release, form.finding(), **chosen, by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None


@require_POST
@login_required
def act(request: PortalRequest, reference: str, name: str) -> HttpResponse:
    row = visible(request, reference)
    if name not in ACTS:
        raise Http404
    form = WhyForm(request.POST)
    if not form.is_valid():
        raise Invalid("The form could not be read: go back, open the page again and repeat.")
    answers = form.cleaned_data
    try:
        ACTS[name].verb(row, why=answers["why"], by=request.actor, at=request.at, seen=answers["seen"])
    except Refusal as refusal:
        return _refused(request, row, refusal, tried=name, typed=answers["why"])
    messages.success(request, ACTS[name].done)
    return redirect("issues:issue", row.reference)


def _refused(request: PortalRequest, row: Issue, refusal: Refusal, *, tried: str, typed: str) -> HttpResponse:
    """Return the issue as it now is, with why the act was refused and what was typed for it."""
    journal_refusal(request, refusal)
    return issue_page(request, visible(request, row.reference), Refused(tried, refusal, typed))


@require_POST
@login_required
def comment(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    form = CommentForm(request.POST, request.FILES)
    form.is_valid()
    answers = {name: form.cleaned_data.get(name, "") for name in ("audience", "text")}
    file = request.FILES.get("file")
    try:
        verbs.comment(row, **answers, file=file, by=request.actor, at=request.at)
    except Refusal as refusal:
        return _refused(request, row, refusal, tried="comment", typed=form.data.get("text", ""))
    messages.success(request, "Your comment is added.")
    return redirect("issues:issue", row.reference)


@require_POST
@login_required
def follow(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    verbs.follow(row, by=request.actor, at=request.at)
    messages.success(request, "You follow this issue: you are told what becomes of it.")
    return redirect("issues:issue", row.reference)


@require_POST
@login_required
def unfollow(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    verbs.unfollow(row, by=request.actor, at=request.at)
    messages.success(request, "You no longer follow this issue.")
    return redirect("issues:issue", row.reference)


@require_http_methods(["GET", "POST"])
@login_required
def link_incident(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    may.link_incident(row, by=request.actor)
    now = {"seen": row.version, "incident": row.incident, "incident_url": row.incident_url}
    form = IncidentForm(request.POST or None, initial=now)
    if form.is_valid():
        try:
            verbs.link_incident(row, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, "The incident number is kept.")
            return redirect("issues:issue", row.reference)
    return _page(request, "link_incident", form, issue=row)


@require_http_methods(["GET", "POST"])
@login_required
def correct(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    may.correct(row, by=request.actor)
    form = CorrectForm(request.POST or None, issue=row)
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("why", "seen")}
        try:
            verbs.correct(row, form.correction(), **chosen, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, "Corrected: whoever may know of it has been told.")
            return redirect("issues:issue", row.reference)
    counted = reach(form.cohort() if form.is_bound else Cohort.of(row), row.release)
    return _page(request, "correct", form, issue=row, reach=counted)


@require_http_methods(["GET", "POST"])
@login_required
def mark_duplicate(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    may.mark_duplicate(row, by=request.actor)
    form = DuplicateForm(request.POST or None, issue=row, actor=request.actor, initial={"seen": row.version})
    if form.is_valid():
        try:
            verbs.mark_duplicate(row, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, "Marked as a duplicate: the raiser has been told.")
            return redirect("issues:issue", row.reference)
    text = f"{row.title} {row.description}"
    known = alike(text, Cohort.of(row), request.actor, besides=row)
    return _page(request, "mark_duplicate", form, issue=row, alike=known)


@require_http_methods(["GET", "POST"])
@login_required
def confirm_reproduced(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    organisations = queries.confirming(row, request.actor)
    if not organisations:
        raise NotAllowed("Only a second supplier, its agent or the DCC test lab confirms that it was reproduced.")
    form = ReproducedForm(request.POST or None, organisations=organisations, initial={"seen": row.version})
    if form.is_valid():
        try:
            verbs.confirm_reproduced(row, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, "Recorded as reproduced.")
            return redirect("issues:issue", row.reference)
    return _page(request, "confirm_reproduced", form, issue=row)


@require_http_methods(["GET", "POST"])
@login_required
def hold_cohort(request: PortalRequest, reference: str) -> HttpResponse:
    row = visible(request, reference)
    may.hold_cohort(row, by=request.actor)
    form = HoldForm(request.POST or None, initial={"seen": row.version})
    stage = "both"
    if form.is_valid():
        stage = form.cleaned_data["stage"]
        if "preview" not in request.POST and (held := _held(request, row, form)):
            messages.success(request, f"{held} is in force.")
            return redirect("holds:hold", held.reference)
    effects = effect_of_placing(Cohort.of(row), stage, release=row.release, at=request.at)
    waves = touched(Cohort.of(row), stage, release=row.release, actor=request.actor, at=request.at)
    return _page(request, "hold_cohort", form, issue=row, effects=effects, waves=waves)


def _held(request: PortalRequest, row: Issue, form: HoldForm) -> Hold | None:
    try:
        return verbs.hold_cohort(row, **form.cleaned_data, by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return None
