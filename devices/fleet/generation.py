"""A country of hubs from a seed: cells first, then hubs. NumPy only.

Proportions are portal defaults in the shape of Great Britain: regions about 40 / 30 / 30 %, an electricity supplier
always and a gas supplier or none (often the same), single-band hubs in about 70 % of homes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices import hashing
from devices.simulator.network import left_behind
from devices.simulator.scenarios import CALM, REGION_SHARES

NO_GAS = -1
NO_CELL = -1
SAME_SUPPLIER_SHARE = 0.80
# Hubs in no home, by SMI status: pending, whitelisted, decommissioned, withdrawn.
STORED: tuple[tuple[int, float], ...] = ((0, 0.010), (1, 0.005), (5, 0.015), (6, 0.003))
# Hubs in homes that are neither commissioned nor without network: suspended, recovery, recovered.
UNUSUAL: tuple[tuple[int, float], ...] = ((4, 0.0030), (7, 0.0002), (8, 0.0005))
INSTALLED_NOT_COMMISSIONED, COMMISSIONED = 2, 3
LOST_RESPONSE_SHARE = 0.004
_OUI = 0x0AC4F1  # invented: locally administered, so it is no manufacturer's
_STATUS, _READ = 21, 22


@dataclass(frozen=True, slots=True)
class Supplier:
    """A responsible supplier: its number, weight in the market, and which fuels it supplies."""

    number: int
    weight: float
    gas: bool
    electricity: bool = True


@dataclass(frozen=True, slots=True)
class Combination:
    """Devices found together: its number, share of homes, hub model, and whether it has a gas meter."""

    number: int
    weight: float
    hub_model: int
    gas: bool


@dataclass(frozen=True, slots=True)
class Country:
    """What a fleet is made of. `versions` gives each hub model its (firmware number, share) pairs."""

    suppliers: Sequence[Supplier]
    combinations: Sequence[Combination]
    versions: dict[int, Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells as columns; `gas` is NO_GAS where there is no gas supplier; `homes` sums to the homes of the fleet."""

    region: NDArray[np.uint8]
    combination: NDArray[np.int64]
    firmware: NDArray[np.int64]
    electricity: NDArray[np.int64]
    gas: NDArray[np.int64]
    homes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hubs:
    """Hubs as columns: number from 1, place of its cell in `Cells` or NO_CELL, SMI status, two firmware numbers."""

    number: NDArray[np.uint32]
    eui64: NDArray[np.int64]
    cell: NDArray[np.int32]
    smi_status: NDArray[np.int16]
    inventory: NDArray[np.int64]
    read: NDArray[np.int64]


def make_cells(country: Country, *, homes: int, seed: int) -> Cells:
    """Return the cells of a country with this many homes; cells that nobody lives in are left out."""
    random = np.random.default_rng([seed, 1])
    rows, weights = [], []
    for combination in country.combinations:
        for electricity, gas, pair_weight in _pairs(country.suppliers, combination.gas, seed):
            for firmware, share in country.versions[combination.hub_model]:
                for region, region_share in enumerate(REGION_SHARES):
                    rows.append((region, combination.number, firmware, electricity, gas))
                    weights.append(combination.weight * pair_weight * share * region_share)
    shares = np.array(weights)
    counts = random.multinomial(homes, shares / shares.sum())
    lived_in = counts > 0
    table = np.array(rows, dtype=np.int64)[lived_in]
    return Cells(
        region=table[:, 0].astype(np.uint8),
        combination=table[:, 1],
        firmware=table[:, 2],
        electricity=table[:, 3],
        gas=table[:, 4],
        homes=counts[lived_in],
    )


