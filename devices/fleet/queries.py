"""What a person may see of the fleet, counted over cells."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, Sum

from devices.fleet.models import Day, World
from devices.fleet.places import REGIONS
from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.working_days import london_day
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell

MOST_DAYS = 31  # passed at once


def own_homes(actor: Actor) -> Cohort | None:
    """Return the homes the actor may count, as the cohort of their cells; None for none at all."""
    if actor.has(Permission.MANAGE_ROLLOUTS):
        return Cohort()
    if actor.has(Permission.PACE_ROLLOUTS):
        organisation = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
        regions = frozenset(organisation.regions if organisation else ())
        return Cohort(regions=regions) if regions else None
    return Cohort(suppliers=actor.suppliers) if actor.suppliers else None  # no supplier named would be all of them


def visible_cells(actor: Actor) -> Q:
    """Return the condition on cells whose homes the actor may count."""
    own = own_homes(actor)
    return Q(pk__in=[]) if own is None else cohorts.selection(own)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """Homes whose hub runs one version of one model, by the inventory: in all and by region in fixed order."""

    hub_model: str
    version: str
    homes: int
    by_region: tuple[int, ...]


def homes_by_version(actor: Actor) -> list[VersionRow]:
    """Return the homes the actor may see by hub model and firmware version."""
    rows = (
        Cell.objects.filter(visible_cells(actor), homes__gt=0)
        .order_by()
        .values("firmware__hub_model__name", "firmware__version", "region")
        .annotate(total=Sum("homes"))
    )
    table: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        place = (row["firmware__hub_model__name"], row["firmware__version"])
        table.setdefault(place, {})[row["region"]] = row["total"]
    return [
        VersionRow(model, version, sum(counts.values()), tuple(counts.get(region.value, 0) for region in REGIONS))
        for (model, version), counts in sorted(table.items())
    ]


def newest_day() -> Day | None:
    """Return the last day that has passed in an invented country; None in a real one."""
    return Day.objects.order_by("-day").first()


def due_days(at: datetime) -> list[date]:
    """Return the days that are over and have not passed in an invented country yet, the oldest first, a month at most.

    The first is the day before the country is first looked at.
    """
    if not World.objects.exists():
        return []
    today = london_day(at)
    newest = newest_day()
    first = newest.day + timedelta(days=1) if newest else today - timedelta(days=1)
    return [first + timedelta(days=count) for count in range(min((today - first).days, MOST_DAYS))]
