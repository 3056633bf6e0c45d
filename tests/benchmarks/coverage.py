"""The coverage page of a release with 500 combinations and 30 cases, against a bare view: 16 clients at once.

Half of all pairs have results, two thirds of these from two suppliers: about 12,500. Yardsticks as for the pages: a
view that answers two words without any middleware, and the same view behind the portal's.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from releases.products.models import Cell, DeviceCombination, DeviceModel
from releases.publishing.models import Release
from releases.testing.models import Environment, TestCase, TestResult, TestWindow
from tests.benchmarks import pages
from tests.benchmarks.pages import BEHIND, MINIMAL, Page
from tests.benchmarks.site.load import ask
from tests.factories.releases import Catalogue, make_announced, make_catalogue
from tests.factories.world import World, make_world

COMBINATIONS, CASES, SUPPLIERS = 500, 30, ("heron", "osprey", "fernlight")
CLIENTS = 16
REGIONS = ("north", "central", "south")
DAY = timedelta(days=1)
Measure = dict[str, Any]


def measure(*, hubs: int, rounds: int) -> Iterator[Measure]:
    """Yield the figures of the page as a supplier sees it, over so many rounds; `hubs` are the homes."""
    announced = timezone.now() - 2 * DAY
    world = make_world(announced)
    call_command("ensure_defaults", verbosity=0)
    release = _fill(world, make_catalogue(world), hubs)
    with pages.server() as port:
        address = reverse("testing:coverage", args=[release.reference])
        page = Page("coverage page, supplier", address, pages.signed_in(world))
        ask(port, page.path, cookie=page.cookie, clients=CLIENTS, seconds=1.0)
        for _ in range(rounds):
            page.bare.append(ask(port, MINIMAL, clients=CLIENTS, seconds=pages.SECONDS / 2))
            page.behind.append(ask(port, BEHIND, cookie=page.cookie, clients=CLIENTS, seconds=pages.SECONDS / 2))
            page.loads.append(ask(port, page.path, cookie=page.cookie, clients=CLIENTS, seconds=pages.SECONDS))
    facts = {"combinations": COMBINATIONS, "cases": CASES, "results": TestResult.objects.count(), "clients": CLIENTS}
    yield {**pages.line(page, hubs=hubs), **facts}


def _fill(world: World, made: Catalogue, homes: int) -> Release:
    """A release announced on one hub model, its combinations, cells and cases, and results on half of the pairs."""
    later = {"planned_deployment_at": world.at + 30 * DAY, "planned_activation_at": world.at + 45 * DAY}
    release = make_announced(world, made, **later)
    _combine(world, made, homes)
    known = TestCase.objects.count()
    TestCase.objects.bulk_create(
        TestCase(code=f"MORE{number}", title=f"Case {number}", purpose="More.", steps="Try it.")
        for number in range(known, CASES)
    )
    _report(world, release)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return release


def _combine(world: World, made: Catalogue, homes: int) -> None:
    Cell.objects.all().delete()
    displays = DeviceModel.objects.bulk_create(
        DeviceModel(type="IHD", name=f"Display {number}", manufacturer="10F2", model=f"{0x200 + number:08X}")
        for number in range(COMBINATIONS)
    )
    found = DeviceCombination.objects.bulk_create(
        DeviceCombination(hub_model=made.models["alder"], esme=made.devices["esme"], display=one, smets=2)
        for one in displays
    )
    suppliers = [world.organisation(name) for name in SUPPLIERS]
    firmware, each = made.versions["alder 0A010100"], homes // (COMBINATIONS * len(REGIONS) * len(SUPPLIERS))
    cells = [(one, region, supplier) for one in found for region in REGIONS for supplier in suppliers]
    Cell.objects.bulk_create(
        Cell(
            number=number,
            region=region,
            combination=combination,
            firmware=firmware,
            han_variant="single",
            electricity_supplier=supplier,
            homes=each + number % 7,
        )
        for number, (combination, region, supplier) in enumerate(cells, start=1)
    )


def _report(world: World, release: Release) -> None:
    """Results of three suppliers, one window each: a pass mostly, a fail or a blocked case now and then."""
    combinations = list(DeviceCombination.objects.filter(cells__homes__gt=0).distinct().order_by("pk"))
    cases = list(TestCase.objects.order_by("code"))
    windows = [_window(world, release, name, number) for number, name in enumerate(SUPPLIERS, start=1)]
    pairs = [(one, case) for one in combinations for case in cases][::2]
    outcomes = ("pass",) * 8 + ("fail", "blocked")
    TestResult.objects.bulk_create(
        (
            TestResult(
                window=window,
                combination=combination,
                case=case,
                outcome=outcomes[(number + shift) % len(outcomes)],
                version_read="0A010200",
                reported_by_name="Tester",
                reported_at=world.at,
            )
            for shift, window in enumerate(windows)
            for number, (combination, case) in enumerate(pairs)
            if (number + shift) % len(windows) < 2 - shift % 2
        ),
        batch_size=5000,
    )


def _window(world: World, release: Release, name: str, number: int) -> TestWindow:
    """A window of a supplier in its own lab, as the verbs leave one; results need no more of it."""
    organisation = world.organisation(name)
    return TestWindow.objects.create(
        reference=f"TW-{number:04d}",
        release=release,
        environment=Environment.objects.get(slug="own-lab"),
        organisation=organisation,
        booked_by_organisation=organisation,
        booked_by_name="Tester",
        booked_at=world.at,
        during=TimestamptzRange(world.at, world.at + timedelta(hours=4)),
        state="reported",
    )
