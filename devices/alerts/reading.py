"""Which alerts stand in a block of activated hubs, for whom, and where a reader goes on. Pure.

An alert's place in its block is twice the hub's, for the electricity supplier, and one more for a gas supplier that is
another: so each responsible supplier of a hub has one alert, also one that supplies both fuels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOBODY = 0


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """Where reading goes on: the number of a block, and the first place in it not read."""

    block: int = 1
    place: int = 0

    def __str__(self) -> str:
        return f"{self.block}-{self.place}"

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Return the cursor behind a text; raise ValueError for one that no page gave out."""
        block, dash, place = text.partition("-")
        if not (dash and _is_number(block) and _is_number(place) and int(block)):
            raise ValueError(f"{text!r} is no cursor")
        return cls(int(block), int(place))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


@dataclass(frozen=True, slots=True)
class Told:
    """The suppliers told of a hub by its cell's number, those whose alerts one reader may read; else NOBODY."""

    electricity: NDArray[np.int64]
    gas: NDArray[np.int64]
    is_both: NDArray[np.bool_]

    @classmethod
    def of(cls, cells: Iterable[tuple[int, int, int | None]], suppliers: frozenset[int] | None) -> Told:
        """Read cells as number, electricity and gas supplier, for a reader of these suppliers; None reads for all."""
        rows = list(cells)
        width = 1 + max((number for number, _, _ in rows), default=0)
        told = cls(np.zeros(width, np.int64), np.zeros(width, np.int64), np.zeros(width, np.bool_))
        for number, electricity, gas in rows:
            if suppliers is None or electricity in suppliers:
                told.electricity[number] = electricity
            if gas == electricity:
                told.is_both[number] = True
            elif gas is not None and (suppliers is None or gas in suppliers):
                told.gas[number] = gas
        return told

    def places(self, activated: bytes, cells: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return the places of the reader's alerts in a block, ascending, by the bits and the cells of its slots."""
        slots = np.flatnonzero(np.unpackbits(np.frombuffer(activated, np.uint8), count=len(cells)))
        slots = slots[cells[slots] < len(self.gas)]
        own = cells[slots]
        first, second = slots[self.electricity[own] != NOBODY], slots[self.gas[own] != NOBODY]
        return np.sort(np.concatenate([2 * first, 2 * second + 1]))

    def supplier(self, place: int, cell: int) -> int:
        """Return who is told by the alert at a place, of a hub of this cell."""
        return int((self.gas if place % 2 else self.electricity)[cell])

    def fuels(self, place: int, cell: int) -> tuple[str, ...]:
        """Return what they supply to the hub's home."""
        if place % 2:
            return ("gas",)
        return ("electricity", "gas") if self.is_both[cell] else ("electricity",)

    def count(self, hubs: NDArray[np.int64]) -> tuple[int, int]:
        """Return the hubs that the reader is told of, and the alerts, of so many hubs by cell number."""
        width = min(len(hubs), len(self.gas))
        first, second = self.electricity[:width] != NOBODY, self.gas[:width] != NOBODY
        own = hubs[:width]
        return int(own[first | second].sum()), int(own[first].sum() + own[second].sum())
