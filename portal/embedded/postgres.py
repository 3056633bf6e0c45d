"""The bundled PostgreSQL: one cluster, reached through a unix socket in a private folder only."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.embedded.places import Place
from portal.embedded.process import alive, spawn, stop, wait_until
from portal.embedded.trouble import Trouble, failed

VERSION = "18"
SUPERUSER = "chf_superuser"
OWNER = "chf_owner"
RUNTIME = "chf_portal"
DATABASE = "portal"
MEGABYTE = 1024 * 1024
START_SECONDS = 60.0  # recovery after a kill may have to replay max_wal_size of log
STOP_SECONDS = 30.0


@dataclass
class Postgres:
    """One cluster in `place`; `durable` is switched off for tests, whose data nobody needs after a crash."""

    place: Place
    durable: bool = True
    name: str = "database"
    stop_signal: signal.Signals = signal.SIGINT  # fast shutdown: break off what runs, leave a clean state
    grace: float = STOP_SECONDS
    serves: bool = True

    @property
    def folder(self) -> Path:
        return self.place.data / "postgres"

    @property
    def log(self) -> Path:
        return self.place.logs / "database.log"

    def url(self, role: str) -> str:
        """The address in the form that `DATABASE_URL` takes."""
        return f"postgres://{role}@/{quote(str(self.place.sockets))}/{DATABASE}"

    def connect(self, role: str, database: str = DATABASE) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.place.sockets), user=role, dbname=database, autocommit=True)

    def create(self) -> None:
        """Make the cluster if it is not there; the folder appears only when it is complete."""
        version = self.folder / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != VERSION:
                raise Trouble(
                    f"The data in {self.folder} was written by PostgreSQL {found}, this is {VERSION}: "
                    "export it with the old version, or start anew with make reset."
                )
            return
        half_done = self.folder.with_name("postgres.part")
        shutil.rmtree(half_done, ignore_errors=True)
        settings = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        guards = ["--auth-local=trust", "--auth-host=reject", f"--username={SUPERUSER}"]
        fast = [] if self.durable else ["--no-sync"]
        command: list[str | Path] = [self.place.postgres / "initdb", f"--pgdata={half_done}"]
        child = spawn([*command, *settings, *guards, *fast], log=self.log, user=self.place.user, env=self._env())
        if child.wait() != 0:
            raise failed("Creating the database", self.log)
        half_done.replace(self.folder)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers."""
        self._wait_for_predecessor()
        options = [f"--{name}={value}" for name, value in self._settings().items()]
        child = spawn(
            [self.place.postgres / "postgres", "-D", self.folder, *options],
            log=self.log,
            user=self.place.user,
            env=self._env(),
            death_signal=signal.SIGINT,
        )
        if not wait_until(self.ready, seconds=START_SECONDS, child=child):
            stop(child, by=self.stop_signal, grace=self.grace)
            raise failed("Starting the database", self.log)
        return child

    def ready(self) -> bool:
        try:
            with self.connect(SUPERUSER, "postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def prepare(self, *, may_create_databases: bool = False) -> None:
        """Create the two roles and the database they share.

        The owner migrates. The runtime role reads and writes rows and can neither change a table nor, where
        the journal revokes it after migrating, rewrite or remove the rows of an append-only table.
        """
        createdb = sql.SQL("CREATEDB" if may_create_databases else "NOCREATEDB")
        with self.connect(SUPERUSER, "postgres") as connection:
            for role in (OWNER, RUNTIME):
                if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]):
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            connection.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(OWNER), createdb))
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(RUNTIME), sql.Identifier(OWNER)))
            if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]):
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )
        with self.connect(OWNER) as connection:
            for statement in DEFAULT_PRIVILEGES:
                connection.execute(statement)

    def _wait_for_predecessor(self) -> None:
        """After the supervisor was killed its database may still be shutting down."""
        lock = self.folder / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(lock.read_text().splitlines()[0])
            wait_until(lambda: not alive(pid) or not lock.exists(), seconds=self.grace)

    def _env(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.place.data)}

    def _settings(self) -> dict[str, str]:
        memory = machine_memory() // MEGABYTE
        settings = {
            "unix_socket_directories": str(self.place.sockets),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "max_connections": "250",
            "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
            "effective_cache_size": f"{max(memory // 2, 128)}MB",
            "maintenance_work_mem": f"{min(max(memory // 32, 32), 256)}MB",
            "work_mem": "16MB",
            "max_wal_size": "2GB",
            "checkpoint_timeout": "15min",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "random_page_cost": "1.1",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",  # a container's small /dev/shm breaks parallel joins
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u ",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings


DEFAULT_PRIVILEGES: Sequence[sql.SQL] = (
    sql.SQL(f"GRANT USAGE ON SCHEMA public TO {RUNTIME}"),
    sql.SQL(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {RUNTIME}"),
    sql.SQL(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {RUNTIME}"),
)


def machine_memory() -> int:
    """Bytes of memory this process may use: the machine's, or its container's where that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        return min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return total


def _exists(connection: psycopg.Connection[tuple[object, ...]], query: str, values: Sequence[str]) -> bool:
    return connection.execute(query.encode(), values).fetchone() is not None
