"""A database and a broker of their own for one command: `python -m portal.embedded.test_services -- COMMAND`.

Their data lies in a folder that is gone afterwards, and a crash may lose it (`fsync` off).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import passing
from portal.embedded.places import find_place
from portal.embedded.postgres import OWNER, Postgres
from portal.embedded.process import stop
from portal.embedded.trouble import Trouble
from portal.embedded.valkey import Valkey

HOME = Path(__file__).resolve().parents[2] / "var" / "test"


@contextmanager
def running(home: Path = HOME) -> Iterator[dict[str, str]]:
    """Run the services and yield the environment that leads to them; stop and remove them afterwards.

    Tests connect as the owner, who may create the test database; a test of what the runtime role is
    refused uses `SET ROLE`.
    """
    with passing.folder(home) as var:
        started: list[tuple[Postgres | Valkey, subprocess.Popen[bytes]]] = []
        try:
            place = find_place(var)
            postgres, broker = Postgres(place, durable=False), Valkey(place, durable=False)
            postgres.create()
            started.append((postgres, postgres.start()))
            postgres.prepare(may_create_databases=True)
            started.append((broker, broker.start()))
            address = postgres.url(OWNER)
            yield {"DATABASE_URL": address, "MIGRATION_DATABASE_URL": address, "REDIS_URL": broker.url()}
        finally:
            for service, child in reversed(started):
                stop(child, by=service.stop_signal, grace=service.grace)


@contextmanager
def another_broker(home: Path) -> Iterator[dict[str, str]]:
    """Run one more broker and yield the environment that leads to it; for tests beside others on one database."""
    with passing.folder(home) as var:
        broker = Valkey(find_place(var), durable=False)
        child = broker.start()
        try:
            yield {"REDIS_URL": broker.url()}
        finally:
            stop(child, by=broker.stop_signal, grace=broker.grace)


def main() -> int:
    command = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    if not command:
        print("Usage: python -m portal.embedded.test_services -- COMMAND...", file=sys.stderr)
        return 2
    try:
        with running() as addresses:
            return subprocess.run(command, env={**os.environ, **addresses}).returncode
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return trouble.status
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
