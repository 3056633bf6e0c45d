"""The portal's own processes: web server, worker and beat."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded.process import spawn, stop, wait_until
from portal.embedded.trouble import failed

START_SECONDS = 60.0


@dataclass
class Program:
    """One command run with this interpreter in the project's folder; `ready` tells when it answers."""

    name: str
    module: str
    arguments: list[str]
    log: Path
    base: Path
    env: Mapping[str, str]
    grace: float = 10.0
    stop_signal: signal.Signals = signal.SIGTERM
    serves: bool = False
    ready: Callable[[], bool] | None = field(default=None)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self.module, *self.arguments]
        child = spawn(command, log=self.log, env=self.env, cwd=self.base)
        if self.ready and not wait_until(self.ready, seconds=START_SECONDS, child=child):
            stop(child, by=self.stop_signal, grace=self.grace)
            raise failed(f"Starting the {self.name}", self.log)
        return child


def run_once(what: str, arguments: list[str], *, log: Path, base: Path, env: Mapping[str, str]) -> None:
    """Run one management command to its end; raises Trouble when it fails."""
    child = spawn([sys.executable, "manage.py", *arguments], log=log, env=env, cwd=base)
    try:
        status = child.wait()
    except BaseException:
        stop(child, by=signal.SIGTERM, grace=5)
        raise
    if status != 0:
        raise failed(what, log)


def web(host: str, port: int, *, logs: Path, base: Path, env: Mapping[str, str]) -> Program:
    arguments = [
        *("portal.wsgi:application", "--bind", f"{host}:{port}", "--worker-class", "gthread"),
        *("--workers", str(min(os.cpu_count() or 1, 4)), "--threads", "8", "--graceful-timeout", "5"),
        *("--access-logfile", "-", "--no-control-socket"),
        *("--logger-class", "portal.masking.AccessLogger"),
    ]

    def answers() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=20)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    return Program("web server", "gunicorn", arguments, logs / "web.log", base, env, ready=answers)


def worker(*, logs: Path, base: Path, env: Mapping[str, str]) -> Program:
    """Stopping it breaks off what runs after the grace: a batch is one transaction and is delivered again."""
    arguments = [
        *("-A", "portal", "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"),
        *("--without-mingle", "--without-gossip", "--hostname", "portal@%h"),
    ]
    return Program("worker", "celery", arguments, logs / "worker.log", base, env)


def beat(*, logs: Path, base: Path, env: Mapping[str, str]) -> Program:
    arguments = ["-A", "portal", "beat", "--loglevel", "INFO", "--pidfile="]
    return Program("beat", "celery", arguments, logs / "beat.log", base, env)
