"""Blackouts as people write them, one a line: "30 January 2017 to 1 February 2017 in North: install peak". Pure."""

import re
from collections.abc import Iterable
from datetime import date

from releases.scheduling.wishes import Blackout

MONTHS = "january february march april may june july august september october november december".split()
PERIOD = "30 January 2017 to 1 February 2017"
EXAMPLE = f"{PERIOD}: install peak"
_BETWEEN = re.compile(r"\s+(?:to|until|till|[-–])\s+", re.IGNORECASE)
_IN = re.compile(r"\s+in\s+", re.IGNORECASE)
_AND = re.compile(r"\s*,\s*|\s+(?:and|&)\s+", re.IGNORECASE)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_UK = re.compile(r"(?P<day>\d{1,2})[/. ](?P<month>\d{1,2}|[A-Za-z]{3,9})[/. ](?P<year>\d{4})")


def read(text: str, *, firm: bool) -> tuple[list[Blackout], list[str]]:
    """Return the blackouts in a text, and a sentence for each line that is none."""
    found, wrong = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        blackout = _line(line.strip(), firm)
        if blackout is None:
            wrong.append(f"Line {number}, “{line.strip()[:80]}”: write it like “{EXAMPLE}”.")
        else:
            found.append(blackout)
    return found, wrong


def write(blackouts: Iterable[Blackout]) -> str:
    """Return blackouts as a text that `read` reads back."""
    return "\n".join(f"{one}: {one.reason}" if one.reason else str(one) for one in blackouts)


def _line(line: str, firm: bool) -> Blackout | None:
    when, _, reason = line.partition(":")
    dates, *where = _IN.split(when.strip(), maxsplit=1)
    ends = [day(part) for part in _BETWEEN.split(dates.strip())]
    if len(ends) > 2 or ends[0] is None or ends[-1] is None:
        return None
    return Blackout(ends[0], ends[-1], firm=firm, reason=reason.strip(), regions=_regions(*where))


def _regions(text: str = "") -> tuple[str, ...]:
    """The regions that somebody wrote, each once, as far as they can be known here: the exercise says which it asks."""
    named = [name for name in _AND.split(" ".join(text.lower().split())) if name]
    return () if named in (["every region"], ["all regions"]) else tuple(dict.fromkeys(named))


def day(text: str) -> date | None:
    """Return the day that somebody wrote, like 2017-01-30, 30/1/2017 or 30 Jan 2017; None for anything else."""
    found = _ISO.fullmatch(text.strip()) or _UK.fullmatch(text.strip())
    if found is None:
        return None
    month = _month(found["month"])
    try:
        return date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next((number for number, name in enumerate(MONTHS, start=1) if name.startswith(text.lower())), 0)
