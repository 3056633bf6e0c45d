"""Hub enquiries: one hub after another through the API, at rest and while a rollout runs; 100,000 rows by file.

The country has about three hubs for each of `hubs`, which are those of the rollout. Yardsticks as for the pages.
"""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from devices.enquiries import queries, verbs
from devices.enquiries.asked import MOST_IN_FILE
from devices.enquiries.models import FileEnquiry
from devices.enquiries.states import FileState
from devices.enquiries.tasks import PORTAL
from devices.fleet.models import Hub, World, eui64_text
from devices.rollouts.models import Rollout
from releases.products.cohorts import supplied_by
from releases.products.models import Cell
from tests.benchmarks import pages, rollout
from tests.benchmarks.pages import BEHIND, MINIMAL
from tests.benchmarks.site.load import Load, ask
from tests.factories import world as small

CLIENTS = 16
ASKED = 2_000  # hubs asked about one by one
UNKNOWN = 2**40
QUERY_MS, FILE_SECONDS = 5.0, 10.0  # what is aimed at
Measure = dict[str, Any]


def measure(*, hubs: int, rounds: int) -> Iterator[Measure]:
    """Yield the figures over so many rounds, with a rollout over about so many hubs."""
    world, release = rollout.prepare(hubs)
    planned = rollout.planned(world, release)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) fleet_hub")
    own = _own_hubs(world)
    paths = [reverse("hub-detail", args=[eui64_text(number)]) for number in own]
    with pages.server() as port:
        cookie = pages.signed_in(world)
        ask(port, paths, cookie=cookie, clients=CLIENTS, seconds=1.0)
        loads, bare, behind = [], [], []
        for _ in range(rounds):
            bare.append(ask(port, MINIMAL, clients=CLIENTS, seconds=pages.SECONDS / 2))
            behind.append(ask(port, BEHIND, cookie=cookie, clients=CLIENTS, seconds=pages.SECONDS / 2))
            loads.append(ask(port, paths, cookie=cookie, clients=CLIENTS, seconds=pages.SECONDS))
        yield _line("one hub by API", loads, bare, behind)
        yield _queries(world, own)
        for who in ("supplier", "manager"):
            yield _by_file(world, who, rounds)
        yield _while_it_runs(world, planned, (port, paths, cookie), bare, behind)


def _own_hubs(world: small.World) -> list[int]:
    """The EUI-64s of hubs drawn from those in the homes of one supplier."""
    cells = Cell.objects.filter(supplied_by(frozenset({world.organisation("heron").pk}))).values("number")
    rows = Hub.objects.filter(pk__in=_drawn(10 * ASKED), cell__in=cells).order_by("pk")
    return list(rows.values_list("eui64", flat=True)[:ASKED])


def _drawn(count: int) -> list[int]:
    """So many numbers of hubs, drawn from all and in no order."""
    hubs = World.objects.get().hubs
    drawn: list[int] = np.random.default_rng(2017).permutation(hubs)[:count].tolist()
    return drawn


def _line(name: str, loads: list[Load], bare: list[Load], behind: list[Load]) -> Measure:
    if wrong := sum(load.wrong for load in loads):
        raise AssertionError(f"{name}: {wrong} answers were not 200")
    rates = [load.rate for load in loads]
    ratios = [load.rate / other.rate for load, other in zip(loads, bare, strict=False)]
    return {
        "name": name,
        "value": round(statistics.median(rates), 1),
        "unit": "requests/s",
        "spread": [round(min(rates), 1), round(max(rates), 1)],
        "p50_ms": round(statistics.median(load.quantile(0.5) for load in loads), 1),
        "p99_ms": round(statistics.median(load.quantile(0.99) for load in loads), 1),
        "against": "bare view",
        "ratio": round(statistics.median(ratios), 3),
        "ratio_behind": round(statistics.median(rates) / statistics.median(load.rate for load in behind), 3),
        "rounds": len(loads),
        "clients": CLIENTS,
        "hubs": World.objects.get().hubs,
    }


def _queries(world: small.World, numbers: list[int]) -> Measure:
    """One enquiry after another in this process: its queries, the milliseconds in all of them, and in all."""
    at = timezone.now()
    actor, inside, whole = world.actor("supplier", at=at), [], []
    spent, statements, most = 0.0, 0, 0

    def timed(run: Any, *call: Any) -> Any:
        nonlocal spent, statements
        statements += 1
        began = time.perf_counter()
        try:
            return run(*call)
        finally:
            spent += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        for number in numbers:
            spent, statements, began = 0.0, 0, time.perf_counter()
            queries.answers([number], actor, at)
            whole.append(1000 * (time.perf_counter() - began))
            inside.append(1000 * spent)
            most = max(most, statements)
    p99 = _quantile(inside, 0.99)
    return {
        "name": "queries of one enquiry, all together",
        "value": p99,
        "unit": "ms at p99",
        "p50_ms": _quantile(inside, 0.5),
        "statements": most,
        "with_python_p50_ms": _quantile(whole, 0.5),
        "with_python_p99_ms": _quantile(whole, 0.99),
        "against": f"{QUERY_MS:.0f} ms",
        "ratio": round(p99 / QUERY_MS, 3),
        "rounds": len(numbers),
    }


def _quantile(values: list[float], share: float) -> float:
    return round(float(np.quantile(values, share)), 2)


def _by_file(world: small.World, who: str, rounds: int) -> Measure:
    """Send a file of 100,000 rows and have it answered in this process, as a worker does."""
    known = Hub.objects.filter(pk__in=_drawn(MOST_IN_FILE)).values_list("eui64", flat=True)
    numbers = [*known, *range(UNKNOWN, UNKNOWN + MOST_IN_FILE - len(known))]
    data = "\n".join(map(eui64_text, numbers)).encode()
    taken, worked, cpu = [], [], []
    for _ in range(rounds):
        at, busy = timezone.now(), time.process_time()
        began = time.perf_counter()
        row = verbs.ask_by_file(data, name="hubs.csv", by=world.actor(who, at=at), at=at)
        taken.append(time.perf_counter() - began)
        while verbs.answer_next(row.pk, by=PORTAL, at=at):
            pass
        worked.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
        row = FileEnquiry.objects.get(pk=row.pk)
        if row.state != FileState.DONE:
            raise AssertionError(f"{row}: {row.why}")
    seconds = statistics.median(worked)
    return {
        "name": f"file of 100,000 hubs, {who}",
        "value": round(seconds, 2),
        "unit": "s",
        "spread": [round(min(worked), 2), round(max(worked), 2)],
        "sending_s": round(statistics.median(taken), 2),
        "python_cpu_s": round(statistics.median(cpu), 2),
        "answered": row.answered,
        "against": f"{FILE_SECONDS:.0f} s",
        "ratio": round(seconds / FILE_SECONDS, 3),
        "rounds": rounds,
    }


def _while_it_runs(
    world: small.World, planned: Rollout, asked: tuple[int, list[str], str], bare: list[Load], behind: list[Load]
) -> Measure:
    """Ask again and again for as long as a rollout runs; its transitions a second are given beside."""
    port, paths, cookie = asked
    loads = []
    with rollout.workers(), ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_to_the_end, world, planned)
        while not running.done():
            loads.append(ask(port, paths, cookie=cookie, clients=CLIENTS, seconds=pages.SECONDS / 2))
    found = _line("one hub by API while a rollout runs", loads, bare * len(loads), behind)
    return {**found, "transitions_per_s": round(running.result())}


def run_to_the_end(world: small.World, planned: Rollout) -> float:
    try:
        return rollout.run(world, planned)
    finally:
        connection.close()
