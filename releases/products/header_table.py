"""Every field of an image's OTA header as a table for people: name, value as customary, meaning. Pure."""

from collections.abc import Iterator

from releases.products.ota import MAGIC, Field, OtaHeader

_STACKS = {0: "ZigBee 2006", 1: "ZigBee 2007", 2: "ZigBee PRO", 3: "ZigBee IP"}
_CREDENTIALS = {0: "Smart Energy 1.0", 1: "Smart Energy 1.1", 2: "Smart Energy 2.0", 3: "Smart Energy 1.2"}
_OPTIONAL = {
    Field.CREDENTIAL: "security credential version",
    Field.DESTINATION: "upgrade file destination",
    Field.HARDWARE: "hardware versions",
}
_ABSENT = "not in the file"
Line = tuple[str, str, str]  # name, value, meaning


def table(header: OtaHeader) -> list[Line]:
    """Return each field of the header in the order of the file."""
    return [*_fixed(header), *_of_optional_fields(header)]


def _fixed(header: OtaHeader) -> Iterator[Line]:
    yield "File identifier", f"{MAGIC:08X}", "ZigBee OTA upgrade file"
    yield "Header version", f"{header.header_version:04X}", ""
    yield "Header length", f"{header.header_length} bytes", ""
    yield "Field control", f"{header.field_control:04X}", _control(header.field_control)
    yield "Manufacturer code", header.manufacturer, ""
    yield "Image type", f"{header.image_type:04X}", ""
    yield "File version", header.version, "the firmware version"
    yield "ZigBee stack version", f"{header.stack_version:04X}", _STACKS.get(header.stack_version, "")
    yield "Header string", header.header_string or "empty", ""
    yield "Total image size", f"{header.total_size:,} bytes", "header and image"


def _control(control: int) -> str:
    there = [words for bit, words in _OPTIONAL.items() if control & bit]
    return f"holds {', '.join(there)}" if there else "no optional fields"


def _of_optional_fields(header: OtaHeader) -> Iterator[Line]:
    credential = header.security_credential
    said = _ABSENT if credential is None else f"{credential:02X}"
    yield "Security credential version", said, "" if credential is None else _CREDENTIALS.get(credential, "")
    yield "Upgrade file destination", header.upgrade_destination or _ABSENT, ""
    for name, value in (("Lowest", header.min_hardware), ("Highest", header.max_hardware)):
        yield f"{name} hardware version", _ABSENT if value is None else f"{value:04X}", ""
