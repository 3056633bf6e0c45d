"""Studies: four approaches under 200 runs on one core, by the size of the country, against NumPy's bare draw of as many
homes; `make bench PART=study HUBS=1000000`."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from devices.studies.assumptions import Settings
from devices.studies.fleet import Fleet, sample
from devices.studies.results import run

APPROACHES = ("notice", "consultation", "scheduling", "holds")
REGIONS = ("North", "Central", "South")
RUNS, SUPPLIERS, COMBINATIONS = 200, 60, 30


def measure(*, hubs: int, rounds: int) -> Iterator[dict[str, Any]]:
    del rounds  # the runs of a study are its rounds
    for homes in sorted({100_000, hubs, 5_000_000}):
        fleet = sample(SUPPLIERS, COMBINATIONS, REGIONS, homes)
        taken, bare = _seconds(fleet), _bare(homes)
        yield {
            "name": f"study: {len(APPROACHES)} approaches x {RUNS} runs x {homes:,} homes, {SUPPLIERS} suppliers",
            "value": round(taken, 1),
            "unit": "s on one core",
            "against": f"{bare:.2f} s to draw as many homes with NumPy",
            "ratio": round(taken / bare, 2),
            "rounds": 1,
        }


def _seconds(fleet: Fleet) -> float:
    began = time.perf_counter()
    run(fleet, Settings(), APPROACHES, range(RUNS), seed=1, kind="", counting="per_member")
    return time.perf_counter() - began


def _bare(homes: int) -> float:
    rng = np.random.default_rng(1)
    began = time.perf_counter()
    for _ in range(len(APPROACHES) * RUNS):
        rng.random(homes)
    return time.perf_counter() - began
