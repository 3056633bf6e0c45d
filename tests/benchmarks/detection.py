"""Detection in the soak period: homes harmed before a hold is proposed, by share of the homes harmed; false proposals
in rollouts without a fault, on ordinary nights and in storms; hubs listened to a second. Also the table in
docs/detection.md, which a test works out.

A fleet goes through its waves and is listened to watch after watch; the counts of a watch are drawn from the same
figures as the simulated network's, and judged by the rule that judges real rollouts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.detection.excess import Heard, find
from devices.detection.listening import count_batch
from devices.gateway import Sign
from devices.rollouts.states import HubState
from devices.simulator.network import SimulatedNetwork
from devices.simulator.scenarios import CALM, DARK_DISPLAYS, JOINS_LOST, REGION_SHARES, STORM, USUAL_SIGNS, Scenario

COMBINATIONS, PART = 40, 8  # homes of a combination fall off as one over its rank; the fault hits about 3 %
CANARY, LATER = 1_000, (0.1, 0.3, 1.0)  # the last wave takes the rest
WATCHES = 4  # while a wave soaks, at which end the next is activated
SHARES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
BATCH = 10_000
HUBS, SEEDS, FAULTLESS = 100_000, 10, 100


@dataclass(frozen=True)
class Outcome:
    """What became of a rollout: the look that proposed a hold, 0 for none; whether on the combination at fault; homes
    harmed by then, and without anybody noticing."""

    look: int
    is_right: bool
    harmed: int
    in_all: int


def run(scenario: Scenario, share: float, *, hubs: int, seed: int) -> Outcome:
    """Take a fleet through its waves until a hold is proposed or everybody is activated and has soaked."""
    rng = np.random.default_rng(seed)
    ranks = 1 / np.arange(1, COMBINATIONS + 1)
    cells = rng.multinomial(hubs, np.outer(REGION_SHARES, ranks / ranks.sum()).ravel()).reshape(-1, COMBINATIONS)
    after, harmed = np.zeros_like(cells), np.zeros(len(cells), np.int64)
    in_all = int(round(cells[:, PART].sum() * share))
    rows: list[tuple[NDArray[np.int64], ...]] = []
    for size in _waves(hubs):
        fresh = rng.multivariate_hypergeometric((cells - after).ravel(), size).reshape(cells.shape)
        after = after + fresh
        harmed = harmed + rng.binomial(fresh[:, PART], share)
        for _ in range(WATCHES):
            rows.append((*_heard(rng, scenario, cells, after, harmed), after, cells - after))
            found = find(Heard(*(np.concatenate(column) for column in zip(*rows, strict=True))), len(rows))
            if found:
                return Outcome(len(rows), found[0].row == PART, int(harmed.sum()), in_all)
    return Outcome(0, False, int(harmed.sum()), in_all)


def _waves(hubs: int) -> Iterator[int]:
    done = CANARY
    yield CANARY
    for share in LATER:
        size = min(round(hubs * share), hubs - done)
        done += size
        yield size


def _heard(
    rng: np.random.Generator,
    scenario: Scenario,
    cells: NDArray[np.int64],
    after: NDArray[np.int64],
    harmed: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the signs of a watch by region, combination and kind, after activation and before."""
    usual = np.tile(list(USUAL_SIGNS.values()), (len(cells), 1))
    usual[:, Sign.POWER_OUTAGE - 1] *= rng.uniform(*scenario.gusts, len(cells))
    signs = [rng.binomial(side[:, :, None], usual[:, None, :]) for side in (after, cells - after)]
    for trouble in scenario.troubles[:1]:
        signs[0][:, PART, trouble.sign - 1] += rng.binomial(harmed, trouble.telling)
    return signs[0], signs[1]


@dataclass(frozen=True)
class Line:
    """The runs of one fault: how many found, in which look on average; homes harmed by then, and in all."""

    found: int
    runs: int
    look: float
    harmed: float
    in_all: float


