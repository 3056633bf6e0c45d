"""What each option on the paper would do: read from the homes of the release and the holds on it, frozen at opening."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from releases.ballots.can import OPEN_TO_OBJECTIONS
from releases.ballots.forecast import Homes, OptionEffect, Scene
from releases.ballots.models import Ballot, Determination, Laid, Objection
from releases.ballots.paper import Kind, Option
from releases.holds import queries as holds
from releases.holds.models import Cause, Hold, Stage
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from releases.products.queries import validity_by_version
from releases.publishing.dates import WAIVED_NOTICE
from releases.publishing.models import Release
from releases.publishing.readiness import release_timetable


@dataclass(frozen=True)
class Forecast:
    """The options in the order of the axis, and what stands whichever wins: other holds and a deferral."""

    options: list[OptionEffect]
    holds: list[Hold]
    held: int
    deferred_until: datetime | None


def option_effects(ballot: Ballot, objections: Sequence[Objection], at: datetime) -> list[OptionEffect]:
    """The effect of every option, in the order of the axis."""
    return forecast(ballot, objections, at).options


def forecast(ballot: Ballot, objections: Sequence[Objection], at: datetime) -> Forecast:
    """What every option would do, beside what stands already: from opening on as it was laid before the voters."""
    kept: Laid | None = getattr(ballot, "laid", None)
    if kept:
        return _laid(kept.matter["forecast"])
    standing = list(standing_holds(ballot, objections, at))
    scene = scene_of(ballot, objections, standing, at)
    effects = [scene.effect(option) for option in scene.kind.options]
    return Forecast(effects, standing, scene.homes(scene.standing), _deferred_until(ballot))


def _laid(kept: Mapping[str, Any]) -> Forecast:
    options = [OptionEffect(**{**one, "option": Option(one["option"])}) for one in kept["options"]]
    until = datetime.fromisoformat(kept["deferred_until"]) if kept["deferred_until"] else None
    return Forecast(options, list(Hold.objects.filter(reference__in=kept["holds"]).order_by("pk")), kept["held"], until)


def standing_holds(ballot: Ballot, objections: Sequence[Objection], at: datetime) -> QuerySet[Hold]:
    """The holds that stop activation whichever option wins.

    Left out is what the decision itself ends or places: the provisional holds of the objections heard, the holds of
    earlier determinations on them, and those of this ballot's own.
    """
    heard = [one.pk for one in objections]
    decisions = Determination.objects.filter(Q(ballot=ballot) | Q(ballot__objections__in=heard)).values_list("pk")
    provisional = Q(cause=Cause.OBJECTION, cause_id__in=heard)
    determined = Q(cause=Cause.DETERMINATION, cause_id__in=[pk for (pk,) in decisions])
    found = holds.in_force(at, stage=Stage.ACTIVATION, release=ballot.release)
    return found.exclude(provisional).exclude(determined).order_by("pk")


def scene_of(ballot: Ballot, objections: Sequence[Objection], standing: Iterable[Hold], at: datetime) -> Scene:
    """Whom and what this ballot concerns, read now. A review of an Emergency concerns all that is left of it."""
    release, kind = ballot.release, Kind(ballot.kind)
    concerned, closes = holds.cells_of(Cohort(), release), max(at, ballot.closes_at or at)
    cells = _homes(concerned, release)
    established = ballot.safeguard_objections.get("established", ())
    deferred, is_whole = _deferred_until(ballot), kind is not Kind.REVIEW and release.state in OPEN_TO_OBJECTIONS
    return Scene(
        cells=cells,
        objected=frozenset(cells) if kind is Kind.REVIEW else _of(map(Cohort.of, objections), concerned),
        kept=_of((Cohort.of(one) for one in objections if one.pk in established), concerned),
        standing=_of(map(Cohort.of, standing), concerned),
        planned=closes + WAIVED_NOTICE if kind is Kind.WAIVER else _later(release.planned_activation_at, deferred),
        defer_to=_later(ballot.defer_to, deferred if is_whole else None),
        again=release_timetable(release, at=closes).earliest_activation,
        is_whole=is_whole,
        kind=kind,
    )


def _deferred_until(ballot: Ballot) -> datetime | None:
    """The deferral that stands beside a running ballot; a decided one may have made it itself."""
    return ballot.release.deferred_until if ballot.is_running else None


def _later(moment: datetime | None, other: datetime | None) -> datetime | None:
    """The later of the two; None where the first is."""
    return max(moment, other) if moment and other else moment


def _of(selected: Iterable[Cohort], among: QuerySet[Cell]) -> frozenset[int]:
    several = list(selected)
    if not several:
        return frozenset()
    return frozenset(among.filter(pk__in=cohorts.union(several).values("pk")).values_list("pk", flat=True))


def _homes(cells: QuerySet[Cell], release: Release) -> Mapping[int, Homes]:
    """The homes of each cell by the end of their version's maintenance; those on the new version already have none."""
    ends = {pair: row.maintenance_to for pair, row in validity_by_version().items()}
    facts = cells.order_by().values_list("pk", "homes", "firmware__version", "firmware__chts", "firmware__gbcs")
    return {
        pk: Homes(count, None if version == release.firmware_version else _end(ends, chts, gbcs))
        for pk, count, version, chts, gbcs in facts
    }


def _end(ends: Mapping[tuple[str, str], date | None], chts: str, gbcs: str) -> date | None:
    found = [ends.get(("CHTS", chts)), ends.get(("GBCS", gbcs))]
    return min((one for one in found if one), default=None)
