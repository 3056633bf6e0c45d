"""Several calls at the same moment, each on a database connection of its own."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

TIMEOUT_SECONDS = 30
ROW_LOCK = r' FOR (NO KEY )?UPDATE( OF "\w+"(, "\w+")*)?( SKIP LOCKED| NOWAIT)?'
ADVISORY_LOCK = r"SELECT pg_advisory_xact_lock(_shared)?\([^)]*\)"


@dataclass
class Outcome:
    """What one call answered or raised."""

    value: Any = None
    error: BaseException | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


def together(*calls: Callable[[], Any], without: str = "") -> list[Outcome]:
    """Run the calls on threads that start at the same moment; return their outcomes in the order given.

    `without` is a pattern (`ROW_LOCK`) to strip from every statement of these threads: with the lock taken out,
    the race that the lock prevents must show. Raises when no statement had it, because then nothing was proved.
    """
    outcomes = [Outcome() for _ in calls]
    gate = threading.Barrier(len(calls))
    met: list[str] = []

    def one(call: Callable[[], Any], outcome: Outcome) -> None:
        try:
            with stripping(without, met=met):
                connection.ensure_connection()
                gate.wait(TIMEOUT_SECONDS)
                outcome.value = call()
        except BaseException as error:
            outcome.error = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair, daemon=True) for pair in zip(calls, outcomes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT_SECONDS)
    if any(thread.is_alive() for thread in threads):
        raise AssertionError(f"a call did not end within {TIMEOUT_SECONDS} s: a deadlock, or a lock never released")
    if without and not met:
        raise AssertionError(f"no statement had {without!r}: the negative control controls nothing")
    return outcomes


@contextmanager
def stripping(pattern: str, *, met: list[str], put: str = "") -> Iterator[None]:
    """Take what matches out of every statement of this thread's connection, and put another text in its place.

    `met` collects the statements that had it.
    """
    if not pattern:
        yield
        return

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        stripped, count = re.subn(pattern, put, sql)
        if count:
            met.append(sql)
        return run(stripped or "SELECT 1", params if stripped else None, many, context)

    with connection.execute_wrapper(execute):
        yield
