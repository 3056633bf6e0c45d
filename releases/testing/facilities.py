"""The reads behind facilities: what is open, closed, taken and full, and whom a change would meet."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from psycopg.types.range import TimestamptzRange

from portal.pages.templatetags.words import uk_datetime
from releases.products.models import DeviceCombination, HubModel
from releases.publishing.models import Release
from releases.testing import opening, waiting
from releases.testing.models import Closure, Environment, Rig, RigBooking, TestWindow
from releases.testing.states import HOLDING, WindowState
from releases.testing.wishes import Wish


def environments() -> QuerySet[Environment]:
    """Return every environment with its count of rigs in use, by name."""
    return Environment.objects.annotate(rig_count=Count("rigs", filter=Q(rigs__in_use=True)))


def closures(environment: Environment, at: datetime) -> QuerySet[Closure]:
    """Return the closures that run or will come, the earliest first."""
    return environment.closures.filter(lifted_at=None, during__endswith__gt=at)


def closures_between(start: datetime, end: datetime) -> QuerySet[Closure]:
    """Return the closures of any environment that touch this time, lifted ones too."""
    return Closure.objects.filter(during__overlap=TimestamptzRange(start, end)).select_related("environment")


def rigs(environments: Iterable[Environment]) -> QuerySet[Rig]:
    """Return the rigs of these environments with their hub models, by environment and name."""
    named = Prefetch("hub_models", HubModel.objects.order_by("name"))
    found = Rig.objects.filter(environment__in=list(environments)).select_related("environment")
    return found.prefetch_related(named).order_by("environment__name", "name")


def rigs_for(release: Release) -> list[Rig]:
    """Return the rigs in use that hold a hub model of the release."""
    fitting = rigs(Environment.objects.all()).filter(in_use=True, hub_models__in=release.hub_models.all())
    return list(fitting.distinct())


def holding(environment: Environment, start: datetime, end: datetime) -> QuerySet[TestWindow]:
    """Return the windows that keep a place of the environment at some moment of this time."""
    return TestWindow.objects.filter(
        environment=environment, state__in=HOLDING, during__overlap=TimestamptzRange(start, end)
    )


def met_by(environment: Environment, start: datetime, end: datetime) -> list[TestWindow]:
    """Return the booked windows that a closure would meet, the earliest first."""
    booked = holding(environment, start, end).filter(state=WindowState.BOOKED)
    return list(
        booked.select_related("release", "environment", "organisation", "booked_by_organisation").order_by("during")
    )


def to_come(environment: Environment, at: datetime) -> QuerySet[TestWindow]:
    """Return the windows not yet over that keep a place of the environment."""
    return TestWindow.objects.filter(environment=environment, state__in=HOLDING, during__endswith__gt=at)


def highest_place(environment: Environment, at: datetime) -> int:
    """Return the highest place that a window not yet over or an offer keeps; 0 where none does."""
    booked = to_come(environment, at).aggregate(highest=Max("place"))["highest"] or 0
    return max(booked, *waiting.offered_places(environment), 0)


def closed_throughout(environment: Environment, start: datetime, end: datetime) -> Closure | None:
    """Return a closure in force that holds this whole time, None where there is none."""
    return environment.closures.filter(lifted_at=None, during__contains=TimestamptzRange(start, end)).first()


def closures_over(window: TestWindow) -> list[Closure]:
    """Return the closures that a booked window meets, the earliest first; none for one given back or reported on."""
    if window.state != WindowState.BOOKED:
        return []
    return list(window.environment.closures.filter(lifted_at=None, during__overlap=window.during))


def met_by_each(closures: Iterable[Closure]) -> list[tuple[Closure, list[TestWindow]]]:
    """Return closures of one environment, each with the booked windows it meets; one query for all."""
    several = list(closures)
    if not several:
        return []
    start, end = min(one.starts_at for one in several), max(one.ends_at for one in several)
    booked = met_by(several[0].environment, start, end)
    return [
        (one, [row for row in booked if row.starts_at < one.ends_at and one.starts_at < row.ends_at]) for one in several
    ]


def why_closed(environment: Environment, start: datetime, end: datetime) -> str | None:
    """Return which closure touches this time, None where none does."""
    closed = environment.closures.filter(lifted_at=None, during__overlap=TimestamptzRange(start, end)).first()
    if closed is None:
        return None
    span = f"from {uk_datetime(closed.starts_at)} to {uk_datetime(closed.ends_at)}"
    return f"{environment} is closed {span} ({closed.why}): choose a time outside the closure."


def why_shut(environment: Environment, start: datetime, end: datetime) -> dict[str, str]:
    """Return what speaks against a window there at this time, by field: opening hours, or a closure."""
    wrong = opening.outside(environment.name, environment.week, start, end)
    closed = why_closed(environment, start, end)
    return wrong | {"start": closed} if closed else wrong


def taken_rig(rigs: Iterable[Rig], start: datetime, end: datetime, *, but: TestWindow | None = None) -> Rig | None:
    """Return a rig that another window has at some moment of this time, or an offer keeps; None where all are free."""
    wanted = list(rigs)
    taken = RigBooking.objects.filter(rig__in=wanted, during__overlap=TimestamptzRange(start, end))
    others = taken.exclude(window=but) if but else taken
    found = others.select_related("rig").first()
    return found.rig if found else waiting.kept_rig(wanted, start, end)


def unfit(release: Release, wish: Wish) -> dict[str, list[str]]:
    """Return what is wrong with a window's hub model, combinations or rigs, by field; the first of them only."""
    models = set(release.hub_models.values_list("pk", flat=True))
    if wish.hub_model is not None:
        if wish.hub_model.pk not in models:
            return {"hub_model": ["Choose a hub model of this release."]}
        models = {wish.hub_model.pk}
    if any(one.hub_model_id not in models for one in wish.combinations):
        owner = f"the hub model {wish.hub_model.name}" if wish.hub_model else "a hub model of this release"
        return {"combinations": [f"Choose combinations with {owner}."]}
    wrong = _unfit_rigs(wish.environment, models, wish.rigs, wish.combinations)
    return {"rigs": wrong} if wrong else {}


def _unfit_rigs(
    environment: Environment, models: set[int], rigs: list[Rig], chosen: list[DeviceCombination]
) -> list[str]:
    wanted = {one.hub_model_id for one in chosen} or models
    names: dict[int, str] = dict(HubModel.objects.filter(pk__in=wanted).values_list("pk", "name"))
    held: set[int] = set()
    sentences = []
    for rig in rigs:
        holds = {model.pk: model.name for model in rig.hub_models.all()}
        held |= holds.keys()
        sentences += _against(rig, environment, wanted, holds, names)
    missing = sorted(names[number] for number in wanted - held) if chosen and rigs and not sentences else []
    if missing:
        sentences.append(f"None of these rigs holds {', '.join(missing)}: add a rig that does.")
    return sentences


def _against(
    rig: Rig, environment: Environment, wanted: set[int], models: dict[int, str], names: dict[int, str]
) -> list[str]:
    if rig.environment_id != environment.pk:
        return [f"{rig} stands in {rig.environment}: choose rigs of {environment}."]
    if not rig.in_use:
        return [f"{rig} is out of use: choose another rig."]
    if not wanted & models.keys():
        lacking = ", ".join(sorted(names.values()))
        return [f"{rig} holds {', '.join(sorted(models.values()))} and not {lacking}: choose another rig."]
    return []


def week_of(environment: Environment) -> list[dict[str, Any]]:
    """Return the opening hours as a page shows them, Monday first."""
    return [{"day": day, "hours": words} for day, words in opening.in_words(environment.week)]
