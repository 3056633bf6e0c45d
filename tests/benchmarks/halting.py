"""Halting: hubs harmed before this portal's rule stops a rollout, against three other systems' rules over the same
reports, by fault rate and size of the canary; how often each halts a rollout without a fault; the overshoot."""

from collections.abc import Iterator
from typing import Any

from devices.rollouts.halting import FAULTS, Fault, compare

CANARIES = (200, 1_000, 10_000)
FAULTLESS_SEEDS = 40


def measure(*, hubs: int, rounds: int) -> Iterator[dict[str, Any]]:
    for canary in CANARIES:
        yield _false_halts(hubs, canary)
        for in_one_part in (False, True):
            for share in FAULTS:
                yield _harm(Fault(share, in_one_part), hubs, canary, rounds)


def _false_halts(hubs: int, canary: int) -> dict[str, Any]:
    *others, own = compare(Fault(0.0), hubs=hubs, canary=canary, seeds=FAULTLESS_SEEDS)
    return {
        "name": f"halting: halts without a fault, canary {canary:,}, {hubs:,} hubs; besides {own.paused} paused",
        "value": own.halted / own.runs,
        "unit": "share of rollouts",
        "against": "; ".join(f"{line.rule} {line.halted / line.runs:.3f}" for line in others),
        "ratio": None,
        "rounds": FAULTLESS_SEEDS,
    }


def _harm(fault: Fault, hubs: int, canary: int, rounds: int) -> dict[str, Any]:
    *others, own = compare(fault, hubs=hubs, canary=canary, seeds=rounds)
    ended = f"{own.halted} halted and {own.paused} paused of {own.runs}"
    best = min(line.harmed for line in others)
    told = "; ".join(f"{line.rule} {line.harmed:,.0f} ({line.halted} halted)" for line in others)
    return {
        "name": f"halting: {fault.words} fail, canary {canary:,}, {hubs:,} hubs, {ended}",
        "value": round(own.harmed, 1),
        "unit": f"hubs harmed; {own.overshoot:,.0f} asked after the deciding report",
        "against": told,
        "ratio": round(own.harmed / best, 3),
        "rounds": rounds,
    }
