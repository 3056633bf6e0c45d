"""Serving notice and keeping proof of it."""

from datetime import datetime
from typing import cast

from django.db import transaction

from portal.delivery.models import Delivery
from portal.delivery.outbox import tell
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move, note
from releases.publishing import can, may, messages, scope
from releases.publishing.classes import current_class
from releases.publishing.models import Classification, Notice, NoticeService, Release
from releases.publishing.queries import notice_in_force
from releases.publishing.readiness import release_timetable
from releases.publishing.service import NOTICE
from releases.publishing.states import IN_SERVICE_OF_NOTICE, ReleaseState
from releases.publishing.working import Timetable

DATES = ("earliest_deployment_at", "earliest_activation_at", "tests_until", "objections_until")


@transaction.atomic
def announce(release: Release, *, by: Actor, at: datetime, seen: int | None = None) -> Release:
    """Serve notice of the release on every supplier, other DCC User and RSA; publish its notes; freeze its class.

    Computes and stores the earliest dates with their working. Raises NotNow naming everything that is lacking.
    """
    release = lock(release, seen=seen)
    may.announce(release, by=by)
    can.announce(release, at=at)
    found = release_timetable(release, at=at)
    notice = _issue(release, found, at=at)
    to = tuple(scope.recipients(release))
    scope.keep_shares(notice, to)
    release.notes.filter(pk=release.notes.latest("number").pk).update(published_at=at)
    release.urgency_class = current_class(release.urgency_class.name, at)
    release.class_terms = release.urgency_class.terms.as_snapshot()
    release.announced_at = at
    _store(release, found)
    fields = ("urgency_class", "class_terms", "announced_at", *DATES)
    move(release, to=ReleaseState.NOTIFIED, by=by, at=at, verb="announce", fields=fields)
    tell(messages.NoticeServed(release, notice, to), at=at)
    return release


def _issue(release: Release, found: Timetable, *, at: datetime) -> Notice:
    return Notice.objects.create(
        release=release,
        number=release.notices.count() + 1,
        issued_at=at,
        deployment_at=cast(datetime, release.planned_deployment_at),  # the rule has asked for both dates
        activation_at=cast(datetime, release.planned_activation_at),
        working=[{"about": line.about, "because": line.because} for line in found.working],
    )


def _store(release: Release, found: Timetable) -> None:
    release.earliest_deployment_at = found.earliest_deployment
    release.earliest_activation_at = found.earliest_activation
    release.tests_until = found.user_test_ends
    release.objections_until = found.objections_end


def record_services(*, by: Actor, at: datetime) -> int:
    """Write the proof of service for every delivery of a notice in force that succeeded; return how many.

    Rule: the first successful service starts a recipient's clock: mail accepted, or read in the inbox (Notice).
    Safe to run twice and at once: an organisation is served once by constraint.
    """
    current = dict(Notice.objects.filter(voided_at=None).values_list("pk", "pk"))
    deliveries = Delivery.objects.filter(
        message__kind=messages.NoticeServed.kind,
        message__reference_kind=NOTICE,
        message__reference_id__in=current,
        organisation_id__isnull=False,
    ).exclude(sent_at=None, read_at=None)
    proven = set(NoticeService.objects.filter(notice__in=current).values_list("notice_id", "organisation_id"))
    rows = [
        _proof(delivery, by)
        for delivery in deliveries.select_related("message")
        if (delivery.message.reference_id, delivery.organisation_id) not in proven
    ]
    return len(NoticeService.objects.bulk_create(rows, ignore_conflicts=True))


def _proof(delivery: Delivery, by: Actor) -> NoticeService:
    times = [
        (moment, means)
        for moment, means in (
            (delivery.sent_at, NoticeService.Means.MAIL),
            (delivery.read_at, NoticeService.Means.INBOX),
        )
        if moment is not None
    ]
    served_at, means = min(times)
    return NoticeService(
        notice_id=cast(int, delivery.message.reference_id),
        organisation_id=cast(int, delivery.organisation_id),
        served_at=served_at,
        means=means,
        recorded_by_name=by.name,
    )


@transaction.atomic
def serve_by_other_means(
    release: Release, organisation: Organisation, *, why: str, by: Actor, at: datetime, seen: int | None = None
) -> NoticeService:
    """Record that DCC served the notice on an organisation by letter, courier or otherwise, with the reason."""
    release = lock(release, seen=seen)
    may.serve_by_other_means(release, by=by)
    notice = in_force(release)
    can.serve_by_other_means(release, notice=notice, organisation=organisation)
    if not why.strip():
        raise Invalid("Say how the notice was served.", {"why": ["Say how and when the notice was served."]})
    if not scope.recipients(release).filter(pk=organisation.pk).exists():
        raise Invalid(f"{organisation} is not among those to be served.")
    service = NoticeService.objects.create(
        notice=notice,
        organisation=organisation,
        served_at=at,
        means=NoticeService.Means.OTHER,
        reason=why,
        recorded_by_name=by.name,
    )
    note(release, by=by, at=at, verb="serve_by_other_means", why=why, data={"organisation": organisation.pk})
    return service


def in_force(release: Release) -> Notice:
    """Return the notice in force. Raises NotNow where there is none or the release has ended."""
    notice = notice_in_force(release)
    can.serve(release, notice=notice)
    return cast(Notice, notice)  # the rule has asked for one


@transaction.atomic
def serve_newcomer(release: Release, organisation: Organisation, *, by: Actor, at: datetime) -> Notice:
    """Serve the notice in force on an organisation that became a recipient later, such as a gaining supplier.

    Rule: a gaining supplier is served at once and its hubs wait their days (Notice). Does nothing for an
    organisation that was served or told already.
    """
    release = lock(release)
    may.serve_newcomer(release, by=by)
    notice = in_force(release)
    told = Delivery.objects.filter(
        message__kind=messages.NoticeServed.kind,
        message__reference_kind=NOTICE,
        message__reference_id=notice.pk,
        organisation_id=organisation.pk,
    )
    if told.exists() or notice.services.filter(organisation=organisation).exists():
        return notice
    if release.classification == Classification.AMBER:
        release.readers.add(organisation)  # who is served must be able to read it
    note(release, by=by, at=at, verb="serve_newcomer", data={"organisation": organisation.pk})
    scope.keep_shares(notice, [organisation])
    tell(messages.NoticeServed(release, notice, (organisation,)), at=at)
    return notice


def serve_newcomers(*, by: Actor, at: datetime) -> int:
    """Serve every organisation that became a recipient since its release was announced; return how many."""
    served = 0
    for release in Release.objects.filter(notices__voided_at=None, state__in=_STILL_SERVED).distinct():
        notice = in_force(release)
        told = Delivery.objects.filter(
            message__kind=messages.NoticeServed.kind,
            message__reference_kind=NOTICE,
            message__reference_id=notice.pk,
        )
        lacking = scope.recipients(release).exclude(pk__in=told.values("organisation_id"))
        for organisation in lacking.exclude(pk__in=notice.services.values("organisation")):
            serve_newcomer(release, organisation, by=by, at=at)
            served += 1
    return served


_STILL_SERVED = (*IN_SERVICE_OF_NOTICE, ReleaseState.ACTIVE, ReleaseState.HALTED)