def make_hubs(cells: Cells, country: Country, *, hubs: int, seed: int) -> Hubs:
    """Return hubs for every home of the cells, and the rest in no home, in an order that says nothing."""
    random = np.random.default_rng([seed, 2])
    cell = np.full(hubs, NO_CELL, dtype=np.int32)
    homes = int(cells.homes.sum())
    cell[:homes] = np.repeat(np.arange(len(cells.homes), dtype=np.int32), cells.homes)
    random.shuffle(cell)
    number = np.arange(1, hubs + 1, dtype=np.uint32)
    in_home = cell != NO_CELL
    inventory = np.where(in_home, cells.firmware[cell], _newest(country))
    return Hubs(
        number=number,
        eui64=eui64(number),
        cell=cell,
        smi_status=_statuses(number, cell, cells, seed),
        inventory=inventory,
        read=_read_versions(number, inventory, country, seed),
    )


def homes_among(hubs: int) -> int:
    """Return how many of so many hubs are in a home."""
    return hubs - sum(round(hubs * share) for _, share in STORED)


def eui64(number: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return each hub's CHF identifier: even, unique, under an invented OUI; the GPF has the next odd number."""
    scrambled = (number.astype(np.uint64) * np.uint64(0x5_DEEC_E66D)) & np.uint64(2**39 - 1)
    return ((np.uint64(_OUI) << np.uint64(40)) | (scrambled << np.uint64(1))).astype(np.int64)


def _pairs(suppliers: Sequence[Supplier], has_gas: bool, seed: int) -> list[tuple[int, int, float]]:
    """Return (electricity, gas, weight): nobody has more than three gas partners, so that cells stay thousands."""
    if not has_gas:
        return [(one.number, NO_GAS, one.weight) for one in suppliers if one.electricity]
    gas = [one for one in suppliers if one.gas]
    if not gas:
        raise ValueError("homes with gas meters need a supplier of gas")
    pairs = []
    for one in (supplier for supplier in suppliers if supplier.electricity):
        others = [other for other in gas if other.number != one.number]
        partners = sorted(others, key=lambda other: hashing.key(seed, one.number, other.number))[:2]
        same = SAME_SUPPLIER_SHARE if partners else 1.0
        if one.gas:
            pairs.append((one.number, one.number, one.weight * same))
        rest = one.weight * (1 - same if one.gas else 1.0)
        pairs += [(one.number, other.number, rest / len(partners)) for other in partners]
    return pairs


def _newest(country: Country) -> int:
    return max(firmware for versions in country.versions.values() for firmware, _ in versions)


def _statuses(number: NDArray[np.uint32], cell: NDArray[np.int32], cells: Cells, seed: int) -> NDArray[np.int16]:
    draw, _ = hashing.halves(hashing.draw(hashing.key(seed, _STATUS), number))
    in_home = cell != NO_CELL
    statuses = np.full(len(number), COMMISSIONED, dtype=np.int16)
    _spread(statuses, draw, in_home, UNUSUAL, scale=1.0)
    _spread(statuses, draw, ~in_home, STORED, scale=1 / sum(share for _, share in STORED))
    regions = cells.region[np.where(in_home, cell, 0)]
    statuses[in_home & left_behind(seed, CALM, number, regions)] = INSTALLED_NOT_COMMISSIONED
    return statuses


def _spread(
    statuses: NDArray[np.int16],
    draw: NDArray[np.uint32],
    chosen: NDArray[np.bool_],
    shares: Sequence[tuple[int, float]],
    *,
    scale: float,
) -> None:
    edge = 0.0
    for status, share in shares:
        low, edge = edge, edge + share * scale
        within = (draw >= hashing.threshold(low)) & (draw <= hashing.threshold(edge))
        statuses[chosen & within] = status


def _read_versions(
    number: NDArray[np.uint32], inventory: NDArray[np.int64], country: Country, seed: int
) -> NDArray[np.int64]:
    """Return what was last read: the inventory's version, but for lost responses after an update."""
    newest = {fw: max(v for v, _ in versions) for versions in country.versions.values() for fw, _ in versions}
    lost, _ = hashing.halves(hashing.draw(hashing.key(seed, _READ), number))
    chosen = lost < hashing.threshold(LOST_RESPONSE_SHARE)
    read = inventory.copy()
    for firmware, latest in newest.items():
        read[chosen & (inventory == firmware)] = latest
    return read
