"""What dies is started again, what is stopped leaves nothing."""

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.embedded.process import alive, spawn, wait_until
from portal.embedded.supervisor import Running, Supervisor
from portal.embedded.trouble import Trouble


@dataclass
class Sleeper:
    """A service of one `sleep`; refuses to start as often as told."""

    folder: Path
    name: str = "sleeper"
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 2.0
    serves: bool = False
    refusals: int = 0
    started: list[int] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        if self.started and self.refusals:
            self.refusals -= 1
            raise Trouble("The sleeper does not want to.")
        child = spawn(["sleep", "60"], log=self.folder / "sleeper.log")
        self.started.append(child.pid)
        return child


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    made = Supervisor(said.append)
    yield made
    made.stop()


def look_after(supervisor: Supervisor, *, until: float) -> None:
    end = time.monotonic() + until
    while time.monotonic() < end:
        for entry in supervisor.running:
            supervisor._look_after(entry)
        time.sleep(0.02)


def test_a_killed_service_is_started_again(supervisor, said, tmp_path):
    sleeper = Sleeper(tmp_path)
    supervisor.start(sleeper)

    supervisor.running[0].child.kill()
    look_after(supervisor, until=1.5)

    assert len(sleeper.started) == 2
    assert alive(sleeper.started[1])
    assert said == ["sleeper ended (killed by SIGKILL); starting it again."]


def test_a_service_that_refuses_is_tried_again_after_a_growing_pause(supervisor, said, tmp_path):
    sleeper = Sleeper(tmp_path, refusals=2)
    supervisor.start(sleeper)

    supervisor.running[0].child.kill()
    look_after(supervisor, until=6)

    assert len(sleeper.started) == 2
    assert [line for line in said if "does not want to" in line] == [
        "The sleeper does not want to.\nNext try in 2 s.",
        "The sleeper does not want to.\nNext try in 4 s.",
    ]


def test_a_service_that_ran_long_is_started_again_at_once(supervisor, tmp_path):
    sleeper = Sleeper(tmp_path)
    supervisor.running.append(Running(sleeper, sleeper.start(), since=time.monotonic() - 100))

    supervisor.running[0].child.kill()
    supervisor.running[0].child.wait()
    supervisor._look_after(supervisor.running[0])

    assert len(sleeper.started) == 2


def test_stopping_ends_all_and_last_what_serves(said, tmp_path):
    supervisor = Supervisor(said.append)
    first, second = Sleeper(tmp_path, serves=True), Sleeper(tmp_path)
    for service in (first, second):
        supervisor.start(service)

    supervisor.stop()

    assert supervisor.running == []
    assert wait_until(lambda: not alive(first.started[0]) and not alive(second.started[0]), seconds=2)
