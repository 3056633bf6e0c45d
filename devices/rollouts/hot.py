"""The engine's own statements: one claims a batch, one moves its hubs and writes their events, one keeps its place.

They bind on the server in binary form, so that vectors travel as they are and plans are prepared once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from psycopg import sql

from devices.gateway import Bytes, Numbers
from devices.rollouts import partitions
from devices.rollouts.path import LEAVE, NO_CODE, Step, states
from devices.rollouts.states import HubState

CLAIM = """
SELECT phase, due_at, moved_at, rest_at, rollout_id, wave_id, low, high, cell_numbers, places, regions, outcomes
  FROM rollouts_batch WHERE id = %(batch)s::bigint FOR UPDATE SKIP LOCKED
"""
VECTORS = "SELECT hubs, cells FROM rollouts_batch WHERE id = %(batch)s::bigint"
KEEP = """
UPDATE rollouts_batch SET phase = %(phase)s::int, due_at = %(due_at)s::timestamptz,
       rest_at = %(rest_at)s::timestamptz, hinted_at = NULL, counts = %(counts)s::int[],
       outcomes = %(outcomes)s::int[], places = %(places)s::bytea,
       moved_at = %(moved_at)s::timestamptz
 WHERE id = %(batch)s::bigint
"""
# Every hub of the range moves to the same place: no vector needed.
MOVE_ALL = """
WITH moved AS (
    UPDATE {hubs} SET state = %(to)s::smallint & 15, attempt = %(to)s::smallint >> 4, changed_at = %(at)s::timestamptz
     WHERE slot >= %(low)s::int AND slot < %(high)s::int AND state = %(was)s::smallint
 RETURNING slot, state, attempt)
INSERT INTO {events} (rollout_id, at, slot, state, code, attempt)
SELECT %(rollout)s::bigint, %(at)s::timestamptz, slot, state, NULL, attempt FROM moved
"""
# One byte a hub says where it goes (255: stays), one where it must stand now, one what the device answered.
MOVE_EACH = """
WITH moved AS (
    UPDATE {hubs} SET state = get_byte(%(places)s::bytea, slot - %(low)s::int) & 15,
           attempt = get_byte(%(places)s::bytea, slot - %(low)s::int) >> 4, changed_at = %(at)s::timestamptz
     WHERE slot >= %(low)s::int AND slot < %(high)s::int
       AND {chosen}
       AND state = get_byte(%(before)s::bytea, slot - %(low)s::int) & 15
 RETURNING slot, state, attempt)
INSERT INTO {events} (rollout_id, at, slot, state, code, attempt)
SELECT %(rollout)s::bigint, %(at)s::timestamptz, slot, state,
       nullif(get_byte(%(codes)s::bytea, slot - %(low)s::int), 255), attempt FROM moved
"""
_CHOSEN = sql.SQL("get_byte(%(places)s::bytea, slot - %(low)s::int) <> 255")
_NAMED = sql.SQL("slot = ANY(%(slots)s::int[])")  # the few hubs of a later turn: found by their key
FEW = 8  # such a part of a batch or less is few
RECORD = """
UPDATE fleet_hub h SET cell = twin.target, inventory_version_id = c.firmware_id, read_version_id = c.firmware_id,
       read_at = u.changed_at
  FROM {hubs} u JOIN unnest(%(sources)s::int[], %(targets)s::int[]) AS twin (source, target) ON twin.source = u.cell
  JOIN products_cell c ON c.number = twin.target
 WHERE u.slot >= %(low)s::int AND u.slot < %(high)s::int AND u.state = %(activated)s::smallint AND h.id = u.hub_id
"""

NOTE_ACTIVATED = """
INSERT INTO rollouts_activationblock (rollout_id, batch_id, at, hubs, activated)
VALUES (%(rollout)s::bigint, %(batch)s::bigint, %(at)s::timestamptz, %(hubs)s::int, %(activated)s::bytea)
"""


class Mismatch(RuntimeError):
    """The hub rows disagree with their batch: the transaction must not commit."""


@dataclass(slots=True)
class Claimed:
    """A batch under this transaction's lock, with its vectors as arrays."""

    batch: int
    phase: int
    due_at: datetime | None
    moved_at: datetime | None
    rest_at: datetime | None
    rollout: int
    wave: int
    low: int
    high: int
    cell_numbers: list[int]
    places: Bytes
    regions: Bytes
    outcomes: list[int]

    def moment(self, at: datetime) -> datetime:
        """Return the time to write for a step: a clock that steps back puts no event before the batch's last."""
        return max(at, self.moved_at or at)


