"""What a person may see of user testing, and the reads behind pages and API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from psycopg.types.range import TimestamptzRange

from portal.people.models import Organisation, OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.products import cohorts
from releases.products.models import Cell, DeviceCombination
from releases.publishing import endings
from releases.publishing import queries as publishing
from releases.publishing.models import Release
from releases.testing import can, waiting
from releases.testing.models import Environment, Extension, TestCase, TestResult, TestWindow
from releases.testing.states import HOLDING, ExtensionState, WindowState
from releases.testing.wishes import Wish


def visible_to(actor: Actor) -> QuerySet[TestWindow]:
    """Return the windows this actor may see: all for DCC, else those of its own or of suppliers acted for."""
    windows = TestWindow.objects.select_related(
        "release", "environment", "organisation", "booked_by_organisation", "hub_model"
    ).filter(release__in=publishing.visible_to(actor).values("pk"))
    if actor.is_system or (actor.kind == OrganisationKind.DCC and actor.has(Permission.READ_PORTAL)):
        return windows
    if not actor.has(Permission.READ_PORTAL):
        return windows.none()
    return windows.filter(Q(organisation=actor.organisation_id) | Q(organisation__in=actor.suppliers))


def suppliers_of(actor: Actor) -> QuerySet[Organisation]:
    """Return the suppliers this actor may act for today, by name."""
    return Organisation.objects.filter(pk__in=actor.suppliers).order_by("name")


def cases() -> list[TestCase]:
    """Return the catalogue in force, by code."""
    return list(TestCase.objects.filter(retired_at=None))


def cases_of(window: TestWindow) -> list[TestCase]:
    """Return the catalogue in force and the retired editions that the window has results on, by code."""
    reported = window.results.order_by().values("case")
    return list(TestCase.objects.filter(Q(retired_at=None) | Q(pk__in=reported)).order_by("code", "edition"))


def free_places(
    environment: Environment, start: datetime, end: datetime, *, but: TestWindow | None = None
) -> list[int]:
    """Return the places of a shared environment free in this time, lowest first.

    Taken are those of a window (but one), and those kept for somebody to whom they are offered.
    """
    taken = TestWindow.objects.filter(
        environment=environment, state__in=HOLDING, during__overlap=TimestamptzRange(start, end)
    )
    if but is not None:
        taken = taken.exclude(pk=but.pk)
    numbers = set(taken.values_list("place", flat=True)) | waiting.kept_places(environment, start, end)
    return [place for place in range(1, environment.places + 1) if place not in numbers]


def homes_by_combination(release: Release, suppliers: Iterable[int] | None = None) -> dict[int, int]:
    """Return the homes of each combination with one of the release's hub models, heaviest first.

    With `suppliers`, only homes for which one of them is responsible.
    """
    cells = Cell.objects.filter(combination__hub_model__in=release.hub_models.all(), homes__gt=0)
    if suppliers is not None:
        cells = cells.filter(cohorts.supplied_by(suppliers))
    rows = cells.order_by().values("combination").annotate(total=Sum("homes")).order_by("-total", "combination")
    return {row["combination"]: row["total"] for row in rows}


def hub_models_of(window: TestWindow) -> list[int]:
    """Return the numbers of the hub models a window is for: the one it names, else every one of the release."""
    if window.hub_model_id is not None:
        return [window.hub_model_id]
    return list(window.release.hub_models.values_list("pk", flat=True))


def combinations(release: Release) -> list[DeviceCombination]:
    """Return the combinations of a release with `homes` on each, heaviest first."""
    homes = homes_by_combination(release)
    found = DeviceCombination.objects.select_related("hub_model", "esme", "gsme", "display").in_bulk(list(homes))
    rows = [found[number] for number in homes]
    for row in rows:
        row.homes = homes[row.pk]  # type: ignore[attr-defined]  # a count for the page, not a column
    return rows


def results_of(release: Release) -> QuerySet[TestResult]:
    """Return every result reported for a release, oldest first."""
    return TestResult.objects.filter(window__release=release).order_by("pk")


def booked_for(release: Release, actor: Actor, at: datetime) -> set[int]:
    """Return the combinations that windows to come of the suppliers this actor acts for name."""
    windows = TestWindow.objects.filter(release=release, state=WindowState.BOOKED, during__endswith__gt=at)
    named = windows.filter(organisation__in=actor.suppliers, combinations__isnull=False)
    return set(named.values_list("combinations", flat=True))


def combinations_of(window: TestWindow) -> list[DeviceCombination]:
    """Return the combinations a window takes results on: those it names, else every one of its hub models."""
    named = window.combinations.select_related("hub_model", "esme", "gsme", "display").order_by("pk")
    models = set(hub_models_of(window))
    return list(named) or [one for one in combinations(window.release) if one.hub_model_id in models]


def latest_in(window: TestWindow) -> dict[tuple[int, int], TestResult]:
    """Return the window's last result for each (combination, case)."""
    rows = window.results.select_related("case", "evidence").order_by("pk")
    return {(row.combination_id, row.case_id): row for row in rows}


