"""`python -m portal.embedded.shell`: a Django shell on the portal's data, running or not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.places import find_place
from portal.embedded.postgres import RUNTIME, Postgres
from portal.embedded.supervisor import Supervisor
from portal.embedded.trouble import Trouble
from portal.embedded.up import BASE
from portal.embedded.valkey import Valkey


@contextmanager
def addresses(var: Path) -> Iterator[dict[str, str]]:
    """The addresses of the bundled services, which are started for the time being where they do not run."""
    place = find_place(var)
    database, broker = Postgres(place), Valkey(place)
    if not (database.folder / "PG_VERSION").exists():
        raise Trouble("There is no data yet: make run builds it.")
    supervisor = Supervisor(print)
    try:
        for service in (database, broker):
            if not service.ready():
                supervisor.start(service)
        yield {"DATABASE_URL": database.url(RUNTIME), "REDIS_URL": broker.url()}
    finally:
        supervisor.stop()


def main() -> int:
    command = [sys.executable, "manage.py", "shell"]
    try:
        if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
            return subprocess.run(command, cwd=BASE).returncode
        with addresses(Path(os.environ.get("VAR_DIR") or BASE / "var")) as found:
            return subprocess.run(command, cwd=BASE, env=found | dict(os.environ)).returncode
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return trouble.status


if __name__ == "__main__":
    sys.exit(main())
