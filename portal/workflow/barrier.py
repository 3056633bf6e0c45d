"""The barrier between people who shut gates and batches that pass them.

Whatever can shut a gate (a hold, an objection, a pause, a withdrawal) takes the barrier alone; each batch takes
it shared before it reads the gates. Otherwise a batch could commit after the hold that should have stopped it.
"""

from django.db import connection

GATES = 0x43484650  # "CHFP"


def shut() -> None:
    """Wait for running batches and keep new ones out until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATES])


def pass_shared() -> None:
    """Let this transaction's batch pass together with others; waits while somebody shuts a gate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [GATES])
