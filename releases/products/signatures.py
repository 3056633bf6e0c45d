"""Ed25519 keys and detached signatures as people hand them over: raw, in hexadecimal, Base64 or PEM.

Pure: bytes in, values or a sentence out. The portal only verifies; private keys never come near it.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

SIGNATURE_LENGTH, KEY_LENGTH = 64, 32
LONGEST = 4096
K = TypeVar("K")


class UnreadableKey(ValueError):
    """What is no key or no signature; `str()` is a sentence for its sender."""


def read_signature(data: bytes) -> bytes:
    """Return the 64 bytes of a detached signature."""
    found = _bytes_in(data, SIGNATURE_LENGTH)
    if found is None:
        raise UnreadableKey(
            "This is not an Ed25519 signature: give its 64 bytes as they are, in hexadecimal or in Base64."
        )
    return found


def read_public_key(text: str) -> bytes:
    """Return the 32 bytes of a public key."""
    if "PRIVATE KEY" in text:
        raise UnreadableKey("This is a private key: it must never leave its owner. Give the public key.")
    data = text.strip().encode("utf-8", "replace")
    found = _from_pem(data) if data.startswith(b"-----BEGIN") else _bytes_in(data, KEY_LENGTH)
    if found is None:
        raise UnreadableKey(
            "This is not an Ed25519 public key: give its 32 bytes in hexadecimal or in Base64, or the key as PEM."
        )
    return found


def _from_pem(data: bytes) -> bytes | None:
    try:
        key = load_pem_public_key(data)
    except ValueError:
        return None
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw) if isinstance(key, Ed25519PublicKey) else None


def _bytes_in(data: bytes, length: int) -> bytes | None:
    if len(data) == length:
        return data
    text = b"".join(data[:LONGEST].split())
    try:
        found = (
            bytes.fromhex(text.decode("ascii")) if len(text) == 2 * length else base64.b64decode(text, validate=True)
        )
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == length else None


def fingerprint(public_key: bytes) -> str:
    """Return the SHA-256 of a public key, by which people compare keys."""
    return hashlib.sha256(public_key).hexdigest()


def made_with(signature: bytes, message: bytes, keys: Iterable[tuple[K, bytes]]) -> K | None:
    """Return the first of the named public keys with which the message was signed, or None.

    `message` is anything that holds bytes; a file mapped into memory is not copied.
    """
    for name, key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except InvalidSignature:
            continue
        return name
    return None
