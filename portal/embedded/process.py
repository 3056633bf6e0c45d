"""Child processes that write to a log file and never outlive this one."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

LOG_LIMIT = 5_000_000
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with(parent: int, number: int) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel ends it when `parent` is gone (Linux only).

    It runs after the child changed its user: a change of user clears the setting.
    """
    if (libc := _libc) is None:
        return None

    def leash() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # the parent died before the setting took hold
            os._exit(1)

    return leash


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    user: pwd.struct_passwd | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, output appended to `log` (None: where ours goes), as `user` where given.

    `death_signal` is what it receives when this process dies without having stopped it.
    """
    with ExitStack() as stack:
        out = stack.enter_context(_opened(log)) if log else None
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            cwd=cwd,
            env=env,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid(), death_signal),
        )


def _opened(log: Path) -> BinaryIO:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab")


def stop(child: subprocess.Popen[bytes], *, by: signal.Signals, grace: float) -> None:
    """Ask a child to end, wait `grace` seconds, then kill whatever is left of its session."""
    ask(child, by)
    see_off(child, grace)


def ask(child: subprocess.Popen[bytes], by: signal.Signals) -> None:
    """Ask a child to end, if it still runs."""
    if child.poll() is None:
        child.send_signal(by)


def see_off(child: subprocess.Popen[bytes], grace: float) -> None:
    """Wait `grace` seconds for a child that was asked to end, then kill whatever is left of its session."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(grace)
    kill_session(child)


def kill_session(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and every process it started that is still in its session's group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def wait_until(ready: Callable[[], bool], *, seconds: float, child: subprocess.Popen[bytes] | None = None) -> bool:
    """Poll until `ready` answers true; false when time is up or the child has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        if child is not None and child.poll() is not None:
            return False
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
