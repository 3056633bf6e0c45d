"""Nightly capacity: which of the hubs that a batch would ask there is room for tonight.

The night's count is locked until the step commits, so that workers beside one another never ask one hub too many.
Whoever states a capacity shuts the barrier first: no step has read the old one and commits after it.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from devices.fleet.places import REGION_NUMBER, REGIONS
from devices.gateway import Bytes, Stage
from devices.rollouts.models import Night, NightlyCapacity
from devices.rollouts.windows import night_of


def limits(stage: Stage) -> dict[int, int]:
    """Return the hubs a night by number of region, for regions whose CSP has stated a capacity."""
    rows = NightlyCapacity.objects.values_list("region", stage.word)
    return {REGION_NUMBER[region]: hubs for region, hubs in rows if hubs is not None}


def limits_in_order(stage: Stage) -> list[int | None]:
    """Return the hubs a night of each region in fixed order; None for as many as come."""
    stated = limits(stage)
    return [stated.get(REGION_NUMBER[region]) for region in REGIONS]


def within(wanted: NDArray[np.bool_], regions: Bytes, stage: Stage, at: datetime) -> NDArray[np.bool_]:
    """Return which of the wanted hubs may be asked now, the first ones of their region, and count them to the night."""
    stated = limits(stage)
    if not stated:
        return wanted
    asked = wanted.copy()
    for region in sorted(stated):  # always in this order, so that no two steps wait for each other
        queue = np.flatnonzero(wanted & (regions == region))
        if len(queue):
            asked[queue[_take(region, stage, at, len(queue), stated[region]) :]] = False
    return asked


def _take(region: int, stage: Stage, at: datetime, wanted: int, limit: int) -> int:
    key = {"begins": night_of(at), "region": region, "stage": int(stage)}
    Night.objects.bulk_create([Night(**key)], ignore_conflicts=True)
    night = Night.objects.select_for_update(no_key=True).get(**key)
    taken = max(0, min(wanted, limit - night.hubs))
    if taken:
        night.hubs += taken
        night.save(update_fields=["hubs"])
    return taken
