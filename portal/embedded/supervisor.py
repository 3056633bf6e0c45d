"""Keeps a list of services running: starts them in order, restarts what dies, stops them in reverse."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from portal.embedded.process import ask, kill_session, see_off
from portal.embedded.trouble import Trouble

HEALTHY_SECONDS = 20.0  # a service that ran this long has started well: its next restart is immediate again
LONGEST_PAUSE = 30.0
POLL_SECONDS = 0.2


class Service(Protocol):
    """What can be supervised. `start` returns when the service answers, or raises Trouble.

    `serves` tells whether others need it to the end: those that serve nobody are asked to end at the same time.
    """

    name: str
    stop_signal: signal.Signals
    grace: float
    serves: bool

    def start(self) -> subprocess.Popen[bytes]: ...


@dataclass
class Running:
    service: Service
    child: subprocess.Popen[bytes]
    since: float
    pause: float = 0.0
    retry_at: float | None = None


@dataclass
class Supervisor:
    """Owns the child processes of one portal; `say` prints a line to the person at the terminal."""

    say: Callable[[str], None]
    running: list[Running] = field(default_factory=list)

    def start(self, service: Service) -> None:
        self.running.append(Running(service, service.start(), time.monotonic()))

    def watch(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Restart whatever dies, until told; for ever unless an exception (a signal turned into one) ends it."""
        while not until():
            for entry in self.running:
                self._look_after(entry)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop everything, what serves others last; returns when no process of ours is left."""
        for entry in self.running:
            if not entry.service.serves:
                ask(entry.child, entry.service.stop_signal)
        for entry in reversed(self.running):
            if entry.service.serves:
                ask(entry.child, entry.service.stop_signal)
            see_off(entry.child, entry.service.grace)
        self.running.clear()

    def _look_after(self, entry: Running) -> None:
        now = time.monotonic()
        if entry.retry_at is None:
            if entry.child.poll() is None:
                return
            self.say(f"{entry.service.name} ended ({_ending(entry.child.returncode)}); starting it again.")
            kill_session(entry.child)
            entry.pause = 0.0 if now - entry.since > HEALTHY_SECONDS else min(entry.pause * 2 + 0.5, LONGEST_PAUSE)
            entry.retry_at = now + entry.pause
        if now >= entry.retry_at:
            self._restart(entry)

    def _restart(self, entry: Running) -> None:
        try:
            entry.child, entry.retry_at = entry.service.start(), None
        except Trouble as trouble:
            entry.pause = min(entry.pause * 2 + 0.5, LONGEST_PAUSE)
            entry.retry_at = time.monotonic() + entry.pause
            self.say(f"{trouble}\nNext try in {entry.pause:.0f} s.")
        entry.since = time.monotonic()


def _ending(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"
