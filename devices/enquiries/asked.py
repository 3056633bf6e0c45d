"""EUI-64s as people write them: pairs with hyphens or colons, or sixteen digits alone. Pure."""

import re
from dataclasses import dataclass, field

MOST = 1_000  # in one enquiry that is answered at once
MOST_IN_FILE = 100_000
_BETWEEN = re.compile(r"[\s,;]+")
_DIGITS = re.compile("[0-9A-F]{16}")
_PAIRS = re.compile("[0-9A-F]{2}([-:][0-9A-F]{2}){7}")
_LINE_ENDS = re.compile("\r\n|\r|\n")
_CELL_ENDS = re.compile("[,;\t]")
_IN_NO_NUMBER = re.compile("[G-Z]", re.IGNORECASE)
BYTE_ORDER_MARK = "\ufeff"  # spreadsheets put one before what they save, and it is pasted along
LARGEST = 2**63 - 2  # a GPF has the number after its hub's, and the database keeps signed numbers
LONGEST = 40  # letters kept of an entry


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
    entries = dict.fromkeys(entry.strip("\"'") for entry in _BETWEEN.split(text.lstrip(BYTE_ORDER_MARK)))
    found: dict[object, Asked] = {}
    for entry in entries:
        if entry:
            number = read(entry)
            found.setdefault(entry if number is None else number, Asked(entry[:LONGEST], number))
    return list(found.values())


@dataclass(slots=True)
class Rows:
    """The rows of a file as vectors: what each says, its number (None: no EUI-64), its line, counted from 1.

    ``repeats`` is the line that named the same number first, 0 for none. ``heading`` is what was taken for one.
    """

    texts: list[str] = field(default_factory=list)
    numbers: list[int | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)
    heading: str = ""

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def malformed(self) -> int:
        """How many rows are no EUI-64."""
        return self.numbers.count(None)

    @property
    def repeated(self) -> int:
        """How many rows repeat one before."""
        return len(self) - self.repeats.count(0)


def read_rows(text: str) -> Rows:
    """Return the rows of a file: the first cell of each line that has one; every row is kept.

    The first row is a heading when it is no EUI-64 and has a letter that no number has.
    """
    rows = Rows()
    first: dict[int, int] = {}
    for line, words in enumerate(_LINE_ENDS.split(text), start=1):
        entry = _CELL_ENDS.split(words, maxsplit=1)[0].strip(" \"'")
        if not entry:
            continue
        number = read(entry)
        if number is None and not rows.texts and not rows.heading and _IN_NO_NUMBER.search(entry):
            rows.heading = entry[:LONGEST]
            continue
        rows.texts.append(entry[:LONGEST])
        rows.numbers.append(number)
        rows.lines.append(line)
        rows.repeats.append(0 if number is None else first.get(number, 0))
        if number is not None:
            first.setdefault(number, line)
    return rows
