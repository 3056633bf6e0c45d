"""Manufacturers' public keys: registered by DCC, and revoked when they can no longer be trusted."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note
from releases.products import can, may
from releases.products.models import ManufacturerKey
from releases.products.models.hexadecimal import hex4
from releases.products.signatures import UnreadableKey, fingerprint, read_public_key
from releases.products.verbs.entries import in_history


@transaction.atomic
def register_key(
    *,
    manufacturer: str,
    name: str,
    public_key: str,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> ManufacturerKey:
    """Register a public key for the images of a manufacturer; returns it. Raises Invalid for what is no such key."""
    may.register_key(by=by)
    wrong = _wrong(manufacturer, valid_from, valid_to)
    raw = b""
    try:
        raw = read_public_key(public_key)
    except UnreadableKey as error:
        wrong["public_key"] = [str(error)]
    if raw and ManufacturerKey.objects.filter(fingerprint=fingerprint(raw)).exists():
        wrong["public_key"] = ["This key is registered already."]
    if wrong:
        raise Invalid("Something in this key needs to be put right.", wrong)
    key = ManufacturerKey(
        manufacturer=manufacturer,
        name=name,
        public_key=raw.hex(),
        fingerprint=fingerprint(raw),
        valid_from=valid_from,
        valid_to=valid_to,
        registered_by_name=by.name,
        registered_at=at,
    )
    return _kept(key, by=by, at=at, verb="register_key")


def _wrong(manufacturer: str, valid_from: date, valid_to: date | None) -> dict[str, list[str]]:
    wrong = {}
    try:
        hex4(manufacturer)
    except ValidationError as error:
        wrong["manufacturer"] = error.messages
    if valid_to is not None and valid_to < valid_from:
        wrong["valid_to"] = ["The last day cannot come before the first."]
    return wrong


@transaction.atomic
def revoke_key(key: ManufacturerKey, *, why: str, by: Actor, at: datetime) -> ManufacturerKey:
    """Let a key verify nothing any more. What it verified before keeps that mark, with the revocation beside it."""
    key = ManufacturerKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    may.register_key(by=by)
    can.revoke_key(key)
    key.revoked_at, key.revoked_by_name, key.revoked_why = at, by.name, why
    return _kept(key, by=by, at=at, verb="revoke_key", why=why)


def _kept(key: ManufacturerKey, *, by: Actor, at: datetime, verb: str, why: str = "") -> ManufacturerKey:
    in_history(key, by=by, at=at)
    key.save()
    note(key, by=by, at=at, verb=verb, why=why, data={"fingerprint": key.fingerprint})
    return key
