"""What happens in homes meanwhile: they change supplier, meters and hubs are exchanged, new hubs are installed. Pure.

Whether a day brings a home anything, and what, is a hash of (seed, day, its hub's number): nobody's order of work and
no repetition changes it. At most one thing happens in a home in a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from devices import hashing
from devices.simulator.scenarios import DAYS_A_YEAR, Life

_HAPPENS, _INSTALLED, _WHERE = 31, 32, 33
_STRETCH = 1_000_000  # hub numbers drawn for at a time
T = TypeVar("T", bound=Hashable)
Suppliers = tuple[int, int | None]


class Event(IntEnum):
    """What a day may bring a home."""

    CHANGE_OF_SUPPLIER = 1
    METER_EXCHANGE = 2
    HUB_EXCHANGE = 3


class Place(NamedTuple):
    """What makes homes alike to every rule: what a cell is. Suppliers and the rest by number, gas None without one."""

    region: str
    combination: int
    firmware: int
    han_variant: str
    electricity: int
    gas: int | None

    @property
    def suppliers(self) -> Suppliers:
        """Who supplies electricity and gas."""
        return self.electricity, self.gas


class Scale(Generic[T]):
    """Things to choose among, each as likely as its weight."""

    def __init__(self, weights: Mapping[T, int]) -> None:
        self._things = sorted((one for one, weight in weights.items() if weight), key=str)
        self._edges = np.cumsum([weights[one] for one in self._things], dtype=np.int64)

    def at(self, choice: int) -> T | None:
        """Return the thing that a 32-bit draw falls on; None where there is none."""
        if not self._things:
            return None
        return self._things[int(np.searchsorted(self._edges, choice * int(self._edges[-1]) >> 32, side="right"))]


class Country:
    """What a change chooses from: the homes of every place, the combinations that the exchange of one meter makes of a
    combination, and the version on which a new hub comes by combination."""

    def __init__(
        self, homes: Mapping[Place, int], exchanges: Mapping[int, Sequence[int]], shipped: Mapping[int, int]
    ) -> None:
        self.total = sum(homes.values())
        self.places = Scale(homes)
        self.exchanges = exchanges
        self.shipped = shipped
        self._supplied: Counter[Suppliers] = Counter()
        for place, count in homes.items():
            self._supplied[place.suppliers] += count
        self._markets: dict[Suppliers, Scale[Suppliers]] = {}

    def market(self, suppliers: Suppliers) -> Scale[Suppliers]:
        """Return whom homes of these suppliers may change to: the suppliers of other homes with the same fuels."""
        if suppliers not in self._markets:
            others = {one: homes for one, homes in self._supplied.items() if one != suppliers}
            has_gas = suppliers[1] is not None
            self._markets[suppliers] = Scale(
                {one: homes for one, homes in others.items() if (one[1] is not None) == has_gas}
            )
        return self._markets[suppliers]


def happens(seed: int, day: int, hubs: int, life: Life) -> Iterator[tuple[int, Event, int]]:
    """Yield the hubs, numbered from 1, whose homes the day brings something: number, what, and a draw to choose by."""
    limits = np.array([hashing.threshold(share / DAYS_A_YEAR) for share in accumulate(life.shares)], np.uint32)
    key = hashing.key(seed, _HAPPENS, day)
    for low in range(1, hubs + 1, _STRETCH):
        numbers = np.arange(low, min(low + _STRETCH, hubs + 1), dtype=np.uint32)
        bits, choice = hashing.halves(hashing.draw(key, numbers))
        chosen = np.flatnonzero(bits < limits[-1])
        events = np.searchsorted(limits, bits[chosen], side="right") + 1
        for place, event in zip(chosen.tolist(), events.tolist(), strict=True):
            yield int(numbers[place]), Event(event), int(choice[place])


def after(place: Place, event: Event, choice: int, country: Country) -> Place:
    """Return the place of a home after an event; the same where nothing else is to be had, or like replaces like.

    Who changes supplier takes the suppliers of another home with the same fuels, so that no pair of suppliers is new
    and cells stay thousands. A new hub of the same model comes on the version it is shipped with.
    """
    if event is Event.HUB_EXCHANGE:
        return _new_hub(place, country)
    if event is Event.METER_EXCHANGE:
        others = [one for one in country.exchanges.get(place.combination, ()) if one != place.combination]
        return place._replace(combination=others[choice % len(others)]) if others else place
    gained = country.market(place.suppliers).at(choice)
    return place if gained is None else place._replace(electricity=gained[0], gas=gained[1])


def installed(seed: int, day: int, country: Country, life: Life) -> list[Place]:
    """Return the places of the homes in which a hub is installed that day, like homes there are already."""
    expected = country.total * life.installations / DAYS_A_YEAR
    total = int(expected) + (hashing.unit(hashing.key(seed, _INSTALLED, day)) < expected % 1)
    choices, _ = hashing.halves(hashing.draw(hashing.key(seed, _WHERE, day), np.arange(total, dtype=np.uint32)))
    found = map(country.places.at, choices.tolist())
    return [_new_hub(place, country) for place in found if place is not None]


def _new_hub(place: Place, country: Country) -> Place:
    return place._replace(firmware=country.shipped.get(place.combination, place.firmware))
