import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.products import ota
from releases.products.ota import Defect, OtaError

GOOD = {
    "manufacturer_code": 0x10A5,
    "image_type": 0x0001,
    "file_version": 0x01020003,
    "payload": b"firmware" * 100,
}
FULL = GOOD | {
    "header_string": "Demonstration hub firmware",
    "security_credential": 2,
    "upgrade_destination": "AA-BB-CC-00-00-00-00-01",
    "hardware": (0x0001, 0x0004),
}


def parse(data):
    return ota.parse(io.BytesIO(data), size=len(data))


def defect(data, size=None):
    with pytest.raises(OtaError) as caught:
        ota.parse(io.BytesIO(data), size=len(data) if size is None else size)
    return caught.value.defect, str(caught.value)


def patched(data, offset, fmt, *values):
    changed = bytearray(data)
    struct.pack_into(fmt, changed, offset, *values)
    return bytes(changed)


def test_every_field_is_read():
    header = parse(ota.build(**FULL))
    assert header == ota.OtaHeader(
        header_version=0x0100,
        header_length=69,
        field_control=7,
        manufacturer_code=0x10A5,
        image_type=1,
        file_version=0x01020003,
        stack_version=2,
        header_string="Demonstration hub firmware",
        total_size=69 + 800,
        security_credential=2,
        upgrade_destination="AA-BB-CC-00-00-00-00-01",
        min_hardware=1,
        max_hardware=4,
    )
    assert header.manufacturer == "10A5"
    assert header.version == "01020003"


def test_a_file_without_optional_fields_fits_every_hub():
    header = parse(ota.build(**GOOD))
    assert header.header_length == 56
    assert (header.security_credential, header.upgrade_destination) == (None, None)
    assert header.fits_hardware(0) and header.fits_hardware(0xFFFF)


def test_the_hardware_range_includes_both_ends():
    header = parse(ota.build(**GOOD, hardware=(2, 4)))
    assert [header.fits_hardware(n) for n in (1, 2, 3, 4, 5)] == [False, True, True, True, False]


def test_the_bytes_are_those_of_the_specification():
    data = ota.build(**GOOD)
    assert data[:4] == bytes.fromhex("1EF1EE0B")
    assert data[10:12] == bytes.fromhex("A510")
    assert data[14:18] == bytes.fromhex("03000201")


def test_the_header_alone_can_be_read_before_the_size_is_known():
    stream = io.BytesIO(ota.build(**FULL))
    header = ota.parse(stream)
    assert stream.tell() == header.header_length
    assert b"".join(ota.chunks(stream)) == FULL["payload"]


def test_a_stream_that_hands_out_single_bytes_is_read_whole():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1))

    assert ota.parse(Slow(ota.build(**FULL))) == parse(ota.build(**FULL))


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", Defect.EMPTY, "The file is empty."),
        (b"hello" * 30, Defect.NOT_OTA, "does not begin with 0BEEF11E"),
        (b"PK\x03\x04" + b"\0" * 100, Defect.NOT_OTA, "This is a ZIP archive, not a ZigBee OTA image."),
        (b"\x0b\xee\xf1\x1e" + b"\0" * 100, Defect.NOT_OTA, "bytes in the wrong order"),
        (b"\x1e", Defect.NOT_OTA, "does not begin"),
        (ota.build(**GOOD)[:55], Defect.TRUNCATED_HEADER, "55 bytes of at least 56"),
        (ota.build(**FULL)[:60], Defect.TRUNCATED_HEADER, "60 bytes of 69"),
        (ota.build(**GOOD)[:-1], Defect.TRUNCATED, "it has 855 bytes, its header states 856"),
        (ota.build(**GOOD) + b"!", Defect.TRAILING, "857 bytes instead of 856"),
        (patched(ota.build(**GOOD), 4, "<H", 0x0200), Defect.HEADER_VERSION, "0200 is not known"),
        (patched(ota.build(**GOOD), 6, "<H", 57), Defect.HEADER_LENGTH, "fields add up to 56"),
        (patched(ota.build(**GOOD), 8, "<H", 8), Defect.FIELD_CONTROL, "0008"),
        (patched(ota.build(**GOOD), 8, "<H", 1), Defect.HEADER_LENGTH, "fields add up to 57"),
        (patched(ota.build(**GOOD), 20, "<B", 0xFF), Defect.HEADER_STRING, "not plain text"),
        (patched(ota.build(**GOOD), 52, "<I", 56), Defect.NO_IMAGE, "leaves no image"),
        (patched(ota.build(**FULL), 65, "<HH", 5, 4), Defect.HARDWARE_RANGE, "lowest 0005, highest 0004"),
    ],
)
def test_each_defect_has_its_sentence(data, code, words):
    found, sentence = defect(data)
    assert found == code
    assert words in sentence
    assert sentence.endswith(".")


def test_the_limit_is_64_megabytes():
    with pytest.raises(OtaError, match=r"67,108,865 bytes; the limit is 67,108,864 \(64 MB\)"):
        ota.parse(io.BytesIO(ota.build(**GOOD)), size=64 * 1024 * 1024 + 1)


def test_nothing_malformed_is_built():
    with pytest.raises(OtaError, match="inverted"):
        ota.build(**GOOD, hardware=(3, 1))
    with pytest.raises(OtaError, match="leaves no image"):
        ota.build(**GOOD | {"payload": b""})


U8, U16, U32 = (st.integers(0, 2**n - 1) for n in (8, 16, 32))
EUI = st.binary(min_size=8, max_size=8).map(lambda raw: raw.hex("-").upper())
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=32).map(str.strip)


@given(
    manufacturer_code=U16,
    image_type=U16,
    file_version=U32,
    stack_version=U16,
    payload=st.binary(min_size=1, max_size=300),
    header_string=TEXT,
    security_credential=st.none() | U8,
    upgrade_destination=st.none() | EUI,
    hardware=st.none() | st.tuples(U16, U16).map(sorted).map(tuple),
)
def test_what_is_built_is_read_back(**values):
    header = parse(ota.build(**values))
    hardware = values.pop("hardware") or (None, None)
    assert (header.min_hardware, header.max_hardware) == hardware
    del values["payload"]
    assert {name: getattr(header, name) for name in values} == values


@given(st.binary(max_size=200))
def test_noise_is_refused_with_a_sentence(data):
    assert defect(data)[1]


@given(st.integers(0, 68), st.binary(min_size=1, max_size=4))
def test_a_damaged_header_is_refused_or_still_consistent(offset, noise):
    data = bytearray(ota.build(**FULL))
    data[offset : offset + len(noise)] = noise
    try:
        header = parse(bytes(data))
    except OtaError:
        return
    assert header.total_size == len(data)


@given(st.integers(0, 868))
def test_every_truncation_is_noticed(length):
    code, _ = defect(ota.build(**FULL)[:length])
    assert code in {Defect.EMPTY, Defect.NOT_OTA, Defect.TRUNCATED_HEADER, Defect.TRUNCATED}
