"""Proof of service: what was sent to each recipient of a notice, when it counts as served, and the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from portal.delivery.models import Delivery
from portal.people.models import Organisation, OrganisationKind
from portal.working_days import london_day
from releases.publishing.models import Acknowledgement, Notice, NoticeService

NOTICE = "publishing.notice"
REMINDER = "publishing.reminder"
STATES = {
    "acknowledged": "Acknowledged",
    "served": "Served, not acknowledged",
    "queued": "Waiting to be sent",
    "failed": "Failed",
    "inbox_only": "In the inbox only, not read",
    "waiting": "Not sent",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of the service table; `homes` are those the notice told a supplier of, None for others."""

    organisation: Organisation
    delivery: Delivery | None
    service: NoticeService | None
    acknowledgement: Acknowledgement | None
    homes: int | None
    reminders: int
    reminded_at: datetime | None

    @property
    def state(self) -> str:
        """The furthest step reached: acknowledged, served, or the state of the delivery."""
        if self.acknowledgement is not None:
            return "acknowledged"
        if self.service is not None:
            return "served"
        return self.delivery.state if self.delivery is not None else "waiting"


def notice_deliveries(notice: Notice) -> QuerySet[Delivery]:
    """Return the deliveries of the notice itself, without its amendments and reminders."""
    return _deliveries(notice, NOTICE)


def _deliveries(notice: Notice, kind: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        message__reference_kind=NOTICE, message__reference_id=notice.pk, message__kind=kind
    ).select_related("message")


def service_table(notice: Notice) -> list[Recipient]:
    """Return a line for each organisation told of the notice, by name; six queries whatever their number."""
    deliveries = {row.organisation_id: row for row in notice_deliveries(notice).order_by("pk")}
    services = {row.organisation_id: row for row in notice.services.all()}
    answers = {row.organisation_id: row for row in notice.acknowledgements.select_related("by")}
    homes = homes_told(notice)
    reminders = _reminders(notice)
    numbers = {one for one in (*deliveries, *services, *answers) if one is not None}
    return [
        Recipient(
            one,
            deliveries.get(one.pk),
            services.get(one.pk),
            answers.get(one.pk),
            homes.get(one.pk, 0) if one.kind == OrganisationKind.SUPPLIER else None,
            *reminders.get(one.pk, (0, None)),
        )
        for one in Organisation.objects.filter(pk__in=numbers).order_by("name")
    ]


def homes_told(notice: Notice) -> dict[int, int]:
    """Return the homes each supplier was told of when it was served: supplier id -> homes."""
    rows = notice.shares.order_by().values_list("organisation_id").annotate(homes=Sum("homes"))
    return dict(rows)


def _reminders(notice: Notice) -> dict[int | None, tuple[int, datetime]]:
    rows = _deliveries(notice, REMINDER).order_by().values_list("organisation_id")
    found = rows.annotate(count=Count("pk"), last=Max("message__at"))
    return {organisation: (count, last) for organisation, count, last in found}


def chosen(rows: Iterable[Recipient], filters: Mapping[str, Any]) -> list[Recipient]:
    """Return the lines that fit the filters: states, means, only those with homes in it, words of the name."""
    states, means = filters.get("state"), filters.get("means")
    sought = str(filters.get("search") or "").lower()
    return [
        row
        for row in rows
        if (not states or row.state in states)
        and (not means or (row.service is not None and row.service.means in means))
        and (not filters.get("affected") or row.homes)
        and sought in row.organisation.name.lower()
    ]


def unacknowledged(notice: Notice) -> QuerySet[Organisation]:
    """Return the organisations told of the notice that have not acknowledged it."""
    told = notice_deliveries(notice).values("organisation_id")
    answered = notice.acknowledgements.values("organisation_id")
    return Organisation.objects.filter(pk__in=told, is_active=True).exclude(pk__in=answered).order_by("name")


def to_remind(notice: Notice, at: datetime, *, days: int = 1) -> list[Organisation]:
    """Return who has not acknowledged and was last told of the notice at least `days` London days ago."""
    last = {row.organisation_id: row.message.at for row in notice_deliveries(notice).order_by("pk")}
    served = dict(notice.services.values_list("organisation_id", "served_at"))
    for organisation, (_, reminded_at) in _reminders(notice).items():
        last[organisation] = max(reminded_at, last.get(organisation, reminded_at))
    latest = london_day(at) - timedelta(days=days)
    return [
        one
        for one in unacknowledged(notice)
        if london_day(max(last[one.pk], served.get(one.pk, last[one.pk]))) <= latest
    ]
