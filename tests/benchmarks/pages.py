"""Pages against a bare view, alternately in one run: 32 clients at once on the server that `make run` starts.

Two yardsticks in the same processes: a view that answers two words on Django's own path without any middleware, and
the same view behind the portal's middleware, which knows the visitor. `ratio` is to the first, `ratio_behind` to the
second.
"""

import os
import socket
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from devices.fleet import verbs as fleet
from portal.embedded import programs
from portal.embedded.process import stop
from releases.products.models import FirmwareVersion, HubModel
from releases.publishing import scope
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.benchmarks.site import library
from tests.benchmarks.site.load import Load, ask
from tests.factories.crew import database_address
from tests.factories.fixtures import BACKEND
from tests.factories.releases import NOTES, evidence_facts, image_file
from tests.factories.world import SEED, World, make_world

BASE = Path(__file__).resolve().parents[2]
MODEL, TARGET = "Alder 2", "01040000"
RELEASES = 2_000
CLIENTS = 32
SECONDS = 4.0
MINIMAL, BEHIND = "/minimal/", "/bare/"
Measure = dict[str, Any]


@dataclass
class Page:
    """One address as asked by the public or by a supplier, with the loads of each round."""

    name: str
    path: str
    cookie: str = ""
    loads: list[Load] = field(default_factory=list)
    bare: list[Load] = field(default_factory=list)
    behind: list[Load] = field(default_factory=list)


def measure(*, hubs: int, rounds: int) -> Iterator[Measure]:
    """Yield the figures of each page over so many rounds, in a country of so many hubs."""
    world, release = _prepare(hubs)
    with server() as port:
        cookie = signed_in(world)
        pages = [*_pages(release), *_pages(release, cookie)]
        for page in pages:
            ask(port, page.path, cookie=page.cookie, clients=CLIENTS, seconds=1.0)
        for _ in range(rounds):
            for page in pages:
                page.bare.append(ask(port, MINIMAL, clients=CLIENTS, seconds=SECONDS / 2))
                page.behind.append(ask(port, BEHIND, cookie=page.cookie, clients=CLIENTS, seconds=SECONDS / 2))
                page.loads.append(ask(port, page.path, cookie=page.cookie, clients=CLIENTS, seconds=SECONDS))
    for page in pages:
        yield line(page, hubs=hubs)
    bare = [load for page in pages for load in page.bare]
    yield {**_figures("bare view", bare), "against": "", "ratio": None, "rounds": len(bare), "hubs": hubs}


def _pages(release: Release, cookie: str = "") -> list[Page]:
    who = "supplier" if cookie else "public"
    found = [
        Page(f"release list, {who}", reverse("publishing:releases"), cookie),
        Page(f"release page, {who}", reverse("publishing:release", args=[release.reference]), cookie),
        Page(f"calendar, {who}", reverse("pages:calendar"), cookie),
        Page(f"calendar month, {who}", reverse("pages:calendar_month"), cookie),
    ]
    if cookie:
        found.append(Page(f"API list, {who}", reverse("release-list"), cookie))
    for name in ("search:search", "publishing:search", "pages:search"):
        try:
            found.append(Page(f"search, {who}", f"{reverse(name)}?q=power", cookie))
        except NoReverseMatch:
            continue
    return found


def _figures(name: str, loads: list[Load]) -> Measure:
    rates = [load.rate for load in loads]
    wrong = sum(load.wrong for load in loads)
    if wrong:
        raise AssertionError(f"{name}: {wrong} answers were not 200")
    return {
        "name": name,
        "value": round(statistics.median(rates), 1),
        "unit": "requests/s",
        "spread": [round(min(rates), 1), round(max(rates), 1)],
        "p50_ms": round(statistics.median(load.quantile(0.5) for load in loads), 1),
        "p95_ms": round(statistics.median(load.quantile(0.95) for load in loads), 1),
    }


def _ratios(loads: list[Load], others: list[Load]) -> list[float]:
    return [load.rate / other.rate for load, other in zip(loads, others, strict=True)]


def line(page: Page, *, hubs: int) -> Measure:
    ratios, behind = _ratios(page.loads, page.bare), _ratios(page.loads, page.behind)
    return {
        **_figures(page.name, page.loads),
        "against": "bare view",
        "ratio": round(statistics.median(ratios), 3),
        "ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "ratio_behind": round(statistics.median(behind), 3),
        "rounds": len(page.loads),
        "clients": CLIENTS,
        "hubs": hubs,
        "releases": Release.objects.count(),
    }


def _prepare(hubs: int) -> tuple[World, Release]:
    """A seeded country and its releases; returns the one whose page is asked for, White and served on everybody."""
    announced = timezone.now() - timedelta(days=10)
    world = make_world(announced)
    call_command("ensure_defaults", verbosity=0)
    fleet.seed(hubs=hubs, seed=2017, by=SEED, at=announced)
    model = HubModel.objects.get(name=MODEL)
    draft, release = (_draft(world, model, announced) for _ in range(2))
    release = publishing.announce(release, by=world.actor("manager"), at=announced)
    for organisation in scope.recipients(release):
        publishing.serve_by_other_means(release, organisation, why="By hand.", by=world.actor("manager"), at=announced)
    Release.objects.filter(pk=release.pk).update(classification="white")
    library.fill(Release.objects.get(pk=release.pk), Release.objects.get(pk=draft.pk), count=RELEASES - 2)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return world, Release.objects.get(pk=release.pk)


def _draft(world: World, model: HubModel, at: Any) -> Release:
    manager = world.actor("manager")
    facts = publishing.Facts(
        title="Benchmark of power",
        hub_models=[model],
        firmware_version=TARGET,
        urgency_class="urgent",
        from_versions=list(FirmwareVersion.objects.filter(hub_model=model).exclude(version=TARGET)),
        chts="1.1",
        gbcs="3.2",
        planned_deployment_at=at + timedelta(days=15),
        planned_activation_at=at + timedelta(days=30),
    )
    release = publishing.draft_release(facts, by=manager, at=at)
    image = image_file(
        image_type=model.image_type, file_version=int(TARGET, 16), hardware=(model.hardware_min, model.hardware_max)
    )
    release = publishing.attach_image(release, image, by=manager, at=at)
    publishing.save_notes(release, NOTES, by=manager, at=at)
    publishing.attach_evidence(release, evidence_facts(signed_on=at.date() - timedelta(days=3)), by=manager, at=at)
    release.refresh_from_db()
    return release


def signed_in(world: World) -> str:
    """Return the cookies of a supplier's session, as a browser sends them after its first page."""
    client = Client()
    client.force_login(world.users["supplier"], backend=BACKEND)
    client.get(reverse("publishing:releases"))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@contextmanager
def server() -> Iterator[int]:
    """The web server as `make run` starts it, with static files, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    call_command("collectstatic", interactive=False, verbosity=0)
    env = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.site.settings",
        "LOG_LEVEL": "WARNING",
    }
    program = programs.web("127.0.0.1", port, logs=BASE / "var" / "log" / "bench", base=BASE, env=env)
    program.arguments[0] = "tests.benchmarks.site.wsgi:application"
    child = program.start()
    try:
        yield port
    finally:
        stop(child, by=program.stop_signal, grace=program.grace)
