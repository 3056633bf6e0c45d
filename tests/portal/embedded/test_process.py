"""Children never outlive their parent, however it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal.embedded.process import LOG_LIMIT, alive, spawn, stop, wait_until

PARENT = """
import sys, time
from pathlib import Path
from portal.embedded.process import spawn
child = spawn(["sleep", "60"], log=Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_child_dies_with_its_killed_parent(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path / "child.log")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert alive(child)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert wait_until(lambda: is_gone(child), seconds=5)


def is_gone(pid: int) -> bool:
    """Ended; in a container without an init a dead orphan may stay as a zombie."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_stopping_kills_what_ignores_the_signal_and_its_children(tmp_path):
    script = "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"
    child = spawn(["sh", "-c", script], log=tmp_path / "child.log")
    assert wait_until(lambda: (tmp_path / "child.log").read_text().strip().isdigit(), seconds=5)
    grandchild = int((tmp_path / "child.log").read_text())

    stop(child, by=signal.SIGTERM, grace=0.2)

    assert child.returncode == -signal.SIGKILL
    assert wait_until(lambda: is_gone(grandchild), seconds=5)


def test_a_long_log_is_put_aside(tmp_path):
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * (LOG_LIMIT + 1))

    spawn(["echo", "fresh"], log=log).wait()

    assert log.read_text() == "fresh\n"
    assert (tmp_path / "child.old.log").stat().st_size == LOG_LIMIT + 1


def test_waiting_ends_when_the_child_does(tmp_path):
    child = spawn(["false"], log=tmp_path / "child.log")

    assert wait_until(lambda: False, seconds=30, child=child) is False


def test_this_process_is_alive_and_an_ended_one_is_not():
    ended = subprocess.Popen(["true"])
    ended.wait()

    assert alive(os.getpid())
    assert not alive(ended.pid)
