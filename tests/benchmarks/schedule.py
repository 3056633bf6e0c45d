"""Scheduling: 60 and 200 parties in three regions over 180 days, held against first come, first served."""

import resource
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from releases.scheduling.checker import check
from releases.scheduling.first_come import first_come
from releases.scheduling.problem import Group, Kind, Limit, Party, Problem, Region, Statement
from releases.scheduling.solver import Progress, reckon, solve

FIRST, DAYS, REGIONS, HOMES = date(2027, 1, 4), 180, ("North", "Central", "South"), 1_000_000
BUSY = 0.45  # of the capacity of all nights is needed
SEED = 1


def country(parties: int, seed: int = SEED) -> Problem:
    """A made-up exercise: a few large suppliers, homes with one supplier or two, and what each of them states."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, parties + 1) ** 1.1
    pairs = {tuple(sorted(rng.choice(parties, 2, replace=False, p=shares / shares.sum()))) for _ in range(2 * parties)}
    kinds = [((one,), shares[one]) for one in range(parties)]
    kinds += [(pair, 0.1 * float(shares[list(pair)].mean())) for pair in sorted(pairs)]
    weights = np.array([weight for _, weight in kinds])[:, None] * rng.uniform(0.5, 1.5, (len(kinds), len(REGIONS)))
    homes = np.maximum(np.rint(weights / weights.sum() * HOMES), 1).astype(int)
    late = np.where(rng.random(homes.shape) < 0.2, rng.integers(int(DAYS * 0.6), DAYS, homes.shape), DAYS - 1)
    capacity = np.ceil(homes.sum(axis=0) / (DAYS * BUSY)).astype(int)
    answers = rng.permutation(parties)
    return Problem(
        first=FIRST,
        last=_day(DAYS - 1),
        regions=tuple(Region(name.lower(), name, int(most)) for name, most in zip(REGIONS, capacity, strict=True)),
        parties=tuple(Party(one, f"Supplier {one + 1}", int(answers[one])) for one in range(parties)),
        groups=tuple(
            Group(REGIONS[region].lower(), tuple(int(one) for one in kinds[kind][0]), int(count), FIRST, _day(last))
            for (kind, region), count, last in zip(np.ndindex(homes.shape), homes.flat, late.flat, strict=True)
        ),
        statements=tuple(one for party in range(parties) for one in _stated(party, rng)),
        limits=tuple(Limit(one, int(homes[one].sum() / 40) + 50) for one in range(parties) if rng.random() < 0.2),
    )


def _stated(party: int, rng: np.random.Generator) -> Iterator[Statement]:
    for kind, most, longest in ((Kind.BLACKOUT, 3, 21), (Kind.AVOID, 3, 28)):
        for _ in range(rng.integers(0, most)):
            start = int(rng.integers(0, DAYS - 10))
            yield Statement(party, kind, _day(start), _day(start + int(rng.integers(3, longest))))
    for week in np.flatnonzero(rng.random(DAYS // 7) < 0.3):
        yield Statement(party, Kind.PREFER, _day(int(week) * 7), _day(int(week) * 7 + 6))


def _day(number: int) -> date:
    return FIRST + timedelta(days=int(number))


def measure(*, hubs: int, rounds: int) -> Iterator[dict[str, Any]]:
    del hubs, rounds  # the country is the measure; the solver draws no lots
    for parties in (60, 200):
        yield from _measured(parties)


def _measured(parties: int) -> Iterator[dict[str, Any]]:
    problem, marks = country(parties), list[tuple[float, Progress]]()
    began, busy = time.perf_counter(), time.process_time()

    def watch(progress: Progress) -> bool:
        marks.append((time.perf_counter() - began, progress))
        return True

    solution = solve(problem, seed=SEED, watch=watch)
    taken, busy = time.perf_counter() - began, time.process_time() - busy
    if solution is None or check(problem, solution.schedule):
        raise ValueError("the schedule breaks a firm limit")
    served = first_come(problem)
    queue, best = reckon(problem, served.schedule), solution.reckoning
    gap = 1.01 * solution.bound + 1e-6
    feasible = next(at for at, one in marks if one.incumbent is not None)
    proven = next((at for at, one in marks if one.bound and (one.incumbent or 1) <= gap), None)
    about = f"schedule: {parties} parties, {len(problem.groups):,} groups, {DAYS} days"

    def line(what: str, value: float | None, unit: str, against: str, ratio: float | None = None) -> dict[str, Any]:
        keys = {"name": f"{about}: {what}", "value": value, "unit": unit, "against": against, "ratio": ratio}
        return keys | {"rounds": 1}

    yield line("first schedule", round(feasible, 2), "s", "the whole solve", round(feasible / taken, 3))
    yield line("worst-off within 1 % of its bound", proven and round(proven, 2), "s", f"bound {solution.bound:.5f}")
    yield line("all aims", round(taken, 2), "s", "20 s aimed at", round(taken / 20, 2))
    yield line("all aims, processor", round(busy, 2), "s of one core", "20 s aimed at", round(busy / 20, 2))
    late = f"first come, first served: {queue.worst:.4f}, {served.unplaced:,} homes without a night"
    yield line("worst-off conflict", round(best.worst, 5), "of 1", late, round(best.worst / queue.worst, 3))
    total = f"first come, first served: {queue.total:.3f}"
    yield line("conflicts together", round(best.total, 4), "parties", total, round(best.total / queue.total, 3))
    least = sum(
        -(-sum(one.homes for one in problem.groups if one.region == r.key) // r.capacity) for r in problem.regions
    )
    yield line("nights of networks", best.nights, "nights", f"at least {least}", round(best.nights / least, 3))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield line("memory", round(memory), "MB at most so far", f"first come, first served: {queue.nights} nights")
