"""What must be true of a rollout whatever happened to it: asked of events, hubs, journal and alerts."""

from collections import Counter

from django.db import connection

from devices.alerts import queries as alerts
from devices.alerts import verbs as alerting
from devices.alerts.reading import Cursor
from devices.fleet.models import eui64_text
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState
from portal.workflow.actor import Actor
from tests.factories.rollouts import assert_counts_agree

HELD_REGION = "north"

# Whoever shuts a gate takes the barrier before the first row is written; so does each step, and who opens one here: so
# numbers of transactions say which came first, as moments do not. Windows are the journal's, moves the events'.
TRESPASSES = """
WITH acts AS (
    SELECT subject_kind AS kind, verb, now, xmin::text::bigint AS mark,
           lead(xmin::text::bigint) OVER (PARTITION BY subject_kind, subject_id ORDER BY id) AS following
      FROM journal_entry WHERE (subject_kind = 'rollouts.rollout' AND subject_id = %(rollout)s AND now <> '')
                            OR (subject_kind = 'holds.hold' AND verb IN ('place_hold', 'lift_hold'))),
shut AS (SELECT kind, mark, coalesce(following, 1::bigint << 62) AS until FROM acts
          WHERE now IN ('paused', 'halted') OR verb = 'place_hold'),
asked AS (SELECT e.xmin::text::bigint AS mark, e.state, c.region
            FROM rollouts_hubupdateevent e
            JOIN rollouts_hubupdate u ON u.rollout_id = e.rollout_id AND u.slot = e.slot
            JOIN products_cell c ON c.number = u.cell
           WHERE e.rollout_id = %(rollout)s AND e.state IN (%(distributing)s, %(activating)s))
SELECT s.kind, count(*) FROM shut s JOIN asked a ON a.mark > s.mark AND a.mark < s.until
 WHERE s.kind = 'rollouts.rollout' OR (a.region = %(region)s AND a.state = %(activating)s) GROUP BY 1
"""
REPEATED = """
SELECT count(*) FROM (SELECT FROM rollouts_hubupdateevent WHERE rollout_id = %(rollout)s AND state <> ALL(%(may)s)
                       GROUP BY slot, state, attempt HAVING count(*) > 1) repeated
"""
ALERTED = """
SELECT DISTINCT supplier, h.eui64 FROM rollouts_hubupdateevent e
  JOIN rollouts_hubupdate u ON u.rollout_id = e.rollout_id AND u.slot = e.slot
  JOIN fleet_hub h ON h.id = u.hub_id JOIN products_cell c ON c.number = u.cell,
       unnest(ARRAY[c.electricity_supplier_id, c.gas_supplier_id]) supplier
 WHERE e.rollout_id = %(rollout)s AND e.state = %(activated)s AND supplier IS NOT NULL
"""


def trespasses(rollout: Rollout) -> dict[str, int]:
    """Return how many hubs were asked while the rollout stood still, or while a hold was on their region."""
    return dict(_rows(TRESPASSES, rollout))


def repeated(rollout: Rollout) -> int:
    """Return how often a hub went twice through one state; silence comes in both stages, and whom a hold kept back
    between two tries waits again."""
    [(count,)] = _rows(REPEATED, rollout)
    return int(count)


def wrong_alerts(rollout: Rollout, reader: Actor) -> int:
    """Return how many alerts are missing, too many or of a hub that did not activate."""
    alerting.number()
    told: Counter[tuple[int, str]] = Counter()
    cursor, more = Cursor(), True
    while more:
        page = alerts.page(reader, cursor, 10_000)
        told.update((one.supplier.pk, one.chf) for one in page.rows)
        cursor, more = page.following, page.more
    due = Counter((supplier, eui64_text(eui64)) for supplier, eui64 in _rows(ALERTED, rollout))
    return (told - due).total() + (due - told).total()


def assert_nothing_is_wrong(rollout: Rollout, reader: Actor) -> None:
    """Counts agree, nobody moved twice or through a shut gate, and every activation has its alerts exactly once."""
    hubs = assert_counts_agree(rollout)
    assert set(hubs) <= {HubState.ACTIVATED, HubState.FAILED, HubState.EXPIRED, HubState.EXCLUDED}
    found = (repeated(rollout), trespasses(rollout), wrong_alerts(rollout, reader))
    assert found == (0, {}, 0), f"moves repeated, through a shut gate by its kind, wrong alerts: {found}"


def _rows(statement: str, rollout: Rollout) -> list[tuple[object, ...]]:
    values = {
        "rollout": rollout.pk,
        "region": HELD_REGION,
        "may": [HubState.UNREACHABLE, HubState.DEPLOYED],
        **{state.word: int(state) for state in HubState},
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
