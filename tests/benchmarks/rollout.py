"""A whole rollout over Celery against the bare ceiling, alternately in one run.

The ceiling: two backends, each with one ``UPDATE … RETURNING → INSERT`` a transition over half of the same table
with the same indexes. A transition is one hub changing state and one event recorded, committed. Its cost is processor
time of workers and database, which other work on the machine hardly changes. Beside both: a naive task a hub.
"""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from devices.fleet import verbs as fleet
from devices.rollouts import partitions, tasks, verbs
from devices.rollouts.models import Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.verdicts import Thresholds
from portal.embedded import programs
from portal.embedded.process import stop
from releases.gates import verbs as gates
from releases.products.models import FirmwareVersion, HubModel
from releases.publishing import scope
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.benchmarks.site import cpu, naive
from tests.factories.crew import BASE, database_address
from tests.factories.releases import NOTES, evidence_facts, image_file
from tests.factories.world import SEED, World, make_world

MODEL, TARGET = "Alder 2", "01040000"
SHARE_OF_MODEL = 0.36  # a little below the model's share of all hubs, so that enough are seeded
TRANSITIONS = 4
PLAN = verbs.Plan(
    waves=(WaveSpec(hubs=1_000), WaveSpec(share=0.1), WaveSpec(share=0.3), WaveSpec(share=1.0)),
    thresholds=Thresholds(0.05, 200, 0.95),
    retry_seconds=0,
    soak_seconds=0,
)
NAIVE = 1_000  # hubs moved one by one
Measure = dict[str, Any]


@dataclass
class Run:
    """One rollout: its transitions a second, and the microseconds of processor that each cost."""

    rate: float
    cost: float | None


def measure(*, hubs: int, rounds: int) -> Iterator[Measure]:
    """Yield the measures of so many rounds, each a rollout and its ceiling over about so many hubs."""
    world, release = prepare(hubs)
    _execute("CREATE TABLE bench_cells AS SELECT id, cell FROM fleet_hub")
    _execute("CREATE TABLE bench_homes AS SELECT number, homes FROM products_cell")
    runs: list[Run] = []
    ceilings, plans = [], []
    with workers() as child:
        for _ in range(rounds):
            began = time.monotonic()
            rollout = planned(world, release)
            plans.append(rollout.hubs / (time.monotonic() - began))
            ceilings.append(_ceiling(rollout))
            runs.append(_watched(child.pid, world, rollout))
            _restore(release)
    size = Rollout.objects.latest("pk").hubs
    rates = [run.rate for run in runs]
    yield _line("whole rollout over Celery", rates, "transitions/s", ceilings, against="bare ceiling", hubs=size)
    yield _line("bare ceiling", ceilings, "rows/s", None, against="", hubs=size)
    yield _line("planning, waves to hub rows", plans, "hubs/s", None, against="", hubs=size)
    yield {
        "name": "hub rows and events of one rollout",
        "value": round(_megabytes(Rollout.objects.latest("pk")) / size * 1_000_000, 1),
        "unit": "MB per million hubs",
        "against": "",
        "ratio": None,
        "rounds": 1,
        "hubs": size,
    }
    if costs := [run.cost for run in runs if run.cost is not None]:
        line = _line("cost of a transition", costs, "µs of processor", None, against="", hubs=size)
        spread = [round(cost, 1) for cost in (min(costs), max(costs))]
        yield line | {"value": round(statistics.median(costs), 1), "spread": spread}
    yield _naive(statistics.median(rates))


