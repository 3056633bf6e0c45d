"""Proof of service: the table of recipients, its CSV, reminders, the certificate."""

from defusedcsv import csv
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from portal.journal.writing import record
from portal.pages.documents import pdf
from portal.pages.forms import VersionedForm
from portal.workflow.errors import NotNow
from portal.workflow.http import PortalRequest
from portal.workflow.transitions import subject_of
from releases.publishing import can, may, queries, verbs
from releases.publishing.certificate import Certificate, certify, document
from releases.publishing.models import Notice, Release
from releases.publishing.service import Recipient, chosen, service_table
from releases.publishing.service_forms import ServiceFilterForm
from releases.publishing.views.common import page, visible

CSV_HEAD = (
    "organisation",
    "kind",
    "homes",
    "state",
    "queued_at",
    "attempts",
    "sent_at",
    "failure",
    "read_at",
    "served_at",
    "means",
    "reason",
    "acknowledged_at",
    "test_days_needed",
    "remark",
    "reminders",
    "last_reminded_at",
)


def _notice(request: PortalRequest, reference: str) -> tuple[Release, Notice]:
    release = visible(request, reference)
    may.read_service(release, by=request.actor)
    notice = queries.notice_in_force(release)
    if notice is None:
        raise NotNow("No notice of this release is in force.")
    return release, notice


def _filtered(form: ServiceFilterForm, notice: Notice) -> list[Recipient]:
    return chosen(service_table(notice), form.cleaned_data if form.is_valid() else {})


@require_safe
@login_required
def service(request: PortalRequest, reference: str) -> HttpResponse:
    release, notice = _notice(request, reference)
    form = ServiceFilterForm(request.GET)
    everybody = service_table(notice)
    return page(
        request,
        "service",
        release=release,
        notice=notice,
        filters=form,
        rows=chosen(everybody, form.cleaned_data if form.is_valid() else {}),
        count=len(everybody),
        served=sum(row.service is not None for row in everybody),
        failed=sum(row.state == "failed" for row in everybody),
        answers=queries.acknowledgements(notice),
        no_reminder=can.remind.why_not(release, notice=notice, at=request.at),
    )


@require_safe
@login_required
def service_csv(request: PortalRequest, reference: str) -> HttpResponse:
    """Return the filtered table as CSV; the export is journalled."""
    release, notice = _notice(request, reference)
    rows = _filtered(ServiceFilterForm(request.GET), notice)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{reference}-service.csv"'
    writer = csv.writer(answer)
    writer.writerow(CSV_HEAD)
    writer.writerows(_line(row) for row in rows)
    record(by=request.actor, verb="export_service", subject=subject_of(release), at=request.at)
    return answer


def _line(row: Recipient) -> list[object]:
    delivery, served, answer = row.delivery, row.service, row.acknowledgement
    moments = (delivery.message.at if delivery else None, delivery.sent_at if delivery else None)
    return [
        row.organisation.name,
        row.organisation.get_kind_display(),
        row.homes,
        row.state,
        moments[0],
        delivery.attempts if delivery else "",
        moments[1],
        delivery.failure if delivery else "",
        delivery.read_at if delivery else "",
        served.served_at if served else "",
        served.means if served else "",
        served.reason if served else "",
        answer.at if answer else "",
        answer.test_days_needed if answer else "",
        answer.remark if answer else "",
        row.reminders,
        row.reminded_at,
    ]


@require_POST
@login_required
def remind(request: PortalRequest, reference: str) -> HttpResponse:
    release = visible(request, reference)
    form = VersionedForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else None
    count = verbs.remind(release, by=request.actor, at=request.at, seen=seen)
    messages.success(request, f"{count} recipient{'' if count == 1 else 's'} reminded. No clock restarts.")
    return redirect("publishing:service", reference)


def _certificate(request: PortalRequest, reference: str, number: int) -> Certificate:
    release = visible(request, reference)
    may.read_service(release, by=request.actor)
    notice = get_object_or_404(release.notices.select_related("release"), number=number)
    return certify(notice, request.at)


@require_safe
@login_required
def certificate(request: PortalRequest, reference: str, number: int) -> HttpResponse:
    found = _certificate(request, reference, number)
    return page(request, "certificate", certificate=found, notice=found.notice, release=found.notice.release)


@require_safe
@login_required
def certificate_pdf(request: PortalRequest, reference: str, number: int) -> HttpResponse:
    found = _certificate(request, reference, number)
    answer = HttpResponse(pdf(document(found)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{reference}-notice-{number}-service.pdf"'
    return answer
