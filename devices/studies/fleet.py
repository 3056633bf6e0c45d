"""The homes of a study: how many of each region, supplier and device combination there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NOBODY = -1  # the gas supplier of a home without gas


def by_supplier(homes: NDArray[Any], electricity: Ints, gas: Ints, size: int) -> NDArray[np.float64]:
    """How many of these homes each supplier serves, with either fuel; a home with two suppliers counts for both."""
    both = (gas != NOBODY) & (gas != electricity)
    counted = np.bincount(electricity, homes, size) + np.bincount(gas[both], homes[both], size)
    return counted.astype(np.float64)


@dataclass(frozen=True)
class Fleet:
    """Homes by row: `homes[i]` of them in `region[i]`, of `combination[i]`, supplied by `electricity[i]` and `gas[i]`.

    Suppliers and regions are numbered in the order of their names here; `categories` has each supplier's category.
    """

    suppliers: tuple[str, ...]
    categories: tuple[str, ...]
    regions: tuple[str, ...]
    combinations: int
    homes: Ints
    region: Ints
    electricity: Ints
    gas: Ints
    combination: Ints

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Fleet:
        """Return the fleet written by `as_json`."""
        columns = np.array(stored["rows"], dtype=np.int64).reshape(-1, 5).T
        suppliers, categories, regions = (tuple(stored[part]) for part in ("suppliers", "categories", "regions"))
        return cls(suppliers, categories, regions, stored["combinations"], *columns)

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        rows = np.stack([self.homes, self.region, self.electricity, self.gas, self.combination], axis=1)
        return {
            "suppliers": list(self.suppliers),
            "categories": list(self.categories),
            "regions": list(self.regions),
            "combinations": self.combinations,
            "rows": rows.tolist(),
        }

    @property
    def total(self) -> int:
        """How many homes there are."""
        return int(self.homes.sum())

    def scaled(self, total: int) -> Fleet:
        """The same country with about this many homes: every row keeps its share and at least one home."""
        return replace(self, homes=np.maximum(np.rint(self.homes * (total / self.total)).astype(np.int64), 1))

    def homes_of_each(self, homes: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """How many of the homes each supplier serves, with either fuel; a home with two suppliers counts for both."""
        return by_supplier(self.homes if homes is None else homes, self.electricity, self.gas, len(self.suppliers))

    def has(self, concerned: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which suppliers serve a home in the rows concerned."""
        return self.homes_of_each(np.where(concerned, self.homes, 0)) > 0


def sample(suppliers: int, combinations: int, regions: Sequence[str], homes: int, seed: int = 1) -> Fleet:
    """A made-up country of this size: a few Large Suppliers have most homes, as in Great Britain."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, suppliers + 1) ** 1.2
    popular = 1 / np.arange(1, combinations + 1)
    weights = np.einsum("s,r,c->src", shares, np.ones(len(regions)), popular) * rng.uniform(
        0.5, 1.5, (suppliers, len(regions), combinations)
    )
    supplier, region, combination = (one.ravel() for one in np.indices(weights.shape))
    counted = np.maximum(np.rint(weights.ravel() / weights.sum() * homes).astype(np.int64), 1)
    gas = np.where(rng.random(len(counted)) < 0.2, NOBODY, supplier)
    large = max(suppliers // 6, 1)
    return Fleet(
        suppliers=tuple(f"Supplier {number + 1}" for number in range(suppliers)),
        categories=("large_supplier",) * large + ("small_supplier",) * (suppliers - large),
        regions=tuple(regions),
        combinations=combinations,
        homes=counted,
        region=region,
        electricity=supplier,
        gas=gas,
        combination=combination,
    )
