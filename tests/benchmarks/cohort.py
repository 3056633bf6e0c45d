"""Counting a cohort while it is chosen: hubs, homes and suppliers of selections over a million hubs and more.

The count goes through combinations and cells, never through hubs. It is asked at the server as the page asks it,
without the page around it, and held against one cell by its key on the same connection, turn about.
"""

import random
import statistics
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from devices.fleet import verbs as fleet
from portal.people.models import Organisation, OrganisationKind
from releases.holds.queries import reach
from releases.products.cohorts import Cohort
from releases.products.models import Cell, DeviceCombination, FirmwareVersion, HanVariant, HubModel, Region, Smets
from tests.factories.world import SEED, make_world

LEAST_HUBS = 1_000_000
SELECTIONS = 200  # a round
MOST_CHOSEN = 3  # on one axis
Measure = dict[str, Any]
Axes = dict[str, list[Any]]


def measure(*, hubs: int, rounds: int) -> Iterator[Measure]:
    """Yield the percentiles of counting selections of every width, from one condition to nine."""
    world = make_world()
    total = max(hubs, LEAST_HUBS)
    fleet.seed(hubs=total, seed=1, by=SEED, at=world.at)
    axes, draw = _axes(), random.Random(1)
    key = Cell.objects.values_list("pk", flat=True)[0]
    counted, bare = [], []
    for _ in range(SELECTIONS * rounds):
        cohort = _selection(axes, draw)
        bare.append(_timed(lambda: Cell.objects.get(pk=key)))
        counted.append(_timed(lambda chosen=cohort: reach(chosen, None)))
    facts = {"hubs": total, "cells": Cell.objects.count(), "selections": len(counted), "rounds": rounds}
    for place in (50, 95, 99):
        value, against = _percentile(counted, place), _percentile(bare, place)
        yield {
            "name": f"cohort count, p{place}",
            "value": round(value, 2),
            "unit": "ms",
            "against": f"one cell by its key, {against:.2f} ms",
            "ratio": round(value / against, 1),
            **facts,
        }


def _axes() -> Axes:
    pairs = DeviceCombination.objects.values_list("esme", "gsme", "display")
    esme, gsme, displays = (sorted(set(column) - {None}) for column in zip(*pairs, strict=True))
    suppliers = Organisation.objects.filter(kind=OrganisationKind.SUPPLIER)
    return {
        "hub_models": list(HubModel.objects.values_list("pk", flat=True)),
        "firmware": list(FirmwareVersion.objects.values_list("pk", flat=True)),
        "regions": list(Region.values),
        "han_variants": list(HanVariant.values),
        "esme": esme,
        "gsme": gsme,
        "displays": displays,
        "smets": list(Smets.values),
        "suppliers": list(suppliers.values_list("pk", flat=True)),
    }


def _selection(axes: Axes, draw: random.Random) -> Cohort:
    chosen = draw.sample(sorted(axes), draw.randint(1, len(axes)))
    return Cohort(
        **{
            axis: frozenset(draw.sample(axes[axis], min(len(axes[axis]), draw.randint(1, MOST_CHOSEN))))
            for axis in chosen
        }
    )


def _percentile(milliseconds: list[float], place: int) -> float:
    return statistics.quantiles(milliseconds, n=100)[place - 1]


def _timed(ask: Callable[[], object]) -> float:
    began = perf_counter()
    ask()
    return (perf_counter() - began) * 1000