def compare(scenario: Scenario, share: float, *, hubs: int, seeds: int) -> Line:
    """Run a fault with so many seeds."""
    outcomes = [run(scenario, share, hubs=hubs, seed=seed) for seed in range(seeds)]
    found = [outcome for outcome in outcomes if outcome.is_right]
    return Line(
        len(found),
        seeds,
        sum(outcome.look for outcome in found) / max(len(found), 1),
        sum(outcome.harmed for outcome in outcomes) / seeds,
        sum(outcome.in_all for outcome in outcomes) / seeds,
    )


def false_proposals(scenario: Scenario, *, hubs: int, seeds: int = FAULTLESS) -> int:
    """Return in how many rollouts without a fault a hold was proposed."""
    return sum(run(scenario, 0.0, hubs=hubs, seed=seed).look > 0 for seed in range(seeds))


def table() -> str:
    """The table as Markdown."""
    heads = ("meters fall off the network", "displays go dark")
    rows = [
        "| Homes harmed | "
        + " | ".join(f"{head}: proposed | in watch | harmed" for head in heads)
        + " | harmed in all |",
        "|---|" + "---:|" * 7,
    ]
    for share in SHARES:
        lines = [compare(scenario, share, hubs=HUBS, seeds=SEEDS) for scenario in (JOINS_LOST, DARK_DISPLAYS)]
        rows.append(f"| {share:.1%} | {' | '.join(_cells(line) for line in lines)} | {lines[0].in_all:,.0f} |")
    false = [false_proposals(scenario, hubs=HUBS) for scenario in (CALM, STORM)]
    rows += ["", f"False proposals in {FAULTLESS} rollouts without a fault: {false[0]}; in a storm: {false[1]}."]
    return "\n".join(rows)


def _cells(line: Line) -> str:
    return f"{line.found} of {line.runs} | {f'{line.look:.0f}' if line.found else '–'} | {line.harmed:,.0f}"


def measure(*, hubs: int, rounds: int) -> Iterator[dict[str, Any]]:
    for scenario in (CALM, STORM):
        yield {
            "name": f"detection: false proposals without a fault, {scenario.name}, {hubs:,} hubs",
            "value": false_proposals(scenario, hubs=hubs) / FAULTLESS,
            "unit": "share of rollouts",
            "against": "0.05 allowed",
            "ratio": None,
            "rounds": FAULTLESS,
        }
    for scenario in (JOINS_LOST, DARK_DISPLAYS):
        for share in SHARES:
            yield _harm(scenario, share, hubs, max(rounds, SEEDS))
    yield _listening(hubs, rounds)


def _listening(hubs: int, rounds: int) -> dict[str, Any]:
    """Draw and count a watch over every hub, a batch at a time, as it is done for a rollout: the database apart."""
    network = SimulatedNetwork(seed=1, scenario=JOINS_LOST, regressing=np.array([PART], np.uint32))
    known = np.arange(3 * COMBINATIONS, dtype=np.uint32)
    began = perf_counter()
    for watch in range(rounds):
        for low in range(0, hubs, BATCH):
            numbers = np.arange(low, min(low + BATCH, hubs), dtype=np.uint32)
            cells = numbers % len(known)
            states = np.where(numbers % 2, HubState.ACTIVATED, HubState.DEPLOYED).astype(np.uint8)
            count_batch(network, 1, watch, known, numbers, cells, (cells % 3).astype(np.uint8), states)
    rate = hubs * rounds / (perf_counter() - began)
    return {
        "name": f"detection: hubs listened to, {hubs:,} hubs",
        "value": round(rate),
        "unit": "hubs/s, one process, without the database",
        "against": "seconds for a watch of 5,000,000 hubs",
        "ratio": round(5_000_000 / rate, 2),
        "rounds": rounds,
    }


def _harm(scenario: Scenario, share: float, hubs: int, seeds: int) -> dict[str, Any]:
    line = compare(scenario, share, hubs=hubs, seeds=seeds)
    told = f"proposed in {line.found} of {line.runs}, in watch {line.look:.1f}"
    return {
        "name": f"detection: {scenario.name}, {share:.1%} of one combination, {hubs:,} hubs, {told}",
        "value": round(line.harmed, 1),
        "unit": "homes harmed before a hold is proposed",
        "against": f"{line.in_all:,.0f} without detection",
        "ratio": round(line.harmed / max(line.in_all, 1), 3),
        "rounds": seeds,
    }
