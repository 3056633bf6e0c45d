"""How full the nights of each region are, for the page and the API of capacity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from devices.fleet.places import REGION_NUMBER, REGIONS
from devices.rollouts.models import Night, NightlyCapacity
from devices.rollouts.windows import night_of

SHOWN = 7


@dataclass(frozen=True, slots=True)
class NightCount:
    """Hubs asked in one night."""

    begins: date
    deployment: int
    activation: int


@dataclass(frozen=True, slots=True)
class RegionNights:
    """A region with its stated capacity, if any, and its last nights, the latest first."""

    region: str
    name: str
    capacity: NightlyCapacity | None
    nights: list[NightCount]


def regions(at: datetime) -> list[RegionNights]:
    """Return every region with its last nights, the latest first: two queries. Nights without a capacity count none."""
    stated = {row.region: row for row in NightlyCapacity.objects.all()}
    since = night_of(at) - timedelta(days=SHOWN - 1)
    counted: dict[tuple[int, date], list[int]] = {}
    rows = Night.objects.filter(begins__gte=since, begins__lte=night_of(at))
    for region, begins, stage, hubs in rows.values_list("region", "begins", "stage", "hubs"):
        counted.setdefault((region, begins), [0, 0])[stage] = hubs
    days = [night_of(at) - timedelta(days=back) for back in range(SHOWN)]
    return [
        RegionNights(
            region.value,
            str(region.label),
            stated.get(region.value),
            [NightCount(day, *counted[key]) for day in days if (key := (REGION_NUMBER[region], day)) in counted],
        )
        for region in REGIONS
    ]
