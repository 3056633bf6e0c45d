"""Runs of a study, and what they come to: means with their confidence, the worst-off supplier, harm by kind."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from devices.studies.approaches import APPROACH
from devices.studies.assumptions import PROBLEMS, Settings
from devices.studies.fleet import Fleet
from devices.studies.luck import draw
from devices.studies.model import Outcome, play

Json = dict[str, Any]
NORMAL = 1.96  # standard errors either side of a mean that hold the true one in 95 of 100 studies


@dataclass(frozen=True)
class Measure:
    """A figure of a run, in words and its unit; `places` decimals are shown, `factor` makes it that unit."""

    name: str
    words: str
    unit: str
    places: int = 0
    factor: float = 1


MEASURES: tuple[Measure, ...] = (
    Measure("harmed", "Homes harmed", "homes"),
    Measure("harm_days", "Days that homes were harmed, together", "home-days"),
    Measure("worst", "Homes harmed of the worst-off supplier", "%", 2, 100),
    Measure("days_to_most", "Until 95 % of homes are activated", "days"),
    Measure("past_validity", "Homes past their validity period", "homes"),
    Measure("needless_days", "Days that homes waited for a fault not theirs, together", "home-days"),
    Measure("spared_broken", "Homes activated in a week their supplier asked to be spared", "homes"),
    Measure("ballots", "Ballots", "", 2),
    Measure("tests", "Tests by suppliers", "", 1),
    Measure("person_days", "Effort of suppliers, committee and parties", "person-days"),
    Measure("nights", "Nights of a region’s network", "nights"),
    Measure("cost", "Cost of nights and visits", "£"),
)


def run(
    fleet: Fleet,
    figures: Settings,
    approaches: Sequence[str],
    runs: Iterable[int],
    *,
    seed: int,
    kind: str,
    counting: str,
) -> Json:
    """Play these runs under every approach; return, by approach, each measure run by run and homes harmed by supplier.

    ``kinds`` has each run's fault by name, empty for a good release.
    """
    numbers = list(runs)
    lucks = [draw(seed, number, fleet, figures, kind) for number in numbers]
    played = {name: [play(APPROACH[name], fleet, figures, luck, counting) for luck in lucks] for name in approaches}
    return {
        "kinds": [luck.fault.name if luck.fault else "" for luck in lucks],
        "approaches": {name: _columns(outcomes) for name, outcomes in played.items()},
    }


def _columns(outcomes: Sequence[Outcome]) -> Json:
    columns: Json = {one.name: [round(getattr(row, one.name), 6) for row in outcomes] for one in MEASURES}
    return columns | {"by_supplier": np.sum([row.by_supplier for row in outcomes], axis=0).astype(int).tolist()}


def joined(parts: Sequence[Json]) -> Json:
    """The parts of one study, in order, as if they had been run together."""
    names = list(parts[0]["approaches"])
    return {
        "kinds": [kind for part in parts for kind in part["kinds"]],
        "approaches": {name: _joined([part["approaches"][name] for part in parts]) for name in names},
    }


def _joined(columns: Sequence[Json]) -> Json:
    whole: Json = {one.name: [value for part in columns for value in part[one.name]] for one in MEASURES}
    return whole | {
        "by_supplier": [sum(counts) for counts in zip(*(part["by_supplier"] for part in columns), strict=True)]
    }


@dataclass(frozen=True)
class Spread:
    """A mean over runs with its 95 % confidence interval, and the fifth and ninety-fifth of a hundred runs."""

    mean: float
    least: float
    most: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of these values; one value has no confidence and is its own interval."""
        found = np.asarray(values, dtype=np.float64)
        mean = float(found.mean())
        error = NORMAL * float(found.std(ddof=1)) / math.sqrt(len(found)) if len(found) > 1 else 0.0
        low, high = (float(one) for one in np.percentile(found, [5, 95]))
        return cls(mean, max(mean - error, 0.0), mean + error, low, high)  # no measure is below nothing


@dataclass(frozen=True)
class Reading:
    """What one approach came to."""

    approach: str
    spreads: Mapping[str, Spread]
    by_kind: Mapping[str, float]
    by_supplier: Mapping[str, float]


def read(found: Json, approaches: Sequence[str], suppliers: Sequence[str]) -> list[Reading]:
    """What each approach came to, in this order: the database keeps its own.

    Spreads by measure, mean homes harmed by kind of problem and by supplier a run.
    """
    return [_reading(name, found["approaches"][name], found["kinds"], suppliers) for name in approaches]


def _reading(name: str, columns: Json, kinds: Sequence[str], suppliers: Sequence[str]) -> Reading:
    runs = len(kinds)
    harmed = np.asarray(columns["harmed"], dtype=np.float64)
    of = np.asarray(kinds)
    return Reading(
        approach=name,
        spreads={one.name: Spread.of(columns[one.name]) for one in MEASURES},
        by_kind={one.name: float(harmed[of == one.name].sum()) / runs for one in PROBLEMS},
        by_supplier={supplier: count / runs for supplier, count in zip(suppliers, columns["by_supplier"], strict=True)},
    )