def _watched(worker: int, world: World, rollout: Rollout) -> Run:
    """Run a rollout and take the processor time of the worker and of the database meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        roots = [worker, cpu.parent(cursor.fetchone()[0])] if cpu.PROC.exists() else [worker]
    marks = [cpu.seconds(roots)]
    rate = run(world, rollout, moved=lambda: marks.append(cpu.seconds(roots)))
    before, after = marks
    return Run(rate, None if before is None or after is None else 1_000_000 * (after - before) / _events(rollout))


def _events(rollout: Rollout) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {partitions.events_of(rollout.pk)}")  # noqa: S608 - a number of ours
        return int(cursor.fetchone()[0])


def _naive(rate: float) -> Measure:
    """Move some hubs by one task each, published before; return their transitions a second and the factor."""
    naive.publish(naive.prepare(NAIVE))
    with workers("--include", naive.__name__):
        while naive.NaiveEvent.objects.count() == 0:
            time.sleep(0.01)
        began = time.monotonic()
        moved = naive.NaiveEvent.objects.count()
        while naive.NaiveEvent.objects.count() < NAIVE:
            time.sleep(0.05)
        slow = (NAIVE - moved) / (time.monotonic() - began)
    return {
        "name": "naive: a task a hub, save() with history",
        "value": round(slow),
        "unit": "transitions/s",
        "against": "whole rollout over Celery",
        "ratio": round(rate / slow),
        "rounds": 1,
        "hubs": NAIVE,
    }


def _line(name: str, values: list[float], unit: str, base: list[float] | None, *, against: str, hubs: int) -> Measure:
    ratios = [value / other for value, other in zip(values, base or [], strict=False)]
    return {
        "name": name,
        "value": round(statistics.median(values)),
        "unit": unit,
        "against": against,
        "ratio": round(statistics.median(ratios), 3) if ratios else None,
        "spread": [round(min(values)), round(max(values))],
        "rounds": len(values),
        "hubs": hubs,
    }


def prepare(hubs: int) -> tuple[World, Release]:
    """A seeded country with about `hubs` hubs of one model, and a cleared release for them."""
    announced = timezone.now() - timedelta(days=60)
    world = make_world(announced)
    call_command("ensure_defaults", verbosity=0)
    fleet.seed(hubs=int(hubs / SHARE_OF_MODEL), seed=2017, by=SEED, at=announced)
    model = HubModel.objects.get(name=MODEL)
    manager = world.actor("manager")
    release = publishing.draft_release(_facts(model, announced), by=manager, at=announced)
    image = image_file(
        image_type=model.image_type, file_version=int(TARGET, 16), hardware=(model.hardware_min, model.hardware_max)
    )
    release = publishing.attach_image(release, image, by=manager, at=announced)
    publishing.save_notes(release, NOTES, by=manager, at=announced)
    evidence = evidence_facts(signed_on=announced.date() - timedelta(days=3))
    publishing.attach_evidence(release, evidence, by=manager, at=announced)
    release.refresh_from_db()
    release = publishing.announce(release, by=manager, at=announced)
    for organisation in scope.recipients(release):
        publishing.serve_by_other_means(release, organisation, why="By hand.", by=manager, at=announced)
    return world, gates.clear(release, by=tasks.ENGINE, at=timezone.now())


def _facts(model: HubModel, at: Any) -> publishing.Facts:
    return publishing.Facts(
        title="Benchmark",
        hub_models=[model],
        firmware_version=TARGET,
        urgency_class="urgent",
        from_versions=list(FirmwareVersion.objects.filter(hub_model=model).exclude(version=TARGET)),
        chts="1.1",
        gbcs="3.2",
        planned_deployment_at=at + timedelta(days=15),
        planned_activation_at=at + timedelta(days=30),
    )


def planned(world: World, release: Release) -> Rollout:
    at = timezone.now()
    rollout = verbs.plan(release, PLAN, by=world.actor("manager", at=at), at=at)
    current_app.control.purge()  # prepared here, to be timed
    rollout = verbs.prepare(rollout, by=tasks.ENGINE, at=at)
    verbs.approve(rollout, by=world.actor("second_manager", at=at), at=at)
    _execute(f"VACUUM (ANALYZE) {partitions.hubs_of(rollout.pk)}")
    return rollout


def run(world: World, rollout: Rollout, *, moved: Callable[[], None] = lambda: None) -> float:
    """Take a rollout through both programmes; return transitions a second, recording the inventory not counted.

    `moved` is called when the last hub has moved.
    """
    manager = world.actor("manager", at=timezone.now())
    began = time.monotonic()
    verbs.start(rollout, by=manager, at=timezone.now())
    _until("deployed", rollout)
    verbs.start_activation(Rollout.objects.get(pk=rollout.pk), by=manager, at=timezone.now())
    _until("finishing", rollout)
    seconds = time.monotonic() - began
    moved()
    _until("finished", rollout)
    return _events(rollout) / seconds


def _until(state: str, rollout: Rollout) -> None:
    """Wait for a state, or one after it; publish what is due every 2 seconds, as beat does."""
    order = ["deploying", "deployed", "activating", "finishing", "finished"]
    swept = time.monotonic()
    while True:
        now = Rollout.objects.values_list("state", flat=True).get(pk=rollout.pk)
        if now not in order:
            raise AssertionError(f"the rollout is {now}: {Rollout.objects.get(pk=rollout.pk).stood_still_why}")
        if order.index(now) >= order.index(state):
            return
        if time.monotonic() - swept > 2:
            tasks.advance_all()
            swept = time.monotonic()
        time.sleep(0.02)  # more often, looking would take from what is measured


def _ceiling(rollout: Rollout) -> float:
    """Move every row of a copy of the table, with as much room, four times with two backends; return rows a second."""
    hubs, events = "bench_hubs", "bench_events"
    _execute(f"DROP TABLE IF EXISTS {hubs}, {events}")
    _execute(f"CREATE TABLE {hubs} (LIKE rollouts_hubupdate INCLUDING INDEXES) WITH (fillfactor = 33)")
    _execute(f"CREATE TABLE {events} (LIKE rollouts_hubupdateevent INCLUDING INDEXES)")
    _execute(f"INSERT INTO {hubs} SELECT * FROM {partitions.hubs_of(rollout.pk)} ORDER BY slot")  # noqa: S608
    _execute(f"VACUUM (ANALYZE) {hubs}")
    statement = (
        f"WITH moved AS (UPDATE {hubs} SET state = state + 1, changed_at = %s WHERE slot >= %s AND slot < %s"  # noqa: S608
        f" RETURNING slot, state, attempt) INSERT INTO {events} (rollout_id, at, slot, state, code, attempt)"
        " SELECT 0, %s, slot, state, NULL, attempt FROM moved"
    )
    middle = rollout.hubs // 2
    halves = [(0, middle), (middle, rollout.hubs)]
    began = time.monotonic()
    _together([partial(_move, statement, low, high) for low, high in halves])
    return TRANSITIONS * rollout.hubs / (time.monotonic() - began)


def _move(statement: str, low: int, high: int) -> None:
    """Run the statement four times on a connection of this thread's own."""
    try:
        for _ in range(TRANSITIONS):
            at = timezone.now()
            with connection.cursor() as cursor:
                cursor.execute(statement, (at, low, high, at))
    finally:
        connection.close()


def _together(calls: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()


def _restore(release: Release) -> None:
    """Put the hubs back where they were, and the release to where it can be activated again."""
    _execute("UPDATE fleet_hub h SET cell = b.cell FROM bench_cells b WHERE h.id = b.id AND h.cell <> b.cell")
    _execute("UPDATE products_cell SET homes = 0")
    _execute("UPDATE products_cell c SET homes = b.homes FROM bench_homes b WHERE c.number = b.number")
    _execute("VACUUM fleet_hub")
    Release.objects.filter(pk=release.pk).update(state="cleared")


def _megabytes(rollout: Rollout) -> float:
    tables = (partitions.hubs_of(rollout.pk), partitions.events_of(rollout.pk))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) t", [list(tables)])
        return float(cursor.fetchone()[0]) / 1024**2


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def workers(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """One worker with two processes, as `make run` starts it."""
    env = {**os.environ, "DATABASE_URL": database_address(), "LOG_LEVEL": "WARNING"}
    program = programs.worker(logs=BASE / "var" / "log" / "bench", base=BASE, env=env)
    program.arguments += arguments
    child = program.start()
    try:
        yield child
    finally:
        stop(child, by=program.stop_signal, grace=program.grace)
