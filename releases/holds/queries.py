"""What a person may see of holds, which cells they stop, and what placing or lifting one changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from portal.pages import contributions
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rows import loaded
from releases.holds.models import Hold, Stage
from releases.holds.states import HoldState
from releases.products import cohorts
from releases.products.cohorts import Cohort, Counts
from releases.products.models import COHORT_AXES, Cell
from releases.publishing import queries as publishing
from releases.publishing.models import Release


def visible_to(actor: Actor) -> QuerySet[Hold]:
    """Return the holds this actor may see: those of visible releases, and those of every release.

    A restricted hold is listed like any other; only its cause is not shown (`Hold.cause_words`).
    """
    if not (actor.is_system or actor.has(Permission.READ_PORTAL)):
        return Hold.objects.none()
    visible = publishing.visible_to(actor).values("pk")
    return Hold.objects.filter(Q(release=None) | Q(release__in=visible)).select_related("release")


def sees_reasons(hold: Hold, actor: Actor) -> bool:
    """Return whether the actor may read why a restricted hold ended; others are open to whoever sees them."""
    return not hold.restricted or actor.has(Permission.PLACE_HOLDS)


def listed(actor: Actor, chosen: Mapping[str, str]) -> QuerySet[Hold]:
    """Return the visible holds that fit the filters `state`, `stage`, `cause` and `release`, newest first."""
    holds = visible_to(actor)
    for name in ("state", "stage", "cause"):
        if chosen.get(name):
            holds = holds.filter(**{name: chosen[name]})
    if chosen.get("cause"):
        holds = holds.filter(restricted=False)  # else the filter would tell the cause of a restricted one
    if chosen.get("release"):
        holds = holds.filter(release__reference__iexact=chosen["release"])
    return holds.order_by("-placed_at", "-pk")


def in_force(at: datetime, *, stage: str | None = None, release: Release | None = None) -> QuerySet[Hold]:
    """Return the holds that stop something now: those placed and not lifted by `at`.

    With `stage`, those that stop it; with `release`, its own and those of every release. One that is there counts even
    where it was placed after `at`: a batch reads the clock before it waits for who places a hold, and clocks step back.
    """
    holds = Hold.objects.filter(Q(lifted_at=None) | Q(lifted_at__gt=at))
    if stage is not None:
        holds = holds.filter(stage__in=(stage, Stage.BOTH))
    if release is not None:
        holds = holds.filter(Q(release=None) | Q(release=release))
    return holds


# `in_force`, in the columns that every enquiry of a hub reads, with the hub models that a release concerns.
_OF_HOLDS = ("id", "release_id", "reference", "stage", "cause", "cause_text", "restricted")
_OF_RELEASES = ("reference", "classification", "announced_at")
_STOPPING = f"""
SELECT {", ".join(f"h.{axis}" for axis in COHORT_AXES)},
       ARRAY(SELECT m.hubmodel_id FROM publishing_release_hub_models m WHERE m.release_id = h.release_id),
       {", ".join(f"h.{name}" for name in _OF_HOLDS)}, {", ".join(f"r.{name}" for name in _OF_RELEASES)}
  FROM holds_hold h LEFT JOIN publishing_release r ON r.id = h.release_id
 WHERE h.lifted_at IS NULL OR h.lifted_at > %s ORDER BY h.id
