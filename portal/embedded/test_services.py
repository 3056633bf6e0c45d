"""A database and a broker of their own for one command: `python -m portal.embedded.test_services -- COMMAND`.

Their data lies in a folder that is gone afterwards, and a crash may lose it (`fsync` off).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.places import find_place, private_folder
from portal.embedded.postgres import OWNER, Postgres
from portal.embedded.process import alive, stop
from portal.embedded.trouble import Trouble
from portal.embedded.valkey import Valkey

HOME = Path(__file__).resolve().parents[2] / "var" / "test"


@contextmanager
def running(home: Path = HOME) -> Iterator[dict[str, str]]:
    """Run the services and yield the environment that leads to them; stop and remove them afterwards.

    Tests connect as the owner, who may create the test database; a test of what the runtime role is
    refused uses `SET ROLE`.
    """
    _remove_leftovers(home)
    var = home / str(os.getpid())
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
        _remove(var)


def _remove_leftovers(home: Path) -> None:
    """Clean up after runs that were killed."""
    for var in home.glob("[0-9]*"):
        if not alive(int(var.name)):
            _remove(var)


def _remove(var: Path) -> None:
    shutil.rmtree(private_folder(var), ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)


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
