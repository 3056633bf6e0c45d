"""The inbox, what is mailed to me, and the demonstration's mail."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.delivery import mail_files, queries, verbs
from portal.delivery.kinds import kinds
from portal.workflow.http import PortalRequest

SHOWN_MAILS = 200


@require_safe
@login_required
def inbox(request: PortalRequest) -> HttpResponse:
    deliveries = queries.inbox(request.actor)
    if request.GET.get("show") == "unread":
        deliveries = deliveries.filter(read_at=None)
    context = {
        "deliveries": Paginator(deliveries, 50).get_page(request.GET.get("page")),
        "unread": queries.unread(request.actor).count(),
        "only_unread": request.GET.get("show") == "unread",
    }
    return render(request, "delivery/inbox.html", context)


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
    return render(request, "delivery/preferences.html", {"kinds": kinds(request.actor)})


@require_POST
@login_required
def prefer(request: PortalRequest) -> HttpResponse:
    wanted = set(request.POST.getlist("kinds"))
    for row in kinds(request.actor):
        if not row.statutory and row.by_mail != (row.kind in wanted):
            verbs.prefer(kind=row.kind, by_mail=row.kind in wanted, by=request.actor)
    messages.success(request, "Your choice is saved.")
    return redirect("delivery:preferences")


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
