"""Sealing of votes: what keeps a choice unreadable until its ballot closes.

Each ballot has an X25519 key pair. A vote (answers and reason) is padded to one fixed size and encrypted to
the ballot's public key with a fresh ephemeral key (HKDF-SHA256, AES-256-GCM), bound to its seat and sequence,
so that neither its length nor its place gives anything away and no row can be passed off as another. The
private key is stored only wrapped by a master key that lives outside the database.

This protects from everybody who reads the database, a backup or a log; it does not protect from somebody who
holds the master key and the database at once.
"""

import base64
import binascii
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.views.decorators.debug import sensitive_variables

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
LENGTH_BYTES = 4
PADDED_BYTES = 8192
REASON_CHARACTERS = 1900
"""A reason of this length fits whatever its characters are: four bytes each, and the answers beside it."""
SEALED_BYTES = KEY_BYTES + NONCE_BYTES + PADDED_BYTES + TAG_BYTES


class SealError(Exception):
    """A key or a sealed vote cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True, repr=False)
class Answers:
    """What a voter wrote: the option or "abstain", the two questions of the safeguard, and the reason."""

    choice: str
    evidence: bool | None
    override: bool | None
    reason: str


@dataclass(frozen=True, repr=False)
class MasterKey:
    """The key that wraps the private keys of ballots; `fingerprint` may be shown and stored."""

    secret: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(b"ballot master key" + self.secret).hexdigest()[:16]


@dataclass(frozen=True, repr=False)
class KeyPair:
    """A ballot's keys as they are stored: the public one plain, the private one wrapped."""

    public: bytes
    wrapped: bytes
    fingerprint: str


def master_key(*, text: str, path: Path) -> MasterKey:
    """The master key from this text (base64 of 32 bytes) or, where it is empty, from the file.

    A missing file is made, readable by its owner alone. Raises SealError for a key of the wrong size and for
    a file that others can read.
    """
    if text:
        return MasterKey(_decoded(text))
    if not path.exists():
        _make(path)
    if S_IMODE(path.stat().st_mode) & 0o077:
        raise SealError(f"The ballot master key {path.name} can be read by others; its mode must be 0600.")
    return MasterKey(_decoded(path.read_text()))


def new_pair(master: MasterKey, *, ballot: str) -> KeyPair:
    """A fresh key pair for the ballot of this name, its private key wrapped by the master key."""
    private = X25519PrivateKey.generate()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(master.secret).encrypt(nonce, private.private_bytes_raw(), ballot.encode())
    return KeyPair(private.public_key().public_bytes_raw(), nonce + sealed, master.fingerprint)


def unwrap(pair: KeyPair, master: MasterKey, *, ballot: str) -> X25519PrivateKey:
    """The ballot's private key. Raises SealError when the master key is not the one that wrapped it."""
    if pair.fingerprint != master.fingerprint:
        raise SealError(
            f"The votes were sealed under master key {pair.fingerprint}, not under {master.fingerprint}."
            " Without that key this ballot cannot be opened and must be voided."
        )
    nonce, sealed = pair.wrapped[:NONCE_BYTES], pair.wrapped[NONCE_BYTES:]
    try:
        return X25519PrivateKey.from_private_bytes(AESGCM(master.secret).decrypt(nonce, sealed, ballot.encode()))
    except InvalidTag as error:
        raise SealError("The stored key of this ballot was altered; it must be voided.") from error


@sensitive_variables()
def seal(answers: Answers, public: bytes, *, place: str) -> bytes:
    """The sealed vote, always SEALED_BYTES long, bound to its place (ballot, seat and sequence).

    Raises ValueError when the reason is longer than REASON_CHARACTERS.
    """
    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    own = ephemeral.public_key().public_bytes_raw()
    nonce = secrets.token_bytes(NONCE_BYTES)
    return own + nonce + AESGCM(_derive(shared, own, public)).encrypt(nonce, _pad(answers), place.encode())


@sensitive_variables()
def unseal(sealed: bytes, private: X25519PrivateKey, *, place: str) -> Answers:
    """What was sealed. Raises SealError when it was altered or belongs to another place."""
    own, nonce = sealed[:KEY_BYTES], sealed[KEY_BYTES : KEY_BYTES + NONCE_BYTES]
    shared = private.exchange(X25519PublicKey.from_public_bytes(own))
    key = _derive(shared, own, private.public_key().public_bytes_raw())
    try:
        padded = AESGCM(key).decrypt(nonce, sealed[KEY_BYTES + NONCE_BYTES :], place.encode())
    except InvalidTag as error:
        raise SealError(f"The sealed vote at {place} was altered or does not belong there.") from error
    return _unpad(padded)


def receipt(sealed: bytes, *, place: str, previous: str) -> str:
    """The receipt of a cast: 64 hex digits over the sealed vote, its place and the receipt before it."""
    return hashlib.sha256(b"\n".join((previous.encode(), place.encode(), sealed))).hexdigest()


def _derive(shared: bytes, own: bytes, public: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=own + public, info=b"ballot vote v1").derive(shared)


@sensitive_variables()
def _pad(answers: Answers) -> bytes:
    if len(answers.reason) > REASON_CHARACTERS:
        raise ValueError(f"A reason has at most {REASON_CHARACTERS} characters.")
    head = json.dumps([answers.choice, answers.evidence, answers.override]).encode()
    body = head + b"\n" + answers.reason.encode()
    return len(body).to_bytes(LENGTH_BYTES, "big") + body.ljust(PADDED_BYTES - LENGTH_BYTES, b"\0")


@sensitive_variables()
def _unpad(padded: bytes) -> Answers:
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    head, reason = padded[LENGTH_BYTES : LENGTH_BYTES + length].split(b"\n", 1)
    choice, evidence, override = json.loads(head)
    return Answers(choice, evidence, override, reason.decode())


def _decoded(text: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise SealError("The ballot master key is not valid base64.") from error
    if len(secret) != KEY_BYTES:
        raise SealError(f"The ballot master key must be {KEY_BYTES} bytes long.")
    return secret


def _make(path: Path) -> None:
    """Write a new key under another name and link it into place: of two starters the first one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
