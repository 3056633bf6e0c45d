"""Links in mail that stop such mail: signed, for one person and one kind, never for statutory kinds."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from portal.delivery.models import Delivery

SALT = "portal.delivery.unsubscribe"


def address_of(delivery: Delivery) -> str:
    """Return the address that stops mail like this one; nothing where it cannot be stopped by its reader."""
    if delivery.message.statutory or delivery.user_id is None:
        return ""
    return (
        f"{settings.PORTAL_URL}{reverse('delivery:unsubscribe', args=[sign(delivery.user_id, delivery.message.kind)])}"
    )


def sign(user_id: int, kind: str) -> str:
    """Return a text that names a person and a kind and that only the portal can have made."""
    return signing.dumps([user_id, kind], salt=SALT)


def read(text: str) -> tuple[int, str] | None:
    """Return the person's id and the kind, or ``None`` where the portal did not make the text."""
    try:
        user_id, kind = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return int(user_id), str(kind)
