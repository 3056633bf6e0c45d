"""The portal's own programs on a test's database: worker and beat, as `make run` starts them."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from portal.embedded import programs
from portal.embedded.process import kill_session, stop

BASE = Path(__file__).resolve().parents[2]
LOGS = BASE / "var" / "log"


def database_address() -> str:
    """The test's database in the form that DATABASE_URL takes."""
    database = connection.settings_dict
    login = ":".join(quote(part, safe="") for part in (database["USER"], database["PASSWORD"]) if part)
    socket = database["HOST"].startswith("/")
    host = f"/{database['HOST']}" if socket else f"{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{login}@{host}/{database['NAME']}"


def environment() -> dict[str, str]:
    """What leads a program to this test's database and folder. Homes stay as a test made them."""
    found = {"DATABASE_URL": database_address(), "VAR_DIR": str(settings.VAR_DIR), "HOMES_CHANGE": "0"}
    return {**os.environ, **found}


@contextmanager
def running(*makes: Callable[..., programs.Program], logs: str) -> Iterator[None]:
    """Run these programs until the end."""
    started: list[tuple[programs.Program, subprocess.Popen[bytes]]] = []
    try:
        for make in makes:
            program = make(logs=LOGS / logs, base=BASE, env=environment())
            started.append((program, program.start()))
        yield
    finally:
        for program, child in reversed(started):
            stop(child, by=program.stop_signal, grace=program.grace)


class Workers:
    """A worker with two processes, to be killed and started again."""

    def __init__(self, *, logs: str) -> None:
        self.program = programs.worker(logs=LOGS / logs, base=BASE, env=environment())
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.child = self.program.start()

    def kill(self) -> None:
        """SIGKILL to the worker and both its processes."""
        if self.child is not None:
            kill_session(self.child)
