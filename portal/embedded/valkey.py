"""The bundled broker and cache: Valkey on a unix socket, its queue kept in an append-only file."""

import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from portal.embedded.places import Place
from portal.embedded.process import spawn, stop, wait_until
from portal.embedded.trouble import failed

START_SECONDS = 30.0


@dataclass
class Valkey:
    """One broker in `place`; not `durable` in tests."""

    place: Place
    durable: bool = True
    name: str = "broker"
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    serves: bool = True

    @property
    def folder(self) -> Path:
        return self.place.data / "valkey"

    @property
    def socket(self) -> Path:
        return self.place.sockets / "valkey.sock"

    @property
    def log(self) -> Path:
        return self.place.logs / "broker.log"

    def url(self) -> str:
        """The address in the form that `REDIS_URL` takes."""
        return f"unix://{quote(str(self.socket))}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers."""
        spawn(["mkdir", "-p", "-m", "700", self.folder], log=self.log, user=self.place.user).wait()
        wait_until(lambda: not self.ready(), seconds=self.grace)  # one that still ends after its supervisor died
        child = spawn(
            [
                self.place.valkey,
                *("--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *("--dir", self.folder, "--save", "", "--appendonly", "yes" if self.durable else "no"),
                *("--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
            ],
            log=self.log,
            user=self.place.user,
        )
        if not wait_until(self.ready, seconds=START_SECONDS, child=child):
            stop(child, by=self.stop_signal, grace=self.grace)
            raise failed("Starting the broker", self.log)
        return child

    def ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False
