"""API keys as text: ``chfp_<prefix>_<secret>``. Only a keyed hash of the secret is stored. Pure but for settings."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings

MARK = "chfp"


@dataclass(frozen=True)
class Key:
    """A key's public prefix and its secret."""

    prefix: str
    secret: str

    @property
    def text(self) -> str:
        """What the person copies, once."""
        return f"{MARK}_{self.prefix}_{self.secret}"


def new_key() -> Key:
    """Return a fresh key: 12 hex digits to find it by, 256 random bits to prove it."""
    return Key(prefix=secrets.token_hex(6), secret=secrets.token_hex(32))


def parse(text: str) -> Key | None:
    """Return the key a text holds, or ``None`` where it is none."""
    parts = text.split("_")
    if len(parts) != 3 or parts[0] != MARK or not all(parts):
        return None
    return Key(prefix=parts[1], secret=parts[2])


def digest(secret: str) -> str:
    """Return the hash stored for a secret: HMAC-SHA-256 under the site's key, so a stolen table proves nothing."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def proves(secret: str, stored: str) -> bool:
    """Whether a secret fits its stored hash; takes the same time either way."""
    return hmac.compare_digest(digest(secret), stored)
