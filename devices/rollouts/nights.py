"""How full the nights of each region are, for the page and the API of capacity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from devices.fleet.places import REGION_NUMBER, REGIONS
from devices.rollouts import may
from devices.rollouts.models import Night, NightlyCapacity
from devices.rollouts.windows import night_of
from portal.workflow.actor import Actor
from portal.working_days import london_day
from releases.scheduling.queries import firm_load

SHOWN = 7


@dataclass(frozen=True, slots=True)
class NightCount:
    """Hubs asked in one night."""

    begins: date
    deployment: int
    activation: int


@dataclass(frozen=True, slots=True)
class FirmNight:
    """Homes to be activated on one firm night, of all releases together."""

    night: date
    homes: int


@dataclass(frozen=True, slots=True)
class RegionNights:
    """A region with its stated capacity, if any, its last nights, the latest first, and the firm nights to come, the
    next first; None for who may not see these."""

    region: str
    name: str
    capacity: NightlyCapacity | None
    nights: list[NightCount]
    firm: list[FirmNight] | None


def regions(at: datetime, actor: Actor) -> list[RegionNights]:
    """Return every region with its nights: a fixed number of queries. Nights without a capacity count none.

    Of the firm nights the totals alone: who stated what, and whose homes they are, is not the network's concern.
    """
    stated = {row.region: row for row in NightlyCapacity.objects.all()}
    since = night_of(at) - timedelta(days=SHOWN - 1)
    counted: dict[tuple[int, date], list[int]] = {}
    rows = Night.objects.filter(begins__gte=since, begins__lte=night_of(at))
    for region, begins, stage, hubs in rows.values_list("region", "begins", "stage", "hubs"):
        counted.setdefault((region, begins), [0, 0])[stage] = hubs
    load = firm_load(london_day(at))
    days = [night_of(at) - timedelta(days=back) for back in range(SHOWN)]
    return [
        RegionNights(
            region.value,
            str(region.label),
            stated.get(region.value),
            [NightCount(day, *counted[key]) for day in days if (key := (REGION_NUMBER[region], day)) in counted],
            None if may.see_firm_nights.why_not(region.value, by=actor) else _firm(load.get(region.value, {})),
        )
        for region in REGIONS
    ]


def _firm(load: dict[date, int]) -> list[FirmNight]:
    return [FirmNight(night, homes) for night, homes in load.items()]