def last_result(window: TestWindow) -> int:
    """Return the number of the window's newest result, 0 where it has none: what a page made now has seen."""
    return window.results.order_by("-pk").values_list("pk", flat=True).first() or 0


def results_stamp(release: Release) -> str:
    """Return a text that changes with every result reported on a release.

    Results are only ever added, and those of one window one after the other: the newest of each window says it all.
    """
    newest = TestResult.objects.filter(window=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    windows = TestWindow.objects.filter(release=release).annotate(newest=Subquery(newest)).order_by("pk")
    return "-".join(str(number) for number in windows.values_list("newest", flat=True) if number)


def superseded(window: TestWindow) -> QuerySet[TestResult]:
    """Return the window's results that a newer one has taken the place of, the newest first; they stay on record."""
    newer = TestResult.objects.filter(
        window=OuterRef("window"), combination=OuterRef("combination"), case=OuterRef("case"), pk__gt=OuterRef("pk")
    )
    devices = (f"combination__{name}" for name in ("hub_model", "esme", "gsme", "display"))
    return window.results.filter(Exists(newer)).select_related("case", "evidence", *devices).order_by("-pk")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a window's grid: a combination and its last result in each case of the catalogue."""

    combination: DeviceCombination
    results: list[tuple[TestCase, TestResult | None]]


def grid(window: TestWindow, catalogue: list[TestCase]) -> list[Row]:
    """Return the grid of a window: its combinations, or every one reported on where it names none."""
    last = latest_in(window)
    wanted = set(window.combinations.values_list("pk", flat=True)) | {pair[0] for pair in last}
    found = DeviceCombination.objects.filter(pk__in=wanted).select_related("hub_model", "esme", "gsme", "display")
    return _rows(found.order_by("pk"), catalogue, last)


def rows_of(window: TestWindow, chosen: list[DeviceCombination], catalogue: list[TestCase]) -> list[Row]:
    """Return lines of the grid for some combinations, as reporting needs them."""
    return _rows(chosen, catalogue, latest_in(window))


def _rows(
    chosen: Iterable[DeviceCombination], catalogue: list[TestCase], last: dict[tuple[int, int], TestResult]
) -> list[Row]:
    return [Row(one, [(case, last.get((one.pk, case.pk))) for case in catalogue]) for one in chosen]


def listed(actor: Actor, chosen: Mapping[str, Any]) -> QuerySet[TestWindow]:
    """Return the visible windows that fit the filters, with counts of results, the latest first."""
    windows = visible_to(actor)
    for name, lookup in (("state", "state"), ("environment", "environment"), ("release", "release__reference__iexact")):
        if chosen.get(name):
            windows = windows.filter(**{lookup: chosen[name]})
    fails = _counted(outcome=TestResult.Outcome.FAIL)
    return windows.annotate(result_count=_counted(), fail_count=fails).order_by(F("during").desc(), "-pk")


def _counted(**which: Any) -> Coalesce:
    """Count a window's results apart from its row, so that a page counts only those of the windows it shows."""
    rows = TestResult.objects.filter(window=OuterRef("pk"), **which).order_by().values("window")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def twin(release: Release, organisation: Organisation, wish: Wish) -> TestWindow | None:
    """Return a window that the organisation has at that time and place for the same hub model and combinations."""
    windows = TestWindow.objects.filter(
        release=release,
        organisation=organisation,
        environment=wish.environment,
        during=wish.during,
        hub_model=wish.hub_model,
        state__in=HOLDING,
    )
    chosen = {one.pk for one in wish.combinations}
    same = (row for row in windows.order_by("pk") if set(row.combinations.values_list("pk", flat=True)) == chosen)
    return next(same, None)


def environments() -> QuerySet[Environment]:
    """Return every environment, by name."""
    return Environment.objects.all()


def no_book(release: Release, actor: Actor, at: datetime) -> str | None:
    """Return why this actor cannot book a window on the release now, None where it can."""
    if not actor.has(Permission.BOOK_WINDOWS):
        return "Only suppliers and their agents book test windows."
    if not actor.suppliers:
        return "No supplier has appointed your organisation."
    return can.book.why_not(release, at=at)


def set_aside(at: datetime) -> QuerySet[TestWindow]:
    """Return the booked windows not yet over whose release has ended or lost the notice they were booked under."""
    booked = TestWindow.objects.filter(state=WindowState.BOOKED, during__endswith__gt=at)
    return booked.filter(endings.set_aside("booked_at")).select_related("release").order_by("pk")


def extensions_asked(actor: Actor, at: datetime) -> QuerySet[Extension]:
    """Return the wishes to keep a window for longer that can still be answered, the earliest first."""
    open_ones = Extension.objects.filter(state=ExtensionState.ASKED, window__state__in=HOLDING)
    found = open_ones.filter(window__in=visible_to(actor).values("pk"), window__during__endswith__gt=at)
    return found.select_related("window__organisation").order_by("asked_at")


def owed(actor: Actor) -> QuerySet[TestWindow]:
    """Return the own windows without results, the earliest first."""
    own = visible_to(actor).filter(organisation__in=actor.suppliers, state=WindowState.BOOKED)
    return own.order_by("during", "pk")
