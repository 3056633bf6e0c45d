"""A delivery as a mail. The Message-ID is a function of the delivery: sent twice after a crash, it is one mail."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.delivery import unsubscribe
from portal.delivery.models import Delivery

MORE = "Read it in the portal, where only you can: "


def mail_of(delivery: Delivery, connection: BaseEmailBackend) -> EmailMessage:
    """Return the mail for one delivery; a restricted message is a link without its subject and text."""
    message = delivery.message
    link = f"{settings.PORTAL_URL}{message.url}" if message.url else ""
    if message.restricted:
        subject, body = "A message for you in the Firmware Portal", f"{MORE}{link or settings.PORTAL_URL}\n"
    else:
        subject, body = message.subject, f"{delivery.text}\n{link}\n" if link else delivery.text
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[delivery.address],
        connection=connection,
        headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated", **_unsubscribing(delivery)},
    )


def _unsubscribing(delivery: Delivery) -> dict[str, str]:
    """Return the headers by which a mail program offers to stop such mail with one click (RFC 8058)."""
    address = unsubscribe.address_of(delivery)
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def message_id(delivery: Delivery) -> str:
    """Return the Message-ID of a delivery: always the same one."""
    host = urlsplit(settings.PORTAL_URL).hostname or "portal"
    return f"<delivery-{delivery.pk}@{host}>"
