"""Alerts sent to a supplier's system: where to, signed with what, how far it has got, and when it is given up.

A call is made outside every transaction: claimed before, kept after. So an alert is sent at least once and in order; a
call repeated after a crash has the same `X-Portal-Delivery`.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from devices.alerts import addresses, may, messages, payload, queries, sending
from devices.alerts.models import Position, Webhook
from devices.alerts.reading import Cursor
from devices.alerts.sending import Unsent
from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.transitions import lock, note, save

AT_ONCE = 500  # alerts a call
CLAIM = timedelta(seconds=60)  # real time after which a call that nobody kept is made again
FIRST_WAIT, LONGEST_WAIT = 30, 3_600  # seconds between calls that are not taken: each time twice as long
MOST_FAILURES = 30  # over a day of silence


@transaction.atomic
def set_webhook(url: str, *, by: Actor, at: datetime, seen: int | None = None) -> Webhook:
    """Have the actor's supplier's alerts sent to an address, from now on; return the webhook with its secret.

    One set again goes on where it stopped, also if it was given up. Raises Invalid for an address that may not be.
    """
    may.set_webhook(by=by)
    _check(url)
    row = queries.webhook_of(by)
    if row is None:
        begin = (Position.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        row = Webhook.objects.create(
            organisation_id=by.organisation_id or 0,
            url=url,
            salt=secrets.token_hex(),
            cursor=str(Cursor(begin)),
            set_by_name=by.name,
            set_at=at,
        )
    else:
        row = lock(row, seen=seen)
        row.url, row.set_by_name, row.set_at = url, by.name, at
        row.failures, row.is_dead, row.failure, row.next_attempt_at = 0, False, "", timezone.now()
        save(row, "url", "set_by_name", "set_at", "failures", "is_dead", "failure", "next_attempt_at")
    note(row, by=by, at=at, verb="set_webhook", data={"url": url})
    return row


def _check(url: str) -> None:
    loopback = settings.WEBHOOKS_LOOPBACK
    try:
        addresses.resolve(addresses.read(url, loopback=loopback), loopback=loopback)
    except ValueError as error:
        raise Invalid(str(error), {"url": [str(error)]}) from error


@transaction.atomic
def renew_secret(*, by: Actor, at: datetime, seen: int | None = None) -> Webhook:
    """Sign calls with a new secret from now on; return the webhook."""
    may.renew_secret(by=by)
    row = lock(_own(by), seen=seen)
    row.salt = secrets.token_hex()
    save(row, "salt")
    note(row, by=by, at=at, verb="renew_secret")
    return row


@transaction.atomic
def remove_webhook(*, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Send the supplier's alerts nowhere any more; they stay to be read."""
    may.remove_webhook(by=by)
    row = lock(_own(by), seen=seen)
    note(row, by=by, at=at, verb="remove_webhook", data={"url": row.url})
    row.delete()


def _own(by: Actor) -> Webhook:
    row = queries.webhook_of(by)
    if row is None:
        raise NotNow("Your organisation has no webhook: set its address first.")
    return row


def send_webhook(webhook: int, *, by: Actor, at: datetime) -> bool:
    """Send a webhook that is due its next alerts, in one call; return whether there may be more at once."""
    row = _claim(webhook)
    if row is None:
        return False
    page = queries.page(queries.reader(row.organisation), Cursor.read(row.cursor), AT_ONCE)
    if page.rows:
        try:
            sending.post(row.url, *_call(row, page.following, payload.body(page)))
        except Unsent as failure:
            _fail(row, str(failure), by=by, at=at)
            return False
    _keep(row, str(page.following), taken_at=at if page.rows else row.taken_at)
    return page.more


@transaction.atomic
def _claim(webhook: int) -> Webhook | None:
    due = Webhook.objects.filter(pk=webhook, is_dead=False, next_attempt_at__lte=timezone.now())
    row = due.select_for_update(no_key=True, skip_locked=True).first()
    if row is not None:
        Webhook.objects.filter(pk=row.pk).update(next_attempt_at=timezone.now() + CLAIM)
    return row


def _call(row: Webhook, following: Cursor, body: bytes) -> tuple[bytes, dict[str, str]]:
    """Return what is posted. A call tried again with what has come meanwhile is another delivery, and is named so."""
    moment = str(int(timezone.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Portal-Delivery": f"{row.pk}-{row.cursor}-{following}",
        "X-Portal-Timestamp": moment,
        "X-Portal-Signature": sending.signature(row.secret, moment, body),
    }
    return body, headers


def _keep(row: Webhook, cursor: str, *, taken_at: datetime | None) -> None:
    """Keep how far it got, unless somebody else got there first."""
    same = Webhook.objects.filter(pk=row.pk, cursor=row.cursor)
    same.update(cursor=cursor, failures=0, failure="", next_attempt_at=timezone.now(), taken_at=taken_at)


@transaction.atomic
def _fail(row: Webhook, why: str, *, by: Actor, at: datetime) -> None:
    """Keep why a call was not taken, wait twice as long as before, and give up after too many."""
    found = Webhook.objects.select_for_update(no_key=True).filter(pk=row.pk, version=row.version, cursor=row.cursor)
    fresh = found.first()
    if fresh is None:
        return  # set again or removed meanwhile
    fresh.failures += 1
    wait = min(FIRST_WAIT * 2 ** (fresh.failures - 1), LONGEST_WAIT)
    fresh.failure, fresh.next_attempt_at = why[:300], timezone.now() + timedelta(seconds=wait)
    fresh.is_dead = fresh.failures >= MOST_FAILURES
    fresh.save(update_fields=["failures", "failure", "next_attempt_at", "is_dead"])
    if fresh.is_dead:
        note(fresh, by=by, at=at, verb="give_up_webhook", why=why, data={"failures": fresh.failures})
        tell(messages.WebhookGivenUp(fresh, at), at=at)
