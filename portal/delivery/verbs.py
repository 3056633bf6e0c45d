"""Delivering what was told, and reading it."""

from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.delivery import may, queries
from portal.delivery.digests import due, grouped
from portal.delivery.kinds import title_of
from portal.delivery.mail import mail_of
from portal.delivery.messages import DigestReady, Recipient, catalogue
from portal.delivery.models import Attempt, Delivery, Digest, Preference
from portal.delivery.outbox import tell
from portal.pages.contributions import Reader
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid
from portal.working_days import london_day

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
def read_all(*, by: Actor, at: datetime) -> int:
    """Mark everything in the inbox as read that is not statutory; return how many messages that were.

    Rule: reading a notice serves it, so statutory messages are opened one by one (Notice).
    """
    may.read_all(by=by)
    unopened = queries.unread(by).filter(message__statutory=False, message__then="")
    locked = unopened.order_by("pk").select_for_update(no_key=True, skip_locked=True, of=("self",))
    numbers = list(locked.values_list("pk", flat=True))
    return Delivery.objects.filter(pk__in=numbers).update(read_at=at, read_by_id=by.user_id)


@transaction.atomic
def prefer(*, kind: str, how: str, by: Actor, at: datetime) -> Preference:
    """Choose how one kind of message reaches this person besides the inbox; statutory kinds are always mailed."""
    may.prefer(by=by)
    notification = catalogue.get(kind)
    if notification is None or notification.statutory or kind == DigestReady.kind:
        raise Invalid("How this kind of message is mailed cannot be chosen.")
    if how not in Preference.How.values:
        words = ", ".join(Preference.How.values)
        raise Invalid(f"Choose one of {words}.", {"how": [f"Choose one of {words}."]})
    preference, _ = Preference.objects.update_or_create(
        user_id=by.user_id or 0,  # may.prefer has seen a person
        kind=kind,
        defaults={"how": how, "chosen_at": at},
    )
    return preference


@transaction.atomic
def stop_mail(*, kind: str, by: Actor, at: datetime) -> None:
    """Keep a kind of message in the portal from now on, or with the digest's kind all that is in the digest."""
    may.prefer(by=by)
    if kind != DigestReady.kind:
        prefer(kind=kind, how=Preference.How.INBOX, by=by, at=at)
        return
    in_digest = Preference.objects.filter(user_id=by.user_id or 0, how=Preference.How.DIGEST)
    in_digest.update(how=Preference.How.INBOX, chosen_at=at)


@transaction.atomic
def make_digest(reader: Reader, *, at: datetime) -> Digest | None:
    """Write a person's digest of today to the outbox; return it, or ``None`` when there is nothing or it is made.

    Its row is unique for the person and the day and commits with the mail: of two workers the second finds it taken.
    """
    moment = due(at)
    told = queries.for_digest(reader, moment) if moment else []
    if not told:
        return None
    try:
        with transaction.atomic():
            digest = Digest.objects.create(user_id=reader.user_id, day=london_day(at), made_at=at)
    except IntegrityError:
        return None
    digest.deliveries.set(told)
    groups, more = grouped([(title_of(row.message.kind), row) for row in told])
    recipient = Recipient(name=reader.name, address=reader.address, user_id=reader.user_id)
    tell(DigestReady(recipient, digest.pk, len(told), groups, more), at=at)
    return digest
