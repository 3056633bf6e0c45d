"""A recipient's answer to a notice, and reminders to those who have not answered."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import NotNow
from portal.workflow.transitions import lock, note
from releases.publishing import can, may, messages, service
from releases.publishing.models import Acknowledgement, Notice, NoticeService, Release
from releases.publishing.states import IN_SERVICE_OF_NOTICE
from releases.publishing.verbs.notice import in_force


@transaction.atomic
def acknowledge(
    release: Release,
    organisation: Organisation,
    *,
    by: Actor,
    at: datetime,
    test_days_needed: int = 0,
    remark: str = "",
    seen: int | None = None,
) -> Acknowledgement:
    """Acknowledge the notice for an organisation and say how many days of testing it needs.

    Who acknowledges has read it: that is service too, where none was recorded before.
    """
    release = lock(release)
    may.acknowledge(release, organisation=organisation, by=by)
    notice = in_force(release)
    can.acknowledge(release, notice=notice, organisation=organisation)
    if seen is not None and seen != notice.number:
        raise NotNow("A newer notice was served since you opened this page. Read it and acknowledge that one.")
    NoticeService.objects.get_or_create(
        notice=notice,
        organisation=organisation,
        defaults={"served_at": at, "means": NoticeService.Means.INBOX, "recorded_by_name": by.name},
    )
    answer = Acknowledgement.objects.create(
        notice=notice,
        organisation=organisation,
        by_id=cast(int, by.user_id),  # the rule has asked for a person
        at=at,
        test_days_needed=test_days_needed,
        remark=remark,
    )
    data: dict[str, Jsonable] = {"organisation": organisation.pk, "test_days_needed": test_days_needed}
    note(release, by=by, at=at, verb="acknowledge", why=remark, data=data)
    return answer


@transaction.atomic
def remind(release: Release, *, by: Actor, at: datetime, seen: int | None = None) -> int:
    """Remind everybody who has not acknowledged the notice and was not told of it today; return how many.

    Rule: reminders never restart a clock (Notice); at most one a day goes to a recipient (portal default).
    """
    release = lock(release, seen=seen)
    may.remind(release, by=by)
    notice = in_force(release)
    can.remind(release, notice=notice, at=at)
    return _remind(release, notice, service.to_remind(notice, at), by=by, at=at)


@transaction.atomic
def remind_by_clock(release: Release, *, by: Actor, at: datetime) -> int:
    """Remind those whose last word from us is as old as the class says and who have not acknowledged; how many."""
    release = lock(release)
    may.remind(release, by=by)
    notice = in_force(release)
    days = release.terms.reminder_days
    return _remind(release, notice, service.to_remind(notice, at, days=days), by=by, at=at)


def remind_all(*, by: Actor, at: datetime) -> int:
    """Remind, release by release, everybody whose reminder is due by the clock; return how many were told."""
    waiting = Release.objects.filter(state__in=IN_SERVICE_OF_NOTICE, notices__voided_at=None).distinct()
    return sum(remind_by_clock(release, by=by, at=at) for release in waiting)


def _remind(release: Release, notice: Notice, to: Iterable[Organisation], *, by: Actor, at: datetime) -> int:
    told = tuple(to)
    if told:
        note(release, by=by, at=at, verb="remind", data={"organisations": [one.pk for one in told]})
        tell(messages.NoticeReminder(release, notice, told), at=at)
    return len(told)
