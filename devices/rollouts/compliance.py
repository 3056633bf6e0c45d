"""Whether a rollout kept to notice and gates: read from the event log, not from what the engine asked then."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from psycopg import sql

from devices.gateway import Stage
from devices.rollouts import partitions, path
from devices.rollouts.models import Rollout
from releases.gates.queries import opening_by_supplier
from releases.holds.models import Hold
from releases.holds.models import Stage as HoldStage
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell

# When hubs were asked, and in which cell each stood then: homes change supplier, and are judged by that day's.
ASKED = """
SELECT e.at, CASE WHEN e.slot IN (SELECT slot FROM rollouts_movedhome WHERE rollout_id = %(rollout)s) THEN coalesce(
         (SELECT m.was FROM rollouts_movedhome m
           WHERE m.rollout_id = %(rollout)s AND m.slot = e.slot AND m.at > e.at ORDER BY m.id LIMIT 1), u.cell)
       ELSE u.cell END AS cell
  FROM {events} e JOIN {hubs} u USING (slot) WHERE e.state = %(asked)s
"""
FIRST = "SELECT cell, min(at), max(at) FROM ({asked}) AS a GROUP BY 1"
DURING = """
SELECT count(*) FROM ({asked}) AS a
 WHERE at > %(since)s AND (%(until)s::timestamptz IS NULL OR at < %(until)s) AND cell = ANY(%(cells)s)
"""


@dataclass(frozen=True, slots=True)
class Compliance:
    """Suppliers whose homes were told to activate, how many of them before their notice was over; and holds in force
    while hubs were asked, with the hubs asked in spite of them."""

    suppliers: int
    early: int
    holds: int
    asked_in_spite: int

    @property
    def is_kept(self) -> bool:
        """Whether nobody was activated too early and no hub asked in spite of a hold."""
        return not self.early and not self.asked_in_spite

    def as_json(self) -> dict[str, Any]:
        """Return it as a report keeps it."""
        return asdict(self)


def of(rollout: Rollout) -> Compliance:
    """Return how a rollout kept to notice and holds, from its events."""
    spans = {stage: _rows(FIRST, rollout, asked=int(path.UNDERWAY[stage])) for stage in Stage}
    suppliers, early = _notice(rollout, {cell: first for cell, first, _ in spans[Stage.ACTIVATION]})
    holds: set[int] = set()
    asked = 0
    for stage, rows in spans.items():
        if rows:
            first, last = min(row[1] for row in rows), max(row[2] for row in rows)
            for hold in _in_force(rollout, stage, first, last):
                holds.add(hold.pk)
                asked += _asked_during(rollout, stage, hold)
    return Compliance(suppliers, early, len(holds), asked)


def _notice(rollout: Rollout, first_of_cell: dict[int, datetime]) -> tuple[int, int]:
    """Rule: each hub waits for its own responsible suppliers' notice (Notice)."""
    first: dict[int, datetime] = {}
    rows = Cell.objects.filter(number__in=list(first_of_cell))
    for number, electricity, gas in rows.values_list("number", "electricity_supplier", "gas_supplier"):
        for supplier in {electricity, gas} - {None}:
            first[supplier] = min(first.get(supplier, first_of_cell[number]), first_of_cell[number])
    opens = opening_by_supplier(rollout.release, HoldStage.ACTIVATION)
    early = [who for who, moment in first.items() if (over := opens.get(who)) is None or moment < over]
    return len(first), len(early)


def _in_force(rollout: Rollout, stage: Stage, first: datetime, last: datetime) -> list[Hold]:
    rows = Hold.objects.filter(Q(release=None) | Q(release=rollout.release), stage__in=(stage.word, HoldStage.BOTH))
    return list(rows.filter(Q(lifted_at=None) | Q(lifted_at__gt=first), placed_at__lte=last).order_by("pk"))


def _asked_during(rollout: Rollout, stage: Stage, hold: Hold) -> int:
    cells = list(cohorts.cells(Cohort.of(hold)).values_list("number", flat=True))
    span = {"since": hold.placed_at, "until": hold.lifted_at, "cells": cells}
    [(count,)] = _rows(DURING, rollout, asked=int(path.UNDERWAY[stage]), **span)
    return int(count)


def _rows(statement: str, rollout: Rollout, **values: Any) -> list[Any]:
    asked = sql.SQL(ASKED).format(
        hubs=sql.Identifier(partitions.hubs_of(rollout.pk)), events=sql.Identifier(partitions.events_of(rollout.pk))
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(asked=asked), {**values, "rollout": rollout.pk})
        return list(cursor.fetchall())
