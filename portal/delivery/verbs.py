"""Delivering what was told, and reading it."""

from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from portal.delivery import may
from portal.delivery.mail import mail_of
from portal.delivery.messages import catalogue
from portal.delivery.models import Attempt, Delivery, Preference
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid

MOST_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)


@transaction.atomic
def deliver_next(connection: BaseEmailBackend, *, at: datetime) -> Delivery | None:
    """Send the next waiting delivery over an open mail connection; return it, or ``None`` when nothing waits.

    The row is claimed with SKIP LOCKED, so that workers beside this one take others; outcome and attempt are
    written in the same transaction as the claim, so that a killed worker leaves it waiting. A refused address fails
    for good, anything else is tried again with growing waits.
    """
    waiting = Delivery.objects.filter(state=Delivery.State.QUEUED, next_attempt_at__lte=timezone.now())
    claimed = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("message")
    delivery = claimed.order_by("next_attempt_at", "pk").first()
    if delivery is None:
        return None
    failure, final = _send(delivery, connection)
    delivery.attempts += 1
    Attempt.objects.create(delivery=delivery, succeeded=not failure, detail=failure)
    if not failure:
        delivery.state, delivery.sent_at, delivery.failure = Delivery.State.SENT, at, ""
        _then(delivery)
    else:
        delivery.failure = failure
        delivery.next_attempt_at = timezone.now() + wait_after(delivery.attempts)
        if final or delivery.attempts >= MOST_ATTEMPTS:
            delivery.state = Delivery.State.FAILED
    delivery.save(update_fields=["state", "attempts", "sent_at", "failure", "next_attempt_at"])
    return delivery


def _send(delivery: Delivery, connection: BaseEmailBackend) -> tuple[str, bool]:
    """Return (what went wrong or nothing, whether it is useless to try again)."""
    try:
        mail_of(delivery, connection).send()
    except SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        return f"{code} {answer.decode(errors='replace')}"[:300], code >= 500
    except (SMTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"[:300], False
    return "", False


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 5 seconds, doubled each time, at most an hour."""
    doubled: timedelta = FIRST_WAIT * 2 ** (attempts - 1)
    return min(doubled, LONGEST_WAIT)


@transaction.atomic
def read(delivery: Delivery, *, by: Actor, at: datetime) -> Delivery:
    """Record that a delivery was opened in the inbox, the first time only; return it.

    Rule: read in the portal's inbox counts as served (Notice).
    """
    locked = Delivery.objects.select_for_update(no_key=True, of=("self",)).select_related("message")
    delivery = locked.get(pk=delivery.pk)
    may.read(delivery, by=by)
    if delivery.read_at is None:
        delivery.read_at, delivery.read_by_id = at, by.user_id
        delivery.save(update_fields=["read_at", "read_by_id"])
        _then(delivery)
    return delivery


def _then(delivery: Delivery) -> None:
    if delivery.message.then:
        enqueue(delivery.message.then, delivery_id=delivery.pk)


@transaction.atomic
def prefer(*, kind: str, by_mail: bool, by: Actor) -> Preference:
    """Choose whether one kind of message is mailed to this person too; statutory kinds always are."""
    may.prefer(by=by)
    notification = catalogue.get(kind)
    if notification is None or notification.statutory:
        raise Invalid("This kind of message cannot be switched off.")
    preference, _ = Preference.objects.update_or_create(
        user_id=by.user_id or 0,  # may.prefer has seen a person
        kind=kind,
        defaults={"by_mail": by_mail},
    )
    return preference
