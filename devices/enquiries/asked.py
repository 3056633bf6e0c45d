"""EUI-64s as people write them: pairs with hyphens or colons, or sixteen digits alone. Pure."""

import re
from dataclasses import dataclass

MOST = 1_000  # in one enquiry that is answered at once
_BETWEEN = re.compile(r"[\s,;]+")
_DIGITS = re.compile("[0-9A-F]{16}")
_PAIRS = re.compile("[0-9A-F]{2}([-:][0-9A-F]{2}){7}")
LARGEST = 2**63 - 2  # a GPF has the number after its hub's, and the database keeps signed numbers


def read(text: str) -> int | None:
    """Return the number of an EUI-64, None for what is none."""
    plain = text.strip().upper()
    if _PAIRS.fullmatch(plain):
        plain = plain.replace("-", "").replace(":", "")
    if not _DIGITS.fullmatch(plain):
        return None
    number = int(plain, 16)
    return number if number <= LARGEST else None


@dataclass(frozen=True, slots=True)
class Asked:
    """An entry of a list, as it was written, and its number, if it is an EUI-64."""

    text: str
    number: int | None


def read_many(text: str) -> list[Asked]:
    """Return what a list names, each once and in order; entries stand on lines or between commas or semicolons."""
    entries = dict.fromkeys(entry.strip("\"'") for entry in _BETWEEN.split(text))
    found: dict[object, Asked] = {}
    for entry in entries:
        if entry:
            number = read(entry)
            found.setdefault(entry if number is None else number, Asked(entry[:40], number))
    return list(found.values())
