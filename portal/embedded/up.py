"""The whole portal on one machine: database, broker, web server, worker and beat under one supervisor."""

import errno
import fcntl
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import environ
import psycopg

from portal.embedded import programs
from portal.embedded.fingerprint import Remembered, of_code, of_static
from portal.embedded.places import Place, find_place
from portal.embedded.postgres import OWNER, RUNTIME, Postgres
from portal.embedded.process import spawn, stop
from portal.embedded.supervisor import Supervisor
from portal.embedded.trouble import Trouble, explain, full_disk
from portal.embedded.valkey import Valkey

BASE = Path(__file__).resolve().parents[2]
FIRST_START_BYTES = 1_000_000_000
LATER_START_BYTES = 200_000_000
STOPPING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@dataclass
class Portal:
    """One run of the portal with its state in `var`; `say` prints a line to the person at the terminal."""

    host: str
    port: int
    var: Path
    demo: bool
    say: Callable[[str], None]
    unknown_migrations: Callable[[set[tuple[str, str]]], set[tuple[str, str]]]
    greet: Callable[[str, float], None]

    def run(self, command: Sequence[str] = ()) -> int:
        """Start everything and keep it running until SIGINT, SIGTERM or SIGHUP; raises Trouble.

        With a management command, run it at this terminal and stop when it has ended; return its exit status.
        """
        began = time.monotonic()
        for number in STOPPING:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores SIGHUP
                signal.signal(number, signal.default_int_handler)
        supervisor = Supervisor(self.say)
        try:
            self._check_port()
            self._check_disk()
            with self._alone():
                runtime = self._start(supervisor)
                self.greet(self.address, time.monotonic() - began)
                if command:
                    return self._accompany(supervisor, command, runtime)
                supervisor.watch()
        except KeyboardInterrupt:
            self.say("\nStopping.")
            return 130 if command else 0
        except OSError as error:
            raise explain(error, self.var) from error
        finally:
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
        return 0

    def _accompany(self, supervisor: Supervisor, command: Sequence[str], runtime: Mapping[str, str]) -> int:
        child = spawn([sys.executable, "manage.py", *command], log=None, env=runtime, cwd=BASE)
        try:
            supervisor.watch(until=lambda: child.poll() is not None)
        finally:
            stop(child, by=signal.SIGTERM, grace=5)
        return int(child.returncode)

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}/"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    def _start(self, supervisor: Supervisor) -> dict[str, str]:
        runtime, owner, bundled = self._services(supervisor)
        self._migrate(owner, runtime, bundled=bundled)
        self._collect_static(runtime)
        if self.demo:
            self._seed(runtime)
        supervisor.start(programs.web(self.host, self.port, logs=self.logs, base=BASE, env=runtime))
        for program in (programs.worker, programs.beat):
            supervisor.start(program(logs=self.logs, base=BASE, env=runtime))
        return runtime

    def _services(self, supervisor: Supervisor) -> tuple[dict[str, str], dict[str, str], Postgres | None]:
        """Start what the environment does not provide; return the runtime's and the owner's environment."""
        runtime = {"PORTAL_URL": self.address} | dict(os.environ) | {"VAR_DIR": str(self.var), "PYTHONUNBUFFERED": "1"}
        owner_address = runtime.pop("MIGRATION_DATABASE_URL", "")
        bundled: Postgres | None = None
        place: Place | None = None
        if not (runtime.get("DATABASE_URL") and runtime.get("REDIS_URL")):
            place = find_place(self.var)
        if not runtime.get("DATABASE_URL") and place:
            bundled = Postgres(place)
            bundled.create()
            supervisor.start(bundled)
            bundled.prepare()
            runtime |= {"DATABASE_URL": bundled.url(RUNTIME), "RUNTIME_DATABASE_ROLE": RUNTIME}
            owner_address = bundled.url(OWNER)
        if not runtime.get("REDIS_URL") and place:
            broker = Valkey(place)
            supervisor.start(broker)
            runtime["REDIS_URL"] = broker.url()
        return runtime, runtime | {"DATABASE_URL": owner_address or runtime["DATABASE_URL"]}, bundled

    def _migrate(self, owner: Mapping[str, str], runtime: Mapping[str, str], *, bundled: Postgres | None) -> None:
        """Migrate as the owner and make the defaults, unless this code did both on this database before."""
        remembered = Remembered(self.var / "migrated")
        fingerprint = of_code(BASE, owner["DATABASE_URL"])
        if bundled and remembered.is_still(fingerprint):
            return
        remembered.forget()
        if bundled:
            self._refuse_other_state(bundled)
        self.say("Bringing the database up to date.")
        log = self.logs / "migrate.log"
        programs.run_once("Migrating the database", ["migrate", "--no-input"], log=log, base=BASE, env=owner)
        programs.run_once("Making the defaults", ["ensure_defaults"], log=log, base=BASE, env=runtime)
        remembered.keep(fingerprint)

    def _refuse_other_state(self, bundled: Postgres) -> None:
        with bundled.connect(OWNER) as connection:
            if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
                return
            applied = {
                (str(app), str(name)) for app, name in connection.execute("SELECT app, name FROM django_migrations")
            }
        if unknown := self.unknown_migrations(applied):
            app, name = min(unknown)
            raise Trouble(
                f"The data in {self.var} belongs to another version of the portal (it has {app}.{name}, which this "
                "one does not know): use that version, or start anew with make reset."
            )

    def _collect_static(self, runtime: Mapping[str, str]) -> None:
        remembered = Remembered(self.var / "collected")
        fingerprint = of_static(BASE)
        if remembered.is_still(fingerprint) and (self.var / "static").exists():
            return
        remembered.forget()
        self.say("Collecting the static files.")
        command = ["collectstatic", "--no-input", "--clear", "-v", "0"]
        programs.run_once("Collecting static files", command, log=self.logs / "static.log", base=BASE, env=runtime)
        remembered.keep(fingerprint)

    def _seed(self, runtime: Mapping[str, str]) -> None:
        """Build the demonstration world once; one that was interrupted is not built upon."""
        begun = self.var / "demonstration-begun"
        if begun.exists():
            raise Trouble(
                "The demonstration world was interrupted while being built: run make reset, then start again."
            )
        if not _is_empty(runtime["DATABASE_URL"]):
            return
        self.say("Building the demonstration world; this takes a minute or two, once.")
        begun.touch()
        programs.run_once(
            "Building the demonstration world",
            ["seed_demo"],
            log=self.logs / "seed.log",
            base=BASE,
            env=runtime,
        )
        begun.unlink()

    def _check_port(self) -> None:
        if not 0 < self.port < 65_536:
            raise Trouble(f"{self.port} is not a port: choose one from 1024 to 65535.")
        try:
            with socket.create_server((self.host, self.port)):
                pass
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Trouble(
                    f"Port {self.port} is in use: stop the program that uses it, or choose another port, "
                    f"for example make run PORT={self.port + 1}."
                ) from None
            raise Trouble(f"Cannot listen on {self.host} port {self.port}: {error.strerror}.") from None

    def _check_disk(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        needed = LATER_START_BYTES if (self.var / "migrated").exists() else FIRST_START_BYTES
        if shutil.disk_usage(self.var).free < needed:
            raise full_disk(self.var)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two supervisors must not share one state; the lock goes with the process, however it ends."""
        with (self.var / "up.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise Trouble(f"The portal is already running ({lock.read().strip()}): stop it first.") from None
            lock.truncate(0)
            lock.write(f"process {os.getpid()}, {self.address}")
            lock.flush()
            yield


def _is_empty(address: str) -> bool:
    """True when no organisation exists yet."""
    database = environ.Env.db_url_config(address)
    with psycopg.connect(
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
    ) as connection:
        return connection.execute("SELECT 1 FROM people_organisation LIMIT 1").fetchone() is None
