from hypothesis import given
from hypothesis import strategies as st

from devices.enquiries.asked import LARGEST, Asked, read, read_many
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
    assert read_many(text) == [Asked(other, 4), Asked(one, 2), Asked("nonsense", None)]
