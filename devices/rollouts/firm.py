"""Firm nights: the waves of a rollout under the scheduling approach, as its exercise has confirmed them.

One wave a night: a firm date is a promise for a night, and a wave of a week would activate homes on days that their
supplier has ruled out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import cast

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from devices.fleet.places import REGION_NUMBER, REGIONS
from devices.gateway import Stage
from devices.rollouts import windows
from devices.rollouts.forecast import ByRegion, Pace, Run
from devices.rollouts.models import Programme, Rollout
from devices.rollouts.path import ENDS
from devices.rollouts.planning import WaveSpec, arrange_by_group
from devices.rollouts.plans import Plan
from devices.rollouts.states import OVER, RolloutState
from portal.workflow.errors import Invalid
from portal.working_days import london_day, start_of
from releases.products.models import Cell
from releases.publishing.models import Release
from releases.scheduling import queries
from releases.scheduling.frames import words
from releases.scheduling.models import Exercise
from releases.scheduling.states import ExerciseState


def planned(release: Release, chosen: Plan) -> tuple[Exercise | None, Plan]:
    """Return the exercise whose firm nights a rollout of a release follows, and the plan with a wave for each.

    Without one the plan is as it was chosen. Raises Invalid where the first night has fewer homes than reports are
    needed; a later one is judged with those before it.
    """
    exercise = queries.confirmed(release)
    if exercise is None:
        return None, chosen
    nights = queries.homes_by_night(exercise)
    minimum = chosen.thresholds.minimum
    first, homes = next(iter(nights.items()))
    if homes < minimum:
        said = (
            f"The first night, {words(first)}, has {homes:,} homes, fewer than the {minimum:,} reports needed to judge "
            "it: ask for fewer reports."
        )
        raise Invalid(said, {"minimum": [said]})
    return exercise, replace(chosen, waves=[WaveSpec(hubs=homes) for homes in nights.values()])


def by_night(exercise: Exercise) -> dict[date, ByRegion]:
    """Return the homes of each firm night by region, in order."""
    found: dict[date, ByRegion] = {}
    for night, region, homes in queries.firm_nights(exercise):
        found.setdefault(night, [0] * len(REGIONS))[REGION_NUMBER[region]] += homes
    return found


@dataclass(frozen=True, slots=True)
class Short:
    """A region whose nightly capacity is below what a firm night needs there: so many hubs are not asked."""

    night: date
    region: str
    hubs: int
    capacity: int
    left: int

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        room = self.hubs - self.left
        twice = " in the two nights that its day touches, to noon and from noon" if room > self.capacity else ""
        return (
            f"The night of {words(self.night)} needs {self.hubs:,} hubs in {self.region}, and the nightly capacity "
            f"that its CSP states there, {self.capacity:,}, has room for {room:,} of them{twice}, if no other rollout "
            "takes it: "
            f"{self.left:,} hub{' is' if self.left == 1 else 's are'} not asked, on no other day either, and left for "
            "a re-run. Agree on more with the CSP before that night."
        )


def short(nights: Mapping[date, ByRegion], activation: Sequence[Run], pace: Pace) -> list[Short]:
    """Return where firm nights have more hubs than the stated capacities let be asked, by night and region."""
    return [
        Short(night, str(region.label), hubs, limit, left)
        for (night, wave), run in zip(nights.items(), activation, strict=True)
        for region, hubs, limit, left in zip(REGIONS, wave, pace.limits, run.left, strict=False)
        if left and limit is not None
    ]


def late(nights: Mapping[date, ByRegion], activation: Sequence[Run], deployed_by: datetime | None) -> str | None:
    """Return why a plan so slow would miss a firm night, at the latest, or None."""
    days = list(nights)
    if days and (deployed_by is None or deployed_by > start_of(days[0])):
        return f"Not every hub would have the image by the first firm night, {words(days[0])}."
    for run, (night, following) in zip(activation, pairwise(days), strict=False):
        if run.ends_at is None or london_day(run.ends_at) > following:
            return f"The night of {words(night)} would be judged when that of {words(following)} is over."
    return None


def line_up(
    rollout: Rollout, cells: Sequence[Cell], places: NDArray[np.intp]
) -> tuple[NDArray[np.intp], list[tuple[date, int]]]:
    """Return the order of a line by firm nights, and each night with its hubs; `places` is the cell of each hub in it.

    Hubs without a firm night (of a region that was not asked, or of a supplier that came later) are left out: a re-run
    asks for them.
    """
    exercise = cast(Exercise, rollout.exercise)  # the caller has asked
    group_of = queries.group_of_cells(exercise, cells)
    nights = sorted(queries.homes_by_night(exercise))
    number = {night: place for place, night in enumerate(nights)}
    takes: dict[int, list[tuple[int, int]]] = {}
    for one in queries.schedule_of(exercise):
        takes.setdefault(one.group + 1, []).append((number[one.day], one.homes))
    groups = np.array([group_of.get(cell.number, 0) for cell in cells], dtype=np.int32)[places]
    order, sizes = arrange_by_group(groups, takes)
    return order, [(night, size) for night, size in zip(nights, sizes, strict=True) if size]


def deploys_from(exercise: Exercise, release: Release) -> datetime:
    """Return when a rollout on firm nights begins to deploy: of a re-run not before the day it was told."""
    told = start_of(exercise.deployment_on)
    return max(release.planned_deployment_at or told, told)


def starts_at(rollout: Rollout) -> datetime | None:
    """Return when a rollout on firm nights starts its next programme by itself; None for others, and once it ended."""
    if rollout.exercise is None:
        return None
    if rollout.deployment_started_at is None:
        return deploys_from(rollout.exercise, rollout.release)
    first = rollout.waves.exclude(night=None).order_by("number").values_list("night", flat=True).first()
    return start_of(first) if first and rollout.activation_started_at is None else None


def why_replaced(rollout: Rollout) -> str | None:
    """Return why the firm dates of a rollout hold no more, or None."""
    exercise = rollout.exercise
    if exercise is None or exercise.state == ExerciseState.CONFIRMED:
        return None
    return f"The firm dates of {exercise} were replaced: stop this rollout and plan the rest on the new dates."


def ends_at(rollout: Rollout, night: date) -> datetime:
    """Return when a firm night is over: as the activation window that opens on its day closes, also after midnight."""
    return windows.closing(night, rollout.window_opens, rollout.window_closes)


def why_passed(rollout: Rollout, at: datetime) -> str | None:
    """Return why homes that an activation on firm nights has not asked yet are asked on no other day, or None.

    Rule: a firm date changes in a re-run only; what a halt kept from its night is scheduled anew, with a new notice
    (Approaches).
    """
    if rollout.exercise_id is None or rollout.programme != Programme.ACTIVATION:
        return None
    waves = rollout.waves.filter(batches__phase__lt=ENDS[Stage.ACTIVATION]).order_by("number")
    night = waves.values_list("night", flat=True).first()
    if night is None or at < ends_at(rollout, night):
        return None
    return (
        f"The night of {words(night)} is over, and not all its homes were asked. A firm date changes in a re-run only: "
        "stop this rollout, hold a re-run for what is left, and plan it on the new dates."
    )


def due(rollouts: QuerySet[Rollout], at: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield when rollouts on firm nights, of these, start by themselves and open their next wave."""
    dated = rollouts.filter(exercise__isnull=False).exclude(state__in=OVER)
    for rollout in dated.select_related("release", "exercise"):
        start = starts_at(rollout)
        if start is not None and start > at:
            stage = "deployment" if rollout.deployment_started_at is None else "activation"
            yield start, f"Rollout {rollout}: {stage} starts"
        following = rollout.waves.filter(night__gt=london_day(at), activation_opened_at=None).order_by("number").first()
        if rollout.state == RolloutState.ACTIVATING and following is not None and following.night is not None:
            yield start_of(following.night), f"Rollout {rollout}: wave {following.number + 1} activates"
