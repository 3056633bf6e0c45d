"""Listing hubs: an enquiry too, kept in the journal with its choice."""

from datetime import datetime

from django.db import transaction

from devices.enquiries.listing import Chosen, Fleet, Listed
from devices.fleet import may as fleet
from portal.journal.writing import Jsonable, record
from portal.workflow.actor import Actor

AT_ONCE = 50


@transaction.atomic
def list_hubs(chosen: Chosen, *, by: Actor, at: datetime, after: int, size: int) -> tuple[Fleet, Listed]:
    """Return the fleet of `by` under a choice, and a page of it; the journal keeps what was looked at."""
    fleet.see_fleet(by=by)
    found = Fleet(chosen, by, at)
    listed = found.page(after=after, size=size)
    data: dict[str, Jsonable] = {"choice": words(chosen), "after": after, "hubs": len(listed.rows)}
    record(by=by, verb="list_hubs", subject=("hub", 0, "fleet"), at=at, data=data)
    return found, listed


@transaction.atomic
def export_hubs(chosen: Chosen, *, by: Actor, at: datetime) -> Fleet:
    """Return the fleet of `by` under a choice, to be read to its end; the journal keeps the export with its count."""
    fleet.see_fleet(by=by)
    found = Fleet(chosen, by, at)
    data: dict[str, Jsonable] = {"choice": words(chosen), "rows": found.total}
    record(by=by, verb="export", subject=("list", 0, "hubs"), at=at, data=data)
    return found


def words(chosen: Chosen) -> dict[str, Jsonable]:
    """Return a choice for the journal; what was left open is left out."""
    rollout, wave, version = chosen.rollout, chosen.wave, chosen.version
    said: dict[str, Jsonable] = {
        "rollout": rollout.reference if rollout else None,
        "states": [state.word for state in sorted(chosen.states)],
        "wave": None if wave is None else wave + 1,
        "regions": list(chosen.regions),
        "hub_models": list(chosen.hub_models),
        "version": str(version) if version else None,
    }
    return {name: value for name, value in said.items() if value not in (None, [])}