"""  # noqa: S608 - names of ours


def stopping(cells: Collection[Cell], actor: Actor, at: datetime) -> dict[int, list[Hold]]:
    """Return by number of each cell the holds in force on it that the actor may see, the oldest first.

    Cells come with their combinations. A hold of a release is on the cells of its hub models only; holds come with
    reference, stage, cause and release. One query, and one more where a release is Amber or Red.
    """
    if not (actor.is_system or actor.has(Permission.READ_PORTAL)):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STOPPING, [at])
        rows = cursor.fetchall()
    axes = len(COHORT_AXES)
    placed = [(Cohort(**dict(zip(COHORT_AXES, map(frozenset, row), strict=False))), row[axes:]) for row in rows]
    models = {cell.number: cell.combination.hub_model_id for cell in cells}
    held = {
        number: [tuple(row) for concerned, *row in on_it if row[1] is None or models[number] in concerned]
        for number, on_it in cohorts.covering(placed, cells).items()
    }
    made = {row: _hold(row) for row in {row for on_it in held.values() for row in on_it}}
    known = {None, *publishing.known_to(actor, {hold.release for hold in made.values() if hold.release})}
    return {number: [made[row] for row in on_it if row[1] in known] for number, on_it in held.items()}


def _hold(row: tuple[Any, ...]) -> Hold:
    hold = loaded(Hold, **dict(zip(_OF_HOLDS, row, strict=False)))
    if hold.release_id is not None:
        of_release = dict(zip(_OF_RELEASES, row[len(_OF_HOLDS) :], strict=True))
        hold.release = loaded(Release, id=hold.release_id, **of_release)
    return hold


def to_ask_about(at: datetime) -> QuerySet[Hold]:
    """Return the holds in force whose review is due and not asked for yet, the longest due first."""
    due = Hold.objects.filter(state=HoldState.PLACED, review_at__lte=at, review_asked_at=None)
    return due.order_by("review_at")


def held(stage: str, at: datetime, *, release: Release | None, without: Hold | None = None) -> QuerySet[Cell]:
    """Return the cells that at least one hold of this stage stops, leaving one hold out of account.

    Holds of the release and of every release count; without a release, the latter only. Rule: overlapping
    holds are a union (Holds).
    """
    holds = in_force(at, stage=stage, release=release)
    if release is None:
        holds = holds.filter(release=None)
    if without is not None:
        holds = holds.exclude(pk=without.pk)
    return cohorts.union(Cohort.of(hold) for hold in holds)


def held_cells(stage: str, at: datetime, *, release: Release) -> frozenset[int]:
    """Return the numbers of the cells under a hold of this stage, for the gates."""
    return frozenset(held(stage, at, release=release).values_list("number", flat=True))


def cells_of(cohort: Cohort, release: Release | None) -> QuerySet[Cell]:
    """Return the cells of a cohort that a release can concern: those of its hub models."""
    cells = cohorts.cells(cohort)
    return cells if release is None else cells.filter(combination__hub_model__in=release.hub_models.all())


@dataclass(frozen=True, slots=True)
class Reach:
    """How much a selection of homes is, beside all the homes it could be."""

    counts: Counts
    homes: int
    is_unlimited: bool

    @property
    def warning(self) -> str:
        """What whoever made the selection should know of it; empty where nothing is odd."""
        if not self.homes:
            return "No home is known to have these hub models yet."
        if self.is_unlimited:
            return "Nothing is chosen: that is every home. Choose the homes it concerns, or say that it is every home."
        if not self.counts.homes:
            return "No home is in this selection: no home fits all conditions at once. Choose fewer of them."
        if self.counts.homes == self.homes:
            return "These conditions leave no home out: every home is in this selection."
        return ""


def reach(cohort: Cohort, release: Release | None) -> Reach:
    """Return how many hubs, homes and suppliers a selection concerns, of all that the release can concern."""
    everything = cells_of(Cohort(), release).aggregate(total=Sum("homes"))["total"] or 0
    return Reach(cohorts.counts(cells_of(cohort, release)), everything, cohort.is_everything)


@dataclass(frozen=True, slots=True)
class Effect:
    """What placing or lifting does to one stage: the whole cohort, and the part that changes."""

    stage: Stage
    cohort: Counts
    changed: Counts

    @property
    def unchanged_homes(self) -> int:
        """Homes that other holds stop anyway."""
        return self.cohort.homes - self.changed.homes


def stages(scope: str) -> tuple[Stage, ...]:
    """Return the stages a hold of this scope stops."""
    return (Stage.DEPLOYMENT, Stage.ACTIVATION) if scope == Stage.BOTH else (Stage(scope),)


def effect_of_placing(cohort: Cohort, scope: str, *, release: Release | None, at: datetime) -> list[Effect]:
    """Return what a new hold would stop that is not held yet, by stage."""
    cells = cells_of(cohort, release)
    return [_effect(stage, cells, held(stage, at, release=release)) for stage in stages(scope)]


def effect_of_lifting(hold: Hold, *, at: datetime) -> list[Effect]:
    """Return what lifting this hold would set free, by stage; what other holds stop stays held."""
    cells = cells_of(Cohort.of(hold), hold.release)
    return [_effect(stage, cells, held(stage, at, release=hold.release, without=hold)) for stage in stages(hold.stage)]


@dataclass(frozen=True, slots=True)
class Change:
    """The numbers of the cells of which placing or lifting a hold changes something, by what changes.

    `deployment` and `activation` are those it holds alone in that stage, `undeployed` those that other holds keep
    from deployment anyway, and `free` those that no other hold stops in either stage.
    """

    deployment: frozenset[int]
    activation: frozenset[int]
    undeployed: frozenset[int]
    free: frozenset[int]


def changing(
    cohort: Cohort, scope: str, *, release: Release | None, at: datetime, without: Hold | None = None
) -> Change:
    """Return what a hold of this scope changes, beside all other holds in force; three queries."""
    cells = frozenset(cells_of(cohort, release).values_list("number", flat=True))
    others = {
        stage: frozenset(held(stage, at, release=release, without=without).values_list("number", flat=True))
        for stage in (Stage.DEPLOYMENT, Stage.ACTIVATION)
    }
    alone = {stage: cells - others[stage] for stage in stages(scope)}
    return Change(
        alone.get(Stage.DEPLOYMENT, frozenset()),
        alone.get(Stage.ACTIVATION, frozenset()),
        cells & others[Stage.DEPLOYMENT],
        cells - others[Stage.DEPLOYMENT] - others[Stage.ACTIVATION],
    )


def touched(
    cohort: Cohort, scope: str, *, release: Release | None, actor: Actor, at: datetime, lifted: Hold | None = None
) -> list[contributions.Effect]:
    """Return what placing a hold, or lifting one, does to waves under way, as the apps above say it."""
    change = changing(cohort, scope, release=release, at=at, without=lifted)
    found = contributions.collect("hold_effects", release, change, actor, at, lifted is not None)
    return sorted(found, key=lambda effect: effect.order)


def _effect(stage: Stage, cells: QuerySet[Cell], others: QuerySet[Cell]) -> Effect:
    return Effect(stage, cohorts.counts(cells), cohorts.counts(cells.exclude(pk__in=others.values("pk"))))


def concerned(hold: Hold) -> set[int]:
    """Return the ids of the suppliers with homes in the hold's cohort, and of the parties behind it."""
    suppliers = cohorts.homes_by_supplier(cells_of(Cohort.of(hold), hold.release))
    return {*suppliers, *hold.parties}


def homes_held(holds: Sequence[Hold]) -> dict[int, int]:
    """Return the homes in each hold's cohort, by the hold's id; two queries whatever their number."""
    if not holds:
        return {}
    models = _hub_models({hold.release_id for hold in holds if hold.release_id is not None})
    sums = {f"hold_{hold.pk}": Sum("homes", filter=_reach(hold, models)) for hold in holds}
    found = Cell.objects.aggregate(**sums)
    return {hold.pk: found[f"hold_{hold.pk}"] or 0 for hold in holds}


def _reach(hold: Hold, models: dict[int, list[int]]) -> Q:
    condition = cohorts.selection(Cohort.of(hold)) & Q(homes__gt=0)
    if hold.release_id is not None:
        condition &= Q(combination__hub_model__in=models.get(hold.release_id, []))
    return condition


def _hub_models(releases: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    pairs = Release.hub_models.through.objects.filter(release_id__in=releases)
    for release, model in pairs.values_list("release_id", "hubmodel_id"):
        found.setdefault(release, []).append(model)
    return found
