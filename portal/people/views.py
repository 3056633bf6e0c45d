"""Pages about people: own organisation, own account, committees."""

from datetime import datetime, time
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.journal.queries import acts_of
from portal.pages.contributions import collect
from portal.pages.forms import status_of
from portal.people import can, may, queries, verbs
from portal.people.forms import (
    AppointForm,
    CommitteeForm,
    DayForm,
    InviteForm,
    PlacesForm,
    ReasonForm,
    SeatForm,
    TokenForm,
)
from portal.people.middleware import ACTING_FOR
from portal.people.models import Committee, Organisation, Seat, User
from portal.people.proof import freshly_proved
from portal.workflow.errors import Invalid
from portal.workflow.http import PortalRequest
from portal.working_days import LONDON, end_of

NOON = time(12)  # a seat that begins or ends on a day is looked for in the middle of it


@require_safe
@login_required
def organisation(request: PortalRequest) -> HttpResponse:
    own = _own(request)
    actor, at = request.actor, request.at
    appointments = queries.appointments(actor)
    context = {
        "organisation": own,
        "members": queries.members(own, at),
        "appointments": [row for row in appointments if row.ends_at is None or row.ends_at > at],
        "past_appointments": [row for row in appointments if row.ends_at is not None and row.ends_at <= at],
        "no_invite": may.invite.why_not(own, by=actor),
        "no_appoint": may.appoint_rsa.why_not(own, by=actor),
        "links": collect("organisation_links", actor),
    }
    return render(request, "people/organisation.html", context)


def _own(request: PortalRequest) -> Organisation:
    return get_object_or_404(queries.own_organisation(request.actor))


@login_required
def invite(request: PortalRequest) -> HttpResponse:
    own = _own(request)
    may.invite(own, by=request.actor)
    form = InviteForm(request.POST or None, organisation=own)
    if form.is_valid():
        try:
            verbs.invite(own, **form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"An invitation is on its way to {form.cleaned_data['email']}.")
            return redirect("people:organisation")
    return render(request, "people/invite.html", {"form": form, "organisation": own}, status=status_of(form))


