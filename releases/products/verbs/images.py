"""The store of firmware images."""

import hashlib
import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction

from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note
from releases.products import may, ota
from releases.products.matching import mismatches
from releases.products.models import FirmwareVersion, HubModel, Image

_HEADER_FIELDS = ("image_type", "stack_version", "header_string")


@transaction.atomic
def store_image(stream: IO[bytes], *, hub_models: Sequence[HubModel], version: str, by: Actor, at: datetime) -> Image:
    """Read an OTA file, check it against the hub models and the version, and keep it by its SHA-256.

    Returns the image; the one already stored when the same bytes came before. Raises Invalid with a sentence for
    a file over the limit, malformed, or of another manufacturer, type, hardware range, version or hash than
    expected: then nothing is stored. Memory stays small: the file is read in chunks.
    """
    may.store_image(by=by)
    with tempfile.TemporaryFile() as spool:
        sha256, size = _spool(stream, spool)
        header = _read_header(spool, size)
        _check(header, sha256, hub_models, version)
        _one_at_a_time(sha256)
        known = Image.objects.filter(sha256=sha256).first()
        return known or _keep(spool, header, sha256, size, by=by, at=at)


def _spool(stream: IO[bytes], spool: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in ota.chunks(stream):
        size += len(chunk)
        if size > settings.IMAGE_MAX_BYTES:
            limit = settings.IMAGE_MAX_BYTES // 1024**2
            raise _refused(f"The file is larger than the limit of {limit} MB.")
        digest.update(chunk)
        spool.write(chunk)
    return digest.hexdigest(), size


def _one_at_a_time(sha256: str) -> None:
    """Make two uploads of the same bytes wait for one another, so that the second finds the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _read_header(spool: IO[bytes], size: int) -> ota.OtaHeader:
    spool.seek(0)
    try:
        return ota.parse(spool, size=size)
    except ota.OtaError as error:
        raise _refused(str(error)) from error


def _check(header: ota.OtaHeader, sha256: str, hub_models: Sequence[HubModel], version: str) -> None:
    found = mismatches(header, hub_models, version)
    listed = FirmwareVersion.objects.filter(hub_model__in=hub_models, version=version).exclude(image_hash="")
    for entry in listed.exclude(image_hash=sha256).select_related("hub_model"):
        found.append(
            f"The file's SHA-256 begins with {sha256[:12]}; the Central Products List has one that begins with "
            f"{entry.image_hash[:12]} for {entry}."
        )
    if found:
        raise _refused(*found)


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
    return image


def _refused(*sentences: str) -> Invalid:
    return Invalid(" ".join(sentences), {"file": sentences})
