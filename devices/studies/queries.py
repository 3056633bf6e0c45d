"""What may be read of studies, and the homes that a new one is about."""

import json
from collections import Counter
from hashlib import sha256
from typing import Any

import numpy as np
from django.db.models import F, Q, QuerySet, Sum

from devices.studies.fleet import NOBODY, Fleet
from devices.studies.models import Study
from devices.studies.results import Reading, read
from devices.studies.states import StudyState
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from releases.holds.queries import cells_of
from releases.products.cohorts import Cohort
from releases.products.models import Cell, Region
from releases.publishing.models import Release
from releases.publishing.queries import visible_to


def studies(actor: Actor) -> QuerySet[Study]:
    """The studies this actor may read: their organisation's, and what others have done, on releases they see."""
    own_or_done = Q(organisation=actor.organisation_id) | Q(state=StudyState.DONE)
    seen = Q(release=None) | Q(release__in=visible_to(actor))
    return Study.objects.filter(own_or_done, seen).select_related("release", "organisation", "user")


def listed(actor: Actor) -> QuerySet[Study]:
    """As `studies`, without what a list does not show."""
    return studies(actor).defer("fleet", "results", "figures")


def homes_of(release: Release | None) -> Fleet:
    """The homes that a release concerns, or all of them, grouped as a study counts them."""
    cells = (cells_of(Cohort(), release) if release else Cell.objects.all()).filter(homes__gt=0)
    rows: Counter[tuple[str, int, int, int]] = Counter()
    for region, electricity, gas, combination, homes in cells.order_by().values_list(
        "region", "electricity_supplier", "gas_supplier", "combination", "homes"
    ):
        rows[region, electricity, gas or NOBODY, combination] += homes
    keys = sorted(rows)
    regions = [one for one in Region.values if any(key[0] == one for key in keys)]
    suppliers = _suppliers({key[1] for key in keys} | {key[2] for key in keys} - {NOBODY})
    numbers = {one.pk: number for number, one in enumerate(suppliers)} | {NOBODY: NOBODY}
    combinations = {one: number for number, one in enumerate(sorted({key[3] for key in keys}))}
    table = [[rows[key], regions.index(key[0]), numbers[key[1]], numbers[key[2]], combinations[key[3]]] for key in keys]
    columns = np.array(table, dtype=np.int64).reshape(-1, 5).T
    return Fleet(
        tuple(one.name for one in suppliers),
        tuple(one.party_category for one in suppliers),
        tuple(str(Region(one).label) for one in regions),
        len(combinations),
        *columns,
    )


def _suppliers(numbers: set[int]) -> list[Organisation]:
    return list(Organisation.objects.filter(pk__in=numbers).order_by("name", "pk"))


def digest_of(fleet: dict[str, Any]) -> str:
    """The SHA-256 of a fleet as it is kept."""
    return sha256(json.dumps(fleet, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def played(study: Study) -> int:
    """How many runs of a study were played so far."""
    if not study.is_under_way:
        return study.runs if study.results else 0
    found = study.parts.filter(results__isnull=False).aggregate(runs=Sum(F("last") - F("first")))
    return found["runs"] or 0


def readings(study: Study) -> list[Reading]:
    """What each approach came to in a study that is done."""
    return read(study.results, study.approaches, study.fleet["suppliers"]) if study.results else []