@require_POST
@login_required
def end_membership(request: PortalRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(queries.manageable_memberships(request.actor), pk=pk)
    verbs.end_membership(membership, by=request.actor, at=request.at, **_reason(request))
    messages.success(request, f"{membership.user} is no longer {membership.get_role_display()}.")
    return redirect("people:organisation")


def _reason(request: PortalRequest) -> dict[str, Any]:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise Invalid("The form could not be read: go back, open the page again and repeat.")
    return {"why": form.cleaned_data["why"], "seen": form.cleaned_data["seen"]}


@login_required
def appoint_rsa(request: PortalRequest) -> HttpResponse:
    own = _own(request)
    may.appoint_rsa(own, by=request.actor)
    form = AppointForm(request.POST or None, supplier=own, at=request.at)
    if form.is_valid():
        appointment = verbs.appoint_rsa(own, form.cleaned_data["rsa"], by=request.actor, at=request.at)
        messages.success(request, f"{appointment.rsa} now acts for {own}.")
        return redirect("people:organisation")
    return render(request, "people/appoint_rsa.html", {"form": form, "organisation": own}, status=status_of(form))


@require_POST
@login_required
def end_appointment(request: PortalRequest, pk: int) -> HttpResponse:
    appointment = get_object_or_404(queries.appointments(request.actor), pk=pk)
    verbs.end_appointment(appointment, by=request.actor, at=request.at, **_reason(request))
    messages.success(request, f"{appointment.rsa} no longer acts for {appointment.supplier}.")
    return redirect("people:organisation")


@require_safe
@login_required
def committees(request: PortalRequest) -> HttpResponse:
    context = {
        "committees": queries.with_chairs(request.actor, request.at),
        "no_create": may.manage_committees.why_not(by=request.actor),
    }
    return render(request, "people/committees.html", context)


@login_required
def create_committee(request: PortalRequest) -> HttpResponse:
    may.manage_committees(by=request.actor)
    form = CommitteeForm(request.POST or None)
    if form.is_valid():
        try:
            created = verbs.create_committee(**form.cleaned_data, by=request.actor, at=request.at)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("people:committee", created.slug)
    return render(request, "people/create_committee.html", {"form": form}, status=status_of(form))


@require_safe
@login_required
def committee(request: PortalRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(queries.committees(request.actor), slug=slug)
    form = DayForm(request.GET or None)
    day = form.cleaned_data["on"] if form.is_valid() else None
    at = datetime.combine(day, NOON, tzinfo=LONDON) if day else request.at
    seats = list(queries.sitting(shown, at))
    context = {
        "committee": shown,
        "form": form,
        "day": day,
        "seats": seats,
        "places": queries.places(shown, seats),
        "no_seat": may.manage_committees.why_not(by=request.actor),
    }
    return render(request, "people/committee.html", context, status=status_of(form))


@login_required
def set_places(request: PortalRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(queries.committees(request.actor), slug=slug)
    may.manage_committees(by=request.actor)
    form = PlacesForm(request.POST or None, committee=shown)
    if form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("seen", "why")}
        verbs.set_places(shown, form.places(), **answers, by=request.actor, at=request.at)
        messages.success(request, "The places are set.")
        return redirect("people:committee", shown.slug)
    return render(request, "people/set_places.html", {"form": form, "committee": shown}, status=status_of(form))


@login_required
def seat_member(request: PortalRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(queries.committees(request.actor), slug=slug)
    may.manage_committees(by=request.actor)
    form = SeatForm(request.POST or None, committee=shown, at=request.at)
    if form.is_valid() and _seat(request, shown, form):
        return redirect("people:committee", shown.slug)
    return render(request, "people/seat_member.html", {"form": form, "committee": shown}, status=status_of(form))


def _seat(request: PortalRequest, shown: Committee, form: SeatForm) -> bool:
    answers = dict(form.cleaned_data)
    user: User = answers.pop("email")
    last_day = answers.pop("ends_on")
    ends_at = end_of(last_day) if last_day else None
    try:
        verbs.seat_member(shown, user, **answers, ends_at=ends_at, by=request.actor, at=request.at)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return False
    messages.success(request, f"{user} now sits on the {shown}.")
    return True


@require_http_methods(["GET", "POST"])
@login_required
def end_seat(request: PortalRequest, pk: int) -> HttpResponse:
    """Say what ending a seat does, and end it."""
    seats = Seat.objects.filter(committee__in=queries.committees(request.actor)).select_related("user", "committee")
    seat = get_object_or_404(seats, pk=pk)
    if request.method == "GET":
        may.manage_committees(by=request.actor)
        can.end_seat(seat, at=request.at)
        alternates = Seat.objects.current(request.at).filter(alternate_for=seat).select_related("user")
        return render(request, "people/end_seat.html", {"seat": seat, "alternates": alternates})
    verbs.end_seat(seat, by=request.actor, at=request.at, **_reason(request))
    messages.success(request, f"{seat.user} no longer sits on the {seat.committee}.")
    return redirect("people:committee", seat.committee.slug)


@require_safe
@login_required
def account(request: PortalRequest) -> HttpResponse:
    user = _user(request)
    context = {
        "organisations": queries.organisations_of(user, request.at),
        "seats": queries.seats_of(user, request.at),
        "second_factor": is_mfa_enabled(user),
        "tokens": queries.tokens(request.actor),
        "no_token": _no_token(request),
        "log": Paginator(acts_of(user.pk), 25).get_page(request.GET.get("page")),
    }
    return render(request, "people/account.html", context)


def _user(request: PortalRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _no_token(request: PortalRequest) -> str | None:
    """Why this person makes no key at all: neither for the organisation acted for nor in a seat."""
    return may.create_token.why_not(queries.committees_sat_on(request.actor).first(), by=request.actor)


@never_cache
@login_required
@freshly_proved
def create_token(request: PortalRequest) -> HttpResponse:
    may.create_token(queries.committees_sat_on(request.actor).first(), by=request.actor)
    form = TokenForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        token, text = verbs.create_token(**form.cleaned_data, by=request.actor, at=request.at)
        return render(request, "people/token_created.html", {"token": token, "text": text})
    return render(request, "people/create_token.html", {"form": form}, status=status_of(form))


@require_POST
@login_required
def revoke_token(request: PortalRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(queries.tokens(request.actor), pk=pk)
    verbs.revoke_token(token, by=request.actor, at=request.at)
    messages.success(request, f"The key “{token.name}” is revoked.")
    return redirect("people:account")


@require_POST
@login_required
def act_for(request: PortalRequest) -> HttpResponse:
    number = request.POST.get("organisation", "")
    if not number.isdigit():
        raise Http404
    chosen = get_object_or_404(queries.organisations_of(_user(request), request.at), pk=int(number))
    request.session[ACTING_FOR] = chosen.pk
    messages.success(request, f"You now act for {chosen}.")
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/")
    return redirect(target if safe else "pages:home")
