"""The store of firmware images: what comes in is checked whole, what goes out is on the record."""

import hashlib
import mmap
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction

from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note
from portal.working_days import london_day
from releases.products import may, ota
from releases.products.matching import mismatches
from releases.products.models import FirmwareVersion, HubModel, Image, ImageSignature, ManufacturerKey
from releases.products.queries import keys_valid_on
from releases.products.signatures import UnreadableKey, made_with, read_signature

_HEADER_FIELDS = ("image_type", "stack_version", "header_string")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as handed over, and the key that verifies it; none when the manufacturer has registered none."""

    signature: bytes
    key: ManufacturerKey | None


@transaction.atomic
def store_image(
    stream: IO[bytes],
    *,
    hub_models: Sequence[HubModel],
    version: str,
    by: Actor,
    at: datetime,
    signature: bytes | None = None,
) -> Image:
    """Read an OTA file, check it against the hub models and the version, and keep it by its SHA-256.

    Returns the image; the one already stored when the same bytes came before. Raises Invalid with a sentence for
    each thing wrong: over the limit, malformed, of another manufacturer, type, hardware range, version or hash than
    expected, or a signature that no key of the manufacturer made. Then nothing is stored. Memory stays small: the
    file is read in chunks, and mapped to verify its signature.
    """
    may.store_image(by=by)
    with tempfile.TemporaryFile() as spool:
        sha256, size = _spool(stream, spool)
        header, wrong = _read_header(spool, size)
        wrong += _unexpected(header, sha256, hub_models, version)
        signed, unsigned = _signed(spool, header, signature, at) if signature else (None, [])
        if wrong or unsigned:
            raise _refused(wrong, unsigned)
        _one_at_a_time(sha256)
        known = Image.objects.filter(sha256=sha256).first()
        image = known or _keep(spool, header, sha256, size, by=by, at=at)
    if signed is not None:
        _sign(image, signed, by=by, at=at)
    return image


def _spool(stream: IO[bytes], spool: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in ota.chunks(stream):
        size += len(chunk)
        if size > settings.IMAGE_MAX_BYTES:
            limit = settings.IMAGE_MAX_BYTES // 1024**2
            raise _refused([f"The file is larger than the limit of {limit} MB."])
        digest.update(chunk)
        spool.write(chunk)
    spool.flush()
    return digest.hexdigest(), size


def _one_at_a_time(sha256: str) -> None:
    """Make two uploads of the same bytes wait for one another, so that the second finds the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _read_header(spool: IO[bytes], size: int) -> tuple[ota.OtaHeader, list[str]]:
    spool.seek(0)
    try:
        return ota.examine(spool, size)
    except ota.OtaError as error:
        raise _refused([str(error)]) from error


def _unexpected(header: ota.OtaHeader, sha256: str, hub_models: Sequence[HubModel], version: str) -> Iterator[str]:
    yield from mismatches(header, hub_models, version)
    listed = FirmwareVersion.objects.filter(hub_model__in=hub_models, version=version).exclude(image_hash="")
    for entry in listed.exclude(image_hash=sha256).select_related("hub_model"):
        yield (
            f"The file's SHA-256 begins with {sha256[:12]}; the Central Products List has one that begins with "
            f"{entry.image_hash[:12]} for {entry}."
        )


def _signed(spool: IO[bytes], header: ota.OtaHeader, signature: bytes, at: datetime) -> tuple[Signed | None, list[str]]:
    """Return the signature with the key that made it, or what is wrong with it."""
    try:
        found = read_signature(signature)
    except UnreadableKey as error:
        return None, [str(error)]
    keys = list(keys_valid_on(london_day(at), header.manufacturer))
    if not keys:
        return Signed(found, None), []
    with mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        # A mapped file reads as bytes do; its type does not say so.
        key = made_with(found, mapped, [(one, bytes.fromhex(one.public_key)) for one in keys])  # type: ignore[arg-type]
    if key is None:
        return None, [f"No valid key of manufacturer {header.manufacturer} made this signature over this file."]
    return Signed(found, key), []


def _keep(spool: IO[bytes], header: ota.OtaHeader, sha256: str, size: int, *, by: Actor, at: datetime) -> Image:
    spool.seek(0)
    image = Image(
        sha256=sha256,
        size=size,
        manufacturer_code=header.manufacturer_code,
        file_version=header.version,
        hardware_min=header.min_hardware,
        hardware_max=header.max_hardware,
        header=header.as_json(),
        uploaded_by_name=by.name,
        uploaded_at=at,
        **{name: getattr(header, name) for name in _HEADER_FIELDS},
    )
    name = f"{sha256}.ota"
    image.file.storage.delete(f"images/{name}")  # left behind by an upload whose transaction was rolled back
    image.file.save(name, File(spool), save=False)
    image.save()
    note(image, by=by, at=at, verb="store_image", data={"sha256": sha256, "size": size})
    enqueue("products.scan_image", image_id=image.pk)
    return image


def _sign(image: Image, signed: Signed, *, by: Actor, at: datetime) -> None:
    """Add the signature to the image, unless the same was added with the same result before."""
    text = signed.signature.hex()
    if not image.signatures.filter(signature=text, key=signed.key).exists():
        made = ImageSignature.objects.create(
            image=image, signature=text, key=signed.key, checked_by_name=by.name, checked_at=at
        )
        result = str(signed.key) if signed.key else "no key registered"
        note(made, by=by, at=at, verb="sign_image", data={"sha256": image.sha256, "key": result})


def _refused(file: Sequence[str], signature: Sequence[str] = ()) -> Invalid:
    fields = {"file": file, "signature": signature}
    return Invalid(" ".join([*file, *signature]), {name: found for name, found in fields.items() if found})


@transaction.atomic
def hand_out_image(image: Image, *, by: Actor, at: datetime) -> IO[bytes]:
    """Return an image's bytes for reading only; the download is journalled."""
    may.download_image(by=by)
    note(image, by=by, at=at, verb="download_image", data={"sha256": image.sha256})
    opened: IO[bytes] = image.file.open("rb")
    return opened
