"""The live page of a rollout while it runs: one person after another looks, as the page renews itself.

Its queries are counted at the start and at the end: as many for one wave as for all.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from devices.rollouts import pages as live
from devices.rollouts import queries
from devices.rollouts.models import Rollout
from tests.benchmarks import pages, rollout
from tests.benchmarks.enquiry import run_to_the_end
from tests.benchmarks.site.load import ask
from tests.factories.world import World

P95_MS = 150.0  # what is aimed at
Measure = dict[str, Any]


def measure(*, hubs: int, rounds: int) -> Iterator[Measure]:
    """Yield the figures of as many rollouts as rounds, each of about so many hubs."""
    world, release = rollout.prepare(hubs)
    planned = rollout.planned(world, release)
    counted = [_queries(world, planned)]
    path = [reverse("rollouts:progress", args=[planned.reference])]
    loads = []
    with pages.server() as port:
        cookie = pages.signed_in(world)
        ask(port, path, cookie=cookie, clients=1, seconds=1.0)
        with rollout.workers(), ThreadPoolExecutor(1) as pool:
            running = pool.submit(run_to_the_end, world, planned)
            while not running.done():
                loads.append(ask(port, path, cookie=cookie, clients=1, seconds=1.0))
    counted.append(_queries(world, planned))
    if wrong := sum(load.wrong for load in loads):
        raise AssertionError(f"{wrong} answers were not 200")
    spans = sorted(span for load in loads for span in load.took)
    p95 = round(1000 * spans[int(0.95 * (len(spans) - 1))], 1)
    yield {
        "name": "live page while its rollout runs",
        "value": p95,
        "unit": "ms at p95",
        "p50_ms": round(1000 * spans[len(spans) // 2], 1),
        "looks": len(spans),
        "queries": counted,
        "against": f"{P95_MS:.0f} ms",
        "ratio": round(p95 / P95_MS, 3),
        "rounds": 1,
        "hubs": planned.hubs,
        "transitions_per_s": round(running.result()),
    }


def _queries(world: World, planned: Rollout) -> int:
    """How many queries the page's figures take, with nothing kept from before."""
    at = timezone.now()
    actor = world.actor("supplier", at=at)
    cache.clear()
    row = queries.visible_to(actor).get(pk=planned.pk)
    with CaptureQueriesContext(connection) as captured:
        live.live(row, actor, at)
    return len(captured)
