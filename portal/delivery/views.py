"""The inbox, what is mailed to me, and the demonstration's mail."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.delivery import mail_files, queries, verbs
from portal.delivery import unsubscribe as signing
from portal.delivery.forms import InboxForm
from portal.delivery.kinds import kinds, title_of
from portal.delivery.models import Preference
from portal.workflow.actor import Actor
from portal.workflow.http import PortalRequest

SHOWN_MAILS = 200


@require_safe
@login_required
def inbox(request: PortalRequest) -> HttpResponse:
    form = InboxForm(request.GET)
    found = queries.listed(request.actor, form.chosen)
    counts = queries.counts(request.actor)
    context = {
        "filters": form,
        "deliveries": Paginator(found, 50).get_page(request.GET.get("page")),
        "counts": counts,
        "readable": counts["unread"] - counts["statutory"],
    }
    return render(request, "delivery/inbox.html", context)


@require_POST
@login_required
def read_all(request: PortalRequest) -> HttpResponse:
    count = verbs.read_all(by=request.actor, at=request.at)
    messages.success(request, f"{count} message{' is' if count == 1 else 's are'} marked as read.")
    return redirect("delivery:inbox")


@require_safe
@login_required
def message(request: PortalRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(queries.inbox(request.actor), pk=pk)
    return render(request, "delivery/message.html", {"delivery": delivery})


@require_POST
@login_required
def read(request: PortalRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(queries.inbox(request.actor), pk=pk)
    verbs.read(delivery, by=request.actor, at=request.at)
    return redirect("delivery:message", delivery.pk)


@require_safe
@login_required
def preferences(request: PortalRequest) -> HttpResponse:
    context = {"kinds": kinds(request.actor), "ways": Preference.How.choices}
    return render(request, "delivery/preferences.html", context)


@require_POST
@login_required
def prefer(request: PortalRequest) -> HttpResponse:
    for row in kinds(request.actor):
        how = request.POST.get(row.kind, row.how)
        if not row.statutory and how != row.how:
            verbs.prefer(kind=row.kind, how=how, by=request.actor, at=request.at)
    messages.success(request, "Your choice is saved.")
    return redirect("delivery:preferences")


@csrf_exempt  # mail programs post here without a cookie (RFC 8058); the signed address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: PortalRequest, signed: str) -> HttpResponse:
    """Stop mail of one kind to one person, by the link in such a mail; nobody needs to sign in."""
    named = signing.read(signed)
    if named is None:
        raise Http404
    user_id, kind = named
    if request.method == "POST":
        verbs.stop_mail(kind=kind, by=Actor(name="Link in a mail", user_id=user_id), at=request.at)
    context = {"title": title_of(kind), "done": request.method == "POST"}
    return render(request, "delivery/unsubscribe.html", context)


@require_safe
def demo_mails(request: PortalRequest) -> HttpResponse:
    _demonstration_only()
    return render(request, "delivery/demo_mails.html", {"mails": mail_files.newest(SHOWN_MAILS)})


@require_safe
def demo_mail(request: PortalRequest, name: str) -> HttpResponse:
    _demonstration_only()
    mail = mail_files.find(name)
    if mail is None:
        raise Http404
    return render(request, "delivery/demo_mail.html", {"mail": mail})


def _demonstration_only() -> None:
    if not settings.DEMO:
        raise Http404
