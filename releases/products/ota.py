"""ZigBee over-the-air upgrade files: the header read from a stream, and built.

Layout of the header (ZigBee Cluster Library, OTA Upgrade; all numbers little-endian): magic 0x0BEEF11E,
header version, header length, field control, manufacturer code, image type, file version, stack version,
header string of 32 bytes, total image size; then, as field control says, security credential version
(1 byte), upgrade file destination (8 bytes), lowest and highest hardware version (2 bytes each). Pure:
streams in, values out.
"""

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import IntFlag, StrEnum
from typing import IO, Any

MAGIC = 0x0BEEF11E
HEADER_VERSION = 0x0100
FIXED_LENGTH = 56
MAX_SIZE = 64 * 1024 * 1024
CHUNK = 64 * 1024
_FIXED = struct.Struct("<IHHHHHIH32sI")
_CREDENTIAL = struct.Struct("<B")
_DESTINATION = struct.Struct("<8s")
_HARDWARE = struct.Struct("<HH")
_OTHER_FORMATS = {
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
    b"\x7fELF": "an ELF program",
    b":1": "an Intel HEX file",
    b"\x0b\xee\xf1\x1e": "an OTA file with its bytes in the wrong order",
}


class Field(IntFlag):
    """Bits of the header's field control: which optional fields follow."""

    CREDENTIAL = 1
    DESTINATION = 2
    HARDWARE = 4


class Defect(StrEnum):
    """What is wrong with a file; the code behind an `OtaError`."""

    EMPTY = "empty"
    NOT_OTA = "not_ota"
    TRUNCATED_HEADER = "truncated_header"
    HEADER_VERSION = "header_version"
    FIELD_CONTROL = "field_control"
    HEADER_LENGTH = "header_length"
    HEADER_STRING = "header_string"
    HARDWARE_RANGE = "hardware_range"
    NO_IMAGE = "no_image"
    TRUNCATED = "truncated"
    TRAILING = "trailing"
    TOO_LARGE = "too_large"


class OtaError(ValueError):
    """A file that is not a well-formed OTA upgrade image; `str()` is a sentence for its sender."""

    def __init__(self, defect: Defect, sentence: str) -> None:
        super().__init__(sentence)
        self.defect = defect


@dataclass(frozen=True, slots=True)
class OtaHeader:
    """Every field of the header; optional ones are None where the file leaves them out.

    `upgrade_destination` is the EUI-64 as 8 hexadecimal pairs joined by hyphens; `total_size` counts header
    and image.
    """

    header_version: int
    header_length: int
    field_control: int
    manufacturer_code: int
    image_type: int
    file_version: int
    stack_version: int
    header_string: str
    total_size: int
    security_credential: int | None = None
    upgrade_destination: str | None = None
    min_hardware: int | None = None
    max_hardware: int | None = None

    @property
    def manufacturer(self) -> str:
        """The manufacturer as 4 hexadecimal digits, as on the Central Products List."""
        return f"{self.manufacturer_code:04X}"

    @property
    def version(self) -> str:
        """The file version as 8 hexadecimal digits: the firmware version."""
        return f"{self.file_version:08X}"

    def as_json(self) -> dict[str, int | str | None]:
        """Return every field by its name."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "OtaHeader":
        """Return the header written by `as_json`."""
        return cls(**stored)

    def fits_hardware(self, hardware: int) -> bool:
        """Return whether the hardware range includes `hardware`; a file without a range fits every hub."""
        if self.min_hardware is None or self.max_hardware is None:
            return True
        return self.min_hardware <= hardware <= self.max_hardware


def parse(stream: IO[bytes], *, size: int | None = None) -> OtaHeader:
    """Return the header at the start of `stream`, checked; with `size`, also against the length of the file.

    Leaves the stream after the header. Raises OtaError for the first defect found.
    """
    header = _header(stream)
    for defect in _contradictions(header, size):
        raise defect
    return header


def examine(stream: IO[bytes], size: int) -> tuple[OtaHeader, list[str]]:
    """Return the header at the start of `stream`, and a sentence for everything in it that contradicts itself.

    Raises OtaError only where there is no header to be read at all.
    """
    header = _header(stream)
    return header, [str(defect) for defect in _contradictions(header, size)]


def _header(stream: IO[bytes]) -> OtaHeader:
    fixed = _read(stream, FIXED_LENGTH)
    header = _fixed(fixed)
    return _with_optional(header, _read(stream, header.header_length - FIXED_LENGTH))


def _contradictions(header: OtaHeader, size: int | None) -> Iterator[OtaError]:
    low, high = header.min_hardware, header.max_hardware
    if low is not None and high is not None and low > high:
        sentence = f"The hardware range is inverted: lowest {low:04X}, highest {high:04X}."
        yield OtaError(Defect.HARDWARE_RANGE, sentence)
    defect = None if size is None else _size_defect(header, size)
    if defect is not None:
        yield defect


def _size_defect(header: OtaHeader, size: int) -> OtaError | None:
    stated = header.total_size
    if size > MAX_SIZE:
        return OtaError(Defect.TOO_LARGE, f"The file has {size:,} bytes; the limit is {MAX_SIZE:,} (64 MB).")
    if size < stated:
        sentence = f"The file is truncated: it has {size:,} bytes, its header states {stated:,}."
        return OtaError(Defect.TRUNCATED, sentence)
    if size > stated:
        sentence = f"The file is longer than its header states: {size:,} bytes instead of {stated:,}."
        return OtaError(Defect.TRAILING, sentence)
    return None


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the rest of `stream` in chunks of at most 64 KB."""
    while chunk := stream.read(CHUNK):
        yield chunk


