"""Putting activations in order, and taking a day's alerts away as a file."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import connection, transaction

from devices.alerts import queries
from devices.alerts.queries import Alert
from devices.fleet import may as fleet
from portal.journal.writing import Jsonable, record
from portal.workflow.actor import Actor

ORDER = 0x414C5254  # "ALRT"
_NUMBER = """
INSERT INTO alerts_position (number, block_id)
SELECT coalesce((SELECT max(number) FROM alerts_position), 0) + row_number() OVER (ORDER BY b.id), b.id
  FROM rollouts_activationblock b LEFT JOIN alerts_position p ON p.block_id = b.id WHERE p.number IS NULL
"""


@transaction.atomic
def number() -> int:
    """Give every committed block without a place the next places; return how many got one.

    One at a time, until its commit: so no place appears before a smaller one, whatever order batches commit in. A
    transaction left open elsewhere holds up nothing, and a database restored from a copy goes on where it was.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ORDER])
        cursor.execute(_NUMBER)
        placed: int = cursor.rowcount
    return placed


@transaction.atomic
def export_day(day: date, *, by: Actor, at: datetime) -> Iterator[Alert]:
    """Return the alerts of a day that `by` may read, read while they are sent; the journal keeps the export."""
    fleet.see_fleet(by=by)
    rows = sum(one.alerts for one in queries.days(by, day=day))
    data: dict[str, Jsonable] = {"day": day.isoformat(), "rows": rows}
    record(by=by, verb="export", subject=("list", 0, "activation alerts"), at=at, data=data)
    return queries.of_day(by, day)
