import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from releases.products.signatures import UnreadableKey, fingerprint, made_with, read_public_key, read_signature

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
SIGNATURE = PRIVATE.sign(b"firmware")


def pem(key) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    "given",
    [SIGNATURE, SIGNATURE.hex().upper().encode(), base64.encodebytes(SIGNATURE), SIGNATURE.hex().encode() + b"\n"],
)
def test_a_signature_is_read_in_each_customary_form(given):
    assert read_signature(given) == SIGNATURE


@pytest.mark.parametrize("given", [b"", b"x" * 63, b"zz" * 64, b"\xff" * 128, base64.b64encode(b"short")])
def test_what_is_no_signature_is_refused(given):
    with pytest.raises(UnreadableKey, match="not an Ed25519 signature"):
        read_signature(given)


@pytest.mark.parametrize("given", [PUBLIC.hex(), base64.b64encode(PUBLIC).decode(), pem(PRIVATE.public_key())])
def test_a_public_key_is_read_in_each_customary_form(given):
    assert read_public_key(f"\n{given}\n") == PUBLIC


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("abc", "not an Ed25519 public key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "not an Ed25519 public key"),
        (pem(generate_private_key(SECP256R1()).public_key()), "not an Ed25519 public key"),
        (
            PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "This is a private key: it must never leave its owner.",
        ),
    ],
)
def test_what_is_no_public_key_is_refused(given, sentence):
    with pytest.raises(UnreadableKey, match=sentence):
        read_public_key(given)


def test_the_key_that_signed_is_found_among_several():
    keys = [("other", OTHER), ("right", PUBLIC)]
    assert made_with(SIGNATURE, b"firmware", keys) == "right"
    assert made_with(SIGNATURE, b"firmwarE", keys) is None
    assert made_with(SIGNATURE, b"firmware", []) is None


def test_keys_are_compared_by_fingerprint():
    assert len({fingerprint(PUBLIC), fingerprint(OTHER)}) == 2