def build(
    *,
    manufacturer_code: int,
    image_type: int,
    file_version: int,
    payload: bytes,
    stack_version: int = 2,
    header_string: str = "",
    security_credential: int | None = None,
    upgrade_destination: str | None = None,
    hardware: tuple[int, int] | None = None,
) -> bytes:
    """Return a well-formed OTA file around `payload`. Raises OtaError where the values would make none."""
    optional, control = b"", Field(0)
    if security_credential is not None:
        optional, control = optional + _CREDENTIAL.pack(security_credential), control | Field.CREDENTIAL
    if upgrade_destination is not None:
        reversed_eui = bytes.fromhex(upgrade_destination.replace("-", ""))[::-1]
        optional, control = optional + _DESTINATION.pack(reversed_eui), control | Field.DESTINATION
    if hardware is not None:
        optional, control = optional + _HARDWARE.pack(*hardware), control | Field.HARDWARE
    length = FIXED_LENGTH + len(optional)
    total = length + len(payload)
    text = header_string.encode("ascii").ljust(32, b"\0")
    fixed = _FIXED.pack(
        MAGIC,
        HEADER_VERSION,
        length,
        control,
        manufacturer_code,
        image_type,
        file_version,
        stack_version,
        text,
        total,
    )
    parse(io.BytesIO(fixed + optional))
    return fixed + optional + payload


def _read(stream: IO[bytes], wanted: int) -> bytes:
    data = b""
    while len(data) < wanted and (chunk := stream.read(wanted - len(data))):
        data += chunk
    return data


def _fixed(data: bytes) -> OtaHeader:
    _check_magic(data)
    _, version, length, control, maker, kind, file_version, stack, text, total = _FIXED.unpack(data)
    if version != HEADER_VERSION:
        raise OtaError(Defect.HEADER_VERSION, f"OTA header version {version:04X} is not known; 0100 is expected.")
    if control & ~0x7:
        raise OtaError(Defect.FIELD_CONTROL, f"The field control {control:04X} sets bits that have no meaning.")
    stated = FIXED_LENGTH + _optional_length(control)
    if length != stated:
        raise OtaError(
            Defect.HEADER_LENGTH,
            f"The header states a length of {length} bytes; its fields add up to {stated}.",
        )
    if total <= length:
        raise OtaError(Defect.NO_IMAGE, f"The header states a total size of {total} bytes, which leaves no image.")
    return OtaHeader(version, length, control, maker, kind, file_version, stack, _string(text), total)


def _check_magic(data: bytes) -> None:
    if not data:
        raise OtaError(Defect.EMPTY, "The file is empty.")
    if not data.startswith(struct.pack("<I", MAGIC)):
        for start, what in _OTHER_FORMATS.items():
            if data.startswith(start):
                raise OtaError(Defect.NOT_OTA, f"This is {what}, not a ZigBee OTA image.")
        raise OtaError(Defect.NOT_OTA, "This is not a ZigBee OTA image: it does not begin with 0BEEF11E.")
    if len(data) < FIXED_LENGTH:
        raise OtaError(
            Defect.TRUNCATED_HEADER,
            f"The file ends inside the OTA header: {len(data)} bytes of at least {FIXED_LENGTH}.",
        )


def _string(raw: bytes) -> str:
    text = raw.rstrip(b"\0")
    if any(byte < 0x20 or byte > 0x7E for byte in text):
        raise OtaError(Defect.HEADER_STRING, "The header string is not plain text.")
    return text.decode("ascii").strip()


def _optional_length(control: int) -> int:
    parts = {Field.CREDENTIAL: _CREDENTIAL, Field.DESTINATION: _DESTINATION, Field.HARDWARE: _HARDWARE}
    return sum(part.size for bit, part in parts.items() if control & bit)


def _with_optional(header: OtaHeader, data: bytes) -> OtaHeader:
    there = FIXED_LENGTH + len(data)
    if there < header.header_length:
        raise OtaError(
            Defect.TRUNCATED_HEADER,
            f"The file ends inside the OTA header: {there} bytes of {header.header_length}.",
        )
    credential = destination = low = high = None
    at = 0
    if header.field_control & Field.CREDENTIAL:
        (credential,) = _CREDENTIAL.unpack_from(data, at)
        at += _CREDENTIAL.size
    if header.field_control & Field.DESTINATION:
        (eui,) = _DESTINATION.unpack_from(data, at)
        destination = eui[::-1].hex("-").upper()
        at += _DESTINATION.size
    if header.field_control & Field.HARDWARE:
        low, high = _HARDWARE.unpack_from(data, at)
    return replace(
        header,
        security_credential=credential,
        upgrade_destination=destination,
        min_hardware=low,
        max_hardware=high,
    )
