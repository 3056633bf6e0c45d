from hypothesis import given
from hypothesis import strategies as st

from devices.enquiries.asked import LARGEST, Asked, read, read_many, read_rows
from devices.fleet.models import eui64_text

numbers = st.integers(min_value=0, max_value=LARGEST)


@given(numbers, st.sampled_from(["-", ":", ""]), st.booleans())
def test_what_is_shown_is_read_back(number, between, lower):
    text = eui64_text(number).replace("-", between)
    assert read(f" {text.lower() if lower else text}\n") == number


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_number_or_none(text):
    found = read(text)
    assert found is None or 0 <= found <= LARGEST


def test_what_is_no_eui64_is_none():
    for text in ("", "12", "00-DB-12-34-56-78-90", "00-DB:12-34-56-78-90-AG", "00DB1234-56789", "F" * 16):
        assert read(text) is None


def test_a_list_is_read_in_order_each_once():
    one, other = eui64_text(2), eui64_text(4)
    text = f'{other}\r\n"{one}", {one.lower()};nonsense nonsense\t{other.replace("-", "")}\n\n'
    assert read_many(f"\ufeff{text}") == read_many(text) == [Asked(other, 4), Asked(one, 2), Asked("nonsense", None)]


def test_a_file_keeps_every_row_with_its_line():
    one, other = eui64_text(2), eui64_text(4)
    rows = read_rows(f"CHF,note\r\n{other},first\r\n\r\n00-00\n{one};x\r'{other.replace('-', ':')}\t\n00-00\n")
    assert rows.heading == "CHF"
    assert rows.texts == [other, "00-00", one, other.replace("-", ":"), "00-00"]
    assert rows.numbers == [4, None, 2, 4, None]
    assert rows.lines == [2, 4, 5, 6, 7]
    assert rows.repeats == [0, 0, 0, 2, 0]
    assert (len(rows), rows.malformed, rows.repeated) == (5, 2, 1)


def test_a_first_row_that_could_be_meant_as_a_number_is_no_heading():
    for text, heading, count in (("00-DB\n", "", 1), ("EUI-64\n", "EUI-64", 0), (f"{eui64_text(2)}\nhub\n", "", 2)):
        rows = read_rows(text)
        assert (rows.heading, len(rows)) == (heading, count)
    assert read_rows("hub\nhub\n").texts == ["hub"]


@given(st.lists(numbers, max_size=30))
def test_what_a_file_names_once_it_asks_once(asked):
    rows = read_rows("\n".join(eui64_text(number) for number in asked))
    assert [number for number, line in zip(rows.numbers, rows.repeats, strict=True) if not line] == [
        *dict.fromkeys(asked)
    ]
    assert rows.repeated == len(asked) - len(set(asked))
