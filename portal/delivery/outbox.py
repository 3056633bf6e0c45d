"""The fifth beat of a verb: ``tell`` writes to the outbox in the verb's own transaction."""

from collections.abc import Iterable
from datetime import datetime

from portal.delivery.messages import Notification, Recipient
from portal.delivery.models import Delivery, Message, Preference
from portal.workflow.enqueue import enqueue


def tell(notification: Notification, *, at: datetime) -> Message:
    """Write one message and one delivery per recipient; they are sent after commit. Returns the message."""
    kind, number = notification.reference
    message = Message.objects.create(
        kind=notification.kind,
        statutory=notification.statutory,
        subject=notification.subject[:300],
        body=notification.body(),
        url=notification.url,
        reference_kind=kind,
        reference_id=number,
        about=notification.about,
        restricted=notification.restricted,
        then=notification.then,
        at=at,
    )
    recipients = {(one.user_id, one.organisation_id): one for one in notification.recipients()}
    quiet = _without_mail(notification, [one.user_id for one in recipients.values() if one.user_id])
    Delivery.objects.bulk_create(_delivery(message, one, quiet) for one in recipients.values())
    enqueue("delivery.deliver_all")
    return message


WITHHELD = "Not shown any more"
_INSTEAD = "What was told here is restricted now. Whoever may still know of it reads it in the portal."


def withhold(kind: str, number: int, *, words: Iterable[str] = ()) -> None:
    """Take out of what was told about something what must not be read any more: these words, or without any all of it.

    What waits to be mailed goes out so; mail that has left cannot be called back.
    """
    told = Message.objects.filter(reference_kind=kind, reference_id=number)
    secret = sorted(filter(None, words), key=len, reverse=True)
    if not secret:
        told.update(subject=WITHHELD, body=_INSTEAD, url="", restricted=True)
        return
    for message in told.select_for_update(no_key=True):
        for word in secret:
            message.subject = message.subject.replace(word, "restricted")
            message.body = message.body.replace(word, "restricted")
        message.save(update_fields=["subject", "body"])


def _without_mail(notification: Notification, users: list[int]) -> set[int]:
    if notification.statutory:
        return set()
    wishes = Preference.objects.filter(user_id__in=users, kind=notification.kind)
    return set(wishes.exclude(how=Preference.How.MAIL).values_list("user_id", flat=True))


def _delivery(message: Message, recipient: Recipient, quiet: set[int]) -> Delivery:
    mailed = bool(recipient.address) and recipient.user_id not in quiet
    return Delivery(
        message=message,
        user_id=recipient.user_id,
        organisation_id=recipient.organisation_id,
        recipient=recipient.name,
        address=recipient.address,
        addition=recipient.addition,
        state=Delivery.State.QUEUED if mailed else Delivery.State.INBOX_ONLY,
    )
