"""How many hubs a halt came too late for: those that moved after the report that decided it.

The deciding report is found by judging again, over the event log, after every moment at which hubs reported.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import connection
from psycopg import sql

from devices.gateway import Stage
from devices.rollouts import partitions, path, strata
from devices.rollouts.models import Rollout, Wave
from devices.rollouts.states import HubState
from devices.rollouts.verdicts import Evidence, halts

REPORTS = """
SELECT e.at, u.cell, e.state, count(*)::int FROM {events} e JOIN {hubs} u USING (slot)
 WHERE e.slot >= %(low)s AND e.slot < %(high)s AND e.at >= %(since)s AND e.state = ANY(%(states)s)
 GROUP BY 1, 2, 3 ORDER BY 1
"""
UNDER_WAY = "SELECT count(*) FROM {hubs} WHERE slot >= %(low)s AND slot < %(high)s AND state = %(state)s"


@dataclass(frozen=True, slots=True)
class Overshoot:
    """When the report came that would have decided, how many hubs got through after it, and how many still may."""

    decided_at: str
    after: int
    under_way: int

    def as_json(self) -> dict[str, Any]:
        """Return it as a wave keeps it."""
        return asdict(self)


def measure(rollout: Rollout, wave: Wave, *, since: datetime) -> Overshoot | None:
    """Return the overshoot of a wave that was halted by its reports since a moment; None where no report decided."""
    stage = rollout.stage
    columns = {path.REACHED[stage]: 0, HubState.FAILED: 1, HubState.EXPIRED: 2}
    span = {"low": wave.low, "high": wave.high}
    rows = _rows(REPORTS, rollout, {**span, "since": since, "states": [int(state) for state in columns]})
    index = {number: place for place, number in enumerate(sorted({cell for _, cell, _, _ in rows}))}
    total = np.zeros((len(index), 3), np.int64)
    parts = strata.Parts.of(index)
    decided_at, after = None, 0
    for moment, reports in groupby(rows, key=itemgetter(0)):
        came = list(reports)
        if decided_at is not None:
            after += sum(count for _, _, state, count in came if state == path.REACHED[stage])
            continue
        for _, cell, state, count in came:
            total[index[cell], columns[HubState(state)]] += count
        whole = Evidence(*(int(count) for count in total.sum(axis=0)))
        if halts(whole, rollout.thresholds, strata=parts.strata(total)):
            decided_at = moment
    if decided_at is None:
        return None
    [(under_way,)] = _rows(UNDER_WAY, rollout, {**span, "state": int(path.UNDERWAY[stage])})
    return Overshoot(decided_at.isoformat(), after, under_way)


def _rows(statement: str, rollout: Rollout, values: dict[str, Any]) -> list[Any]:
    named = sql.SQL(statement).format(
        hubs=sql.Identifier(partitions.hubs_of(rollout.pk)), events=sql.Identifier(partitions.events_of(rollout.pk))
    )
    with connection.cursor() as cursor:
        cursor.execute(named, values)
        return list(cursor.fetchall())


def words(kept: dict[str, Any], stage: Stage) -> str:
    """Return the kept overshoot as a sentence; nothing where there is none."""
    if not kept:
        return ""
    done = {Stage.DEPLOYMENT: "deployed", Stage.ACTIVATION: "activated"}[stage]
    return (
        f"{kept['after']:,} hubs were {done} after the report that decided, "
        f"and {kept['under_way']:,} were still asked when it halted."
    )