def claim(batch: int) -> Claimed | None:
    """Lock a batch row and return it; None when another worker holds it or there is none."""
    row = _execute(CLAIM, {"batch": batch}).fetchone()
    if row is None:
        return None
    phase, due_at, moved_at, rest_at, rollout, wave, low, high, cells, places, regions, outcomes = row
    return Claimed(
        batch,
        phase,
        due_at,
        moved_at,
        rest_at,
        rollout,
        wave,
        low,
        high,
        cells,
        np.frombuffer(places, np.uint8),
        np.frombuffer(regions, np.uint8),
        outcomes,
    )


def vectors(batch: int) -> tuple[Numbers, Numbers]:
    """Return the hub numbers and cell numbers of a batch, one for each slot."""
    row = _execute(VECTORS, {"batch": batch}).fetchone()
    if row is None:
        raise Mismatch(f"batch {batch} is gone")
    return np.frombuffer(row[0], np.uint32), np.frombuffer(row[1], np.uint32)


def move(claimed: Claimed, step: Step, *, at: datetime) -> None:
    """Move the hub rows of a step and write one event for each; raise Mismatch unless exactly those moved."""
    expected = step.moved
    if not expected:
        return
    to, was = int(step.places[0]), int(claimed.places[0])
    uniform = (
        to != LEAVE
        and step.codes[0] == NO_CODE
        and bool(np.all(step.places == to))
        and bool(np.all(claimed.places == was))
    )
    values: dict[str, Any] = {"low": claimed.low, "high": claimed.high, "at": claimed.moment(at)}
    values["rollout"] = claimed.rollout
    if uniform:
        values |= {"to": to, "was": was & 15}
        statement = _named(MOVE_ALL, claimed.rollout)
    else:
        values |= {"places": step.places.data, "before": claimed.places.data, "codes": step.codes.data}
        chosen = _CHOSEN
        if expected <= len(step.places) // FEW:
            values["slots"] = (np.flatnonzero(step.places != LEAVE) + claimed.low).tolist()
            chosen = _NAMED
        statement = _named(MOVE_EACH, claimed.rollout, chosen=chosen)
    moved = _execute(statement, values).rowcount
    if moved != expected:
        raise Mismatch(f"batch {claimed.batch}: {expected} hubs should move, {moved} did")


def note_activated(claimed: Claimed, step: Step, *, at: datetime) -> None:
    """Keep in one row which hubs a step has activated, if any."""
    activated = states(step.places) == HubState.ACTIVATED
    hubs = int(np.count_nonzero(activated))
    if hubs:
        values = {"rollout": claimed.rollout, "batch": claimed.batch, "hubs": hubs}
        _execute(NOTE_ACTIVATED, values | {"at": claimed.moment(at), "activated": np.packbits(activated).tobytes()})


def keep(
    claimed: Claimed,
    *,
    phase: int,
    due_at: datetime | None,
    at: datetime,
    counts: list[int],
) -> None:
    """Write where a batch stands after its step. A message about its step before says nothing of the next."""
    _execute(
        KEEP,
        {
            "batch": claimed.batch,
            "phase": phase,
            "due_at": due_at,
            "rest_at": claimed.rest_at,
            "moved_at": claimed.moment(at),
            "counts": counts,
            "outcomes": claimed.outcomes,
            "places": claimed.places.tobytes(),
        },
    )


def record(claimed: Claimed, twins: dict[int, int], *, activated: int) -> None:
    """Bring the inventory up to date for every hub of the batch that runs the new version."""
    present = [cell for cell in claimed.cell_numbers if cell in twins]
    targets = [twins[cell] for cell in present]
    values = {"low": claimed.low, "high": claimed.high, "sources": present, "targets": targets, "activated": activated}
    _execute(_named(RECORD, claimed.rollout), values)


def _named(statement: str, rollout: int, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(statement).format(
        hubs=sql.Identifier(partitions.hubs_of(rollout)), events=sql.Identifier(partitions.events_of(rollout)), **parts
    )


def _execute(statement: str | sql.Composed, values: dict[str, Any]) -> psycopg.Cursor[Any]:
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    return cursor.execute(statement, values, prepare=True, binary=True)
