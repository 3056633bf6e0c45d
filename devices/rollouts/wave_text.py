"""Waves that differ by region, as people write them: one wave a line. Pure.

`500 North` is a canary in one region, `10 %` a share of every region, `20 % North, 40 % South and Central` two shares
at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from devices.rollouts.planning import WaveSpec

_PART = re.compile(r"(?P<size>\d[\d,. ]*)(?P<percent>%?)\s*(?P<regions>.*)")


def read(text: str, regions: Mapping[str, str]) -> list[WaveSpec]:
    """Return the waves of a text; `regions` names each region's value by its word in small letters.

    Raises ValueError with a sentence that names the line.
    """
    waves = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                waves.append(_wave(line, regions))
            except ValueError as error:
                raise ValueError(f"Line {number}, “{line.strip()}”: {error}.") from None
    return waves


def _wave(line: str, regions: Mapping[str, str]) -> WaveSpec:
    pieces = [piece.strip() for piece in re.split(r"[,;](?!\d{3}\b)", line)]
    parts = [_part(piece, regions) for piece in pieces]
    return WaveSpec(parts=tuple(parts)) if len(parts) > 1 else parts[0]


def _part(piece: str, regions: Mapping[str, str]) -> WaveSpec:
    found = _PART.fullmatch(piece)
    if found is None:
        raise ValueError("write a number of hubs or a share in per cent first, then the regions, if only some")
    words = [word for word in re.split(r"\s+(?:and|&)\s+|\s+", found["regions"].strip().lower()) if word]
    unknown = [word for word in words if word not in regions]
    if unknown:
        raise ValueError(f"“{unknown[0]}” is no region: they are {', '.join(regions)}")
    number = found["size"].replace(",", "").replace(" ", "")
    chosen = tuple(dict.fromkeys(regions[word] for word in words))
    if found["percent"]:
        return WaveSpec(share=_number(number) / 100, regions=chosen)
    if not number.isdigit():
        raise ValueError(f"{number} is no whole number of hubs")
    return WaveSpec(hubs=int(number), regions=chosen)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text} is no number") from None
